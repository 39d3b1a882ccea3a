"""From what a person hands in to the blob that is stored."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from core.errors import UploadRefused
from core.intake import Limits, Upload, pack, read
from core.suites import Suite
from tests.core.intake_makers import PROVIDED, below, flat, hand_in, make_zip

COMPLETE = hand_in() | {name: text.encode() for name, text in PROVIDED.items()}


def upload_of(*parts: tuple[str, bytes]) -> Upload:
    return Upload([(name, io.BytesIO(data)) for name, data in parts])


def write_tree(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


class TestPack:
    @pytest.mark.parametrize("name", ["submission.zip", "Submission.ZIP", "submission", "abgabe.zip.download"])
    def test_a_zip_is_stored_as_it_is(self, name: str) -> None:
        data = make_zip(hand_in()).read()
        with pack(upload_of((name, data))) as blob:
            assert blob.read() == data

    def test_files_become_the_same_blob_in_whatever_order_they_come(self) -> None:
        files = list(flat(hand_in()).items())
        with pack(upload_of(*files)) as one, pack(upload_of(*reversed(files))) as other:
            assert one.read() == other.read()

    def test_that_blob_is_read_like_a_zip_of_dispatch(self, suite_like_ex1: Suite) -> None:
        with pack(upload_of(*flat(hand_in()).items())) as blob:
            assert read(blob, suite_like_ex1).files == COMPLETE

    def test_paths_of_a_dropped_folder_are_kept(self, suite_like_ex1: Suite) -> None:
        with pack(upload_of(*below("src", hand_in()).items())) as blob:
            assert read(blob, suite_like_ex1).files == COMPLETE

    def test_a_single_python_file(self, suite_like_ex1: Suite) -> None:
        with pack(upload_of(("ReLU.py", b"x = 1\n"))) as blob:
            assert read(blob, suite_like_ex1).files["Layers/ReLU.py"] == b"x = 1\n"

    def test_the_packages_own_init_files_may_come_along_twice(self, suite_like_ex1: Suite) -> None:
        parts = [("__init__.py", b"a = 1\n"), ("__init__.py", b"b = 1\n"), *flat(hand_in()).items()]
        with pack(upload_of(*parts)) as blob:
            assert read(blob, suite_like_ex1).files == COMPLETE

    @pytest.mark.parametrize(
        ("parts", "code"),
        [
            ([], "upload.empty"),
            ([("", b"")], "upload.empty"),
            ([("submission.zip", b"")], "upload.empty_file"),
            ([("a.zip", b"PK\3\4"), ("b.zip", b"PK\3\4")], "upload.mixed"),
            ([("a.zip", b"PK\3\4"), ("ReLU.py", b"x")], "upload.mixed"),
            ([("submission.zip", b"x = 1")], "upload.not_zip"),
            ([("report.pdf", b"%PDF")], "upload.not_zip"),
            ([("ReLU.py", b"x"), ("ReLU.py", b"x")], "upload.duplicate"),
            ([("submission.tar.gz", b"\x1f\x8b\x08")], "upload.other_archive"),
            ([("submission.zip", b"Rar!\x1a\x07")], "upload.other_archive"),
            ([("submission.7z", b"7z\xbc\xaf\x27\x1c")], "upload.other_archive"),
            ([("../ReLU.py", b"x")], "upload.traversal"),
            ([("C:\\Users\\eva\\ReLU.py", b"x")], "upload.absolute"),
            ([("Re\nLU.py", b"x")], "upload.name"),
            ([("\udcff.py", b"x")], "upload.name"),
            ([(f"m{i}.py", b"x") for i in range(401)], "upload.too_many"),
            ([("a.py", b"x" * 6_000_000), ("b.py", b"x" * 6_000_000)], "upload.too_large"),
            ([("submission.zip", b"PK\3\4" + b"x" * 11_000_000)], "upload.too_large"),
        ],
        ids=lambda value: str(value)[:40].encode("ascii", "replace").decode(),
    )
    def test_what_is_refused_before_it_is_read(self, parts: list[tuple[str, bytes]], code: str) -> None:
        with pytest.raises(UploadRefused) as refused:
            pack(upload_of(*parts))
        assert refused.value.code == code
        assert "{" not in refused.value.text("de") + refused.value.hint("de")

    def test_the_name_of_the_culprit_is_said(self) -> None:
        with pytest.raises(UploadRefused, match=r"abgabe\.rar is a rar archive\. Please upload a zip\."):
            pack(upload_of(("abgabe.rar", b"Rar!\x1a\x07")))

    def test_a_python_file_that_is_a_zip_is_no_text(self, suite_like_ex1: Suite) -> None:
        blob = pack(upload_of(("ReLU.py", make_zip({"x": b""}).read())))
        with pytest.raises(UploadRefused, match="not UTF-8 text"):
            read(blob, suite_like_ex1)

    def test_the_limit_is_a_setting(self) -> None:
        with pytest.raises(UploadRefused, match="larger than 1 MiB"):
            pack(upload_of(("a.py", b"x" * 1_100_000)), Limits(max_upload_bytes=2**20))


class TestFilename:
    @pytest.mark.parametrize(
        ("names", "filename"),
        [
            (["submission.zip"], "submission.zip"),
            (["C:\\fakepath\\a.zip"], "a.zip"),
            (["x/Base.py", "y.py", "z.py"], "Base.py (+2)"),
            (["a\u202eb.py"], "a\N{REPLACEMENT CHARACTER}b.py"),
            ([], ""),
        ],
    )
    def test_is_fit_to_be_listed(self, names: list[str], filename: str) -> None:
        assert upload_of(*((name, b"") for name in names)).filename == filename


class TestFromPaths:
    def test_a_zip(self, tmp_path: Path, suite_like_ex1: Suite) -> None:
        (tmp_path / "a.zip").write_bytes(make_zip(flat(hand_in())).read())
        with Upload.from_paths([tmp_path / "a.zip"]) as upload, pack(upload) as blob:
            assert read(blob, suite_like_ex1).files == COMPLETE

    @pytest.mark.parametrize("below_folder", ["", "material/src_to_implement/"])
    def test_a_folder_without_its_litter_and_data(
        self, below_folder: str, tmp_path: Path, suite_like_ex1: Suite
    ) -> None:
        litter = {".venv/lib/x.py": b"\0", "__pycache__/y.py": b"\0", "data.npy": b"\0", "Layers/.hidden.py": b"\0"}
        folder = write_tree(
            tmp_path / "work", {below_folder + name: data for name, data in (hand_in() | litter).items()}
        )
        with Upload.from_paths([folder]) as upload, pack(upload) as blob:
            assert read(blob, suite_like_ex1).files == COMPLETE

    def test_the_name_of_the_folder_does_not_matter(self, tmp_path: Path, suite_like_ex1: Suite) -> None:
        folder = write_tree(tmp_path / ".hidden venv", hand_in())
        with Upload.from_paths([folder]) as upload, pack(upload) as blob:
            intake = read(blob, suite_like_ex1)
        assert intake.files == COMPLETE
        assert intake.notices == ()

    def test_folders_and_files_side_by_side(self, tmp_path: Path, suite_like_ex1: Suite) -> None:
        folder = write_tree(tmp_path / "work", hand_in() | {"Layers/__init__.py": b"", "Optimization/__init__.py": b""})
        paths = [folder / "Layers", folder / "Optimization", folder / "NeuralNetwork.py"]
        with Upload.from_paths(paths) as upload, pack(upload) as blob:
            assert read(blob, suite_like_ex1).files == COMPLETE

    @pytest.mark.parametrize(("entry", "target"), [("ReLU.py", "/etc/passwd"), ("ReLU.py", "missing")])
    def test_links_in_a_folder_are_not_followed(self, entry: str, target: str, tmp_path: Path) -> None:
        write_tree(tmp_path / "work", {"Base.py": b""})
        (tmp_path / "work" / entry).symlink_to(target)
        with pytest.raises(UploadRefused) as refused:
            Upload.from_paths([tmp_path / "work"])
        assert refused.value.code == "upload.special"

    def test_linked_folders_are_not_entered(self, tmp_path: Path) -> None:
        write_tree(tmp_path / "elsewhere", {"secret.py": b""})
        write_tree(tmp_path / "work", {"Base.py": b""})
        (tmp_path / "work" / "more").symlink_to(tmp_path / "elsewhere")
        with Upload.from_paths([tmp_path / "work"]) as upload:
            assert [name for name, _ in upload.parts] == ["Base.py"]

    @pytest.mark.parametrize(
        ("files", "path", "code"),
        [
            ({}, "missing", "upload.no_such_file"),
            ({"work/x.txt": b""}, "work", "upload.empty"),
            ({f"work/m{i}.py": b"x" for i in range(401)}, "work", "upload.too_many"),
        ],
    )
    def test_what_is_refused(self, files: dict[str, bytes], path: str, code: str, tmp_path: Path) -> None:
        write_tree(tmp_path, files)
        with pytest.raises(UploadRefused) as refused:
            pack(Upload.from_paths([tmp_path / path]))
        assert refused.value.code == code

    def test_closing_an_upload_closes_its_files(self, tmp_path: Path) -> None:
        write_tree(tmp_path, {"a.py": b"x", "b.py": b"y"})
        with Upload.from_paths([tmp_path]) as upload:
            files = [file for _, file in upload.parts]
        assert all(file.closed for file in files)


def test_nothing_is_written_where_names_say(tmp_path: Path, suite_like_ex1: Suite) -> None:
    """Neither an accepted nor a refused upload leaves a trace on the disk."""
    before = sorted(tmp_path.rglob("*"))
    read(make_zip(hand_in() | {"x.txt": b""}), suite_like_ex1)
    with pytest.raises(UploadRefused):
        read(make_zip({f"{tmp_path}/evil.py": b""}), suite_like_ex1)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_blob_made_here_is_an_ordinary_zip() -> None:
    with pack(upload_of(("b.py", b"2"), ("a.py", b"1"))) as blob, zipfile.ZipFile(blob) as archive:
        assert archive.testzip() is None
        assert [(info.filename, info.date_time[0], info.compress_type) for info in archive.infolist()] == [
            ("a.py", 1980, zipfile.ZIP_STORED),
            ("b.py", 1980, zipfile.ZIP_STORED),
        ]
