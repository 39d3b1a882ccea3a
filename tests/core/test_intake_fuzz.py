"""Whatever the bytes and names: intake answers with a tree inside the tree, or with UploadRefused."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UploadRefused
from core.intake import Intake, Upload, pack, read
from core.intake_names import fold
from core.suites import Suite
from tests.core.intake_makers import REQUIRED, flat, hand_in, make_suite, make_zip


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    return make_suite(tmp_path_factory.mktemp("suite"))


WHOLE = make_zip(flat(hand_in()), zipfile.ZIP_DEFLATED).read()
CHECKED = settings(max_examples=300, deadline=None)

parts = st.one_of(
    st.sampled_from(
        ["..", ".", "", "Layers", "layers", "src", "__init__.py", "aux", "\u202e", "\0", "C:", "\\", ".git"]
    ),
    st.sampled_from([PurePosixPath(name).name for name in REQUIRED]),
    st.text(max_size=6),
)
paths = st.lists(parts, min_size=1, max_size=4).map("/".join)
contents = st.one_of(st.sampled_from([b"", b"x = 1\n", b"from .a import b\n", b"\xff"]), st.binary(max_size=20))
entries = st.lists(st.tuples(paths, contents), max_size=8)


def outcome(answer: Callable[[], Intake], suite: Suite) -> Intake | str:
    """The intake, or what the refusal says; any other exception is a failure of the test."""
    try:
        intake = answer()
    except UploadRefused as refused:
        return refused.text("en") + refused.text("de")
    assert_inside(intake, suite)
    return intake


def outcome_of(blob: bytes, suite: Suite) -> Intake | str:
    return outcome(lambda: read(io.BytesIO(blob), suite), suite)


def assert_inside(intake: Intake, suite: Suite) -> None:
    for name, data in intake.files.items():
        path = PurePosixPath(name)
        assert str(path) == name
        assert path.suffix == ".py"
        assert not path.is_absolute()
        assert not {"..", ".", ""} & set(path.parts)
        assert not any(ord(char) < 32 or char == "\\" for char in name)
        assert isinstance(data, bytes)
        assert not {str(parent) for parent in path.parents} & intake.files.keys()
    for name, data in suite.provided_files().items():
        assert intake.files[name] == data
    assert set(intake.missing) == set(REQUIRED) - intake.files.keys()
    assert all(notice.text("de") and notice.text("en") for notice in intake.notices)


@CHECKED
@given(st.binary(max_size=400))
def test_any_bytes(suite: Suite, blob: bytes) -> None:
    assert isinstance(outcome_of(blob, suite), str)


@CHECKED
@given(st.binary(max_size=300), st.sampled_from([b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\1\2"]))
def test_any_bytes_that_begin_and_end_like_a_zip(suite: Suite, middle: bytes, head: bytes) -> None:
    outcome_of(head + middle + WHOLE[-22:], suite)


@CHECKED
@given(st.data())
def test_a_zip_with_bytes_replaced(suite: Suite, data: st.DataObject) -> None:
    broken = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        # The directory and its end, where the lies are told, lie in the last third.
        at = data.draw(st.integers(len(WHOLE) // 2, len(WHOLE) - 1))
        broken[at] = data.draw(st.integers(0, 255))
    outcome_of(bytes(broken), suite)


@CHECKED
@given(entries)
def test_any_names_in_a_zip(suite: Suite, pairs: list[tuple[str, bytes]]) -> None:
    blob = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(blob, "w") as archive:
        warnings.simplefilter("ignore")
        for name, data in pairs:
            info = zipfile.ZipInfo()
            info.filename = info.orig_filename = name.encode("utf-8", "replace").decode("utf-8")
            archive.writestr(info, data)
    assert outcome_of(blob.getvalue(), suite) == outcome_of(blob.getvalue(), suite)


@CHECKED
@given(st.dictionaries(st.sampled_from(REQUIRED), st.just(b"x = 1\n"), min_size=1), st.sampled_from(["", "a/", "a/b/"]))
def test_any_part_of_a_hand_in_lands_where_it_belongs(suite: Suite, files: dict[str, bytes], root: str) -> None:
    for packed in (files, flat(files)):
        intake = read(make_zip({root + name: data for name, data in packed.items()}), suite)
        assert intake.files == files | suite.provided_files()


@CHECKED
@given(entries)
def test_any_names_of_parts(suite: Suite, pairs: list[tuple[str, bytes]]) -> None:
    upload = Upload([(name, io.BytesIO(data)) for name, data in pairs])
    outcome(lambda: read(pack(upload), suite), suite)


@CHECKED
@given(st.text(max_size=20))
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)
