"""What intake refuses: hostile, broken and mistaken uploads, each with its own code, before anything is kept."""

from __future__ import annotations

import io
import os
import shutil
import stat
import string
import struct
import subprocess
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

import pytest

from core import intake_texts
from core.errors import TEXTS, UploadRefused
from core.intake import Limits, read
from core.suites import Suite
from tests.core.intake_makers import below, flat, hand_in, make_suite, make_zip, renamed

DEFLATED = zipfile.ZIP_DEFLATED
MIB = 1024 * 1024


def code_of(blob: BinaryIO, suite: Suite, limits: Limits | None = None) -> str:
    """The code with which ``blob`` is refused; both languages must be able to say it."""
    with pytest.raises(UploadRefused) as refused:
        read(blob, suite, limits or Limits())
    for language in ("en", "de"):
        sentence = f"{refused.value.text(language)} {refused.value.hint(language)}"
        assert "{" not in sentence
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in sentence)
        assert len(sentence) < 700
    return refused.value.code


class TestNames:
    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("../ReLU.py", "upload.traversal"),
            ("Layers/../../ReLU.py", "upload.traversal"),
            ("Layers/..", "upload.traversal"),
            ("..\\ReLU.py", "upload.traversal"),
            ("../.DS_Store", "upload.traversal"),
            ("../", "upload.traversal"),
            ("/etc/passwd", "upload.absolute"),
            ("//server/share/ReLU.py", "upload.absolute"),
            ("\\\\server\\share\\ReLU.py", "upload.absolute"),
            ("C:/ReLU.py", "upload.absolute"),
            ("c:ReLU.py", "upload.absolute"),
            ("Layers\\ReLU.py", "upload.backslash"),
            ("/", "upload.absolute"),
            ("./", "upload.name"),
            ("Layers/Re\nLU.py", "upload.name"),
            ("Layers/\x1b[2JReLU.py", "upload.name"),
            ("Layers/ReLU\u202eyp.exe.py", "upload.name"),
            ("Layers/Re\u200bLU.py", "upload.name"),
            ("Layers/Re\u2028LU.py", "upload.name"),
            ("a" * 300 + ".py", "upload.name"),
            ("ä" * 200 + ".py", "upload.name"),
            ("/".join(["folder"] * 60) + "/ReLU.py", "upload.name"),
            ("a/" * 20 + "ReLU.py", "upload.name"),
            ("aux.py", "upload.name"),
            ("Layers/COM1.txt", "upload.name"),
            ("Layers /ReLU.py", "upload.name"),
            ("Layers/ReLU.py.", "upload.name"),
            ("Layers/__init__.py/ReLU.py", "upload.name"),
        ],
        ids=lambda value: ascii(value)[:30],
    )
    def test_are_refused(self, name: str, code: str, suite_like_ex1: Suite) -> None:
        assert code_of(make_zip(hand_in("Layers/ReLU.py") | {name: b"x = 1\n"}), suite_like_ex1) == code

    def test_a_nul_does_not_cut_a_name(self, suite_like_ex1: Suite) -> None:
        blob = renamed(make_zip({"ReLU.pyXexe": b"x = 1\n"}), b"ReLU.pyX", b"ReLU.py\0")
        assert code_of(blob, suite_like_ex1) == "upload.name"

    def test_leading_dots_and_double_slashes_mean_nothing(self, suite_like_ex1: Suite) -> None:
        tree = read(make_zip({"./src//Layers/./ReLU.py": b"x = 1\n"}), suite_like_ex1).files
        assert tree["Layers/ReLU.py"] == b"x = 1\n"


class TestDuplicates:
    @pytest.mark.filterwarnings("ignore:Duplicate name")
    @pytest.mark.parametrize(
        "second",
        ["Layers/ReLU.py", "Layers/RELU.py", "layers/ReLU.py", "Layers/./ReLU.py", "Layers/Ｒｅlu.py"],
    )
    def test_are_refused_even_if_equal(self, second: str, suite_like_ex1: Suite) -> None:
        pairs = [("Layers/ReLU.py", b"x = 1\n"), (second, b"x = 1\n")]
        assert code_of(make_zip(pairs), suite_like_ex1) == "upload.duplicate"

    def test_composed_and_decomposed(self, suite_like_ex1: Suite) -> None:
        pairs = [("ReLU.py", b""), ("gr\u00fc.py", b""), ("gru\u0308.py", b"")]
        assert code_of(make_zip(pairs), suite_like_ex1) == "upload.duplicate"

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_of_litter_do_not_matter(self, suite_like_ex1: Suite) -> None:
        assert read(make_zip([("ReLU.py", b""), (".DS_Store", b"1"), (".DS_Store", b"2")]), suite_like_ex1)


class TestEntriesThatAreNoFiles:
    @pytest.mark.parametrize(
        "kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFDIR]
    )
    @pytest.mark.parametrize("name", ["Layers/ReLU.py", "data"])
    def test_are_refused(self, kind: int, name: str, suite_like_ex1: Suite) -> None:
        info = zipfile.ZipInfo(name)
        info.external_attr = (kind | 0o777) << 16
        assert code_of(make_zip([("Base.py", b""), (info, b"/etc/passwd")]), suite_like_ex1) == "upload.special"

    def test_a_symlinked_folder(self, suite_like_ex1: Suite) -> None:
        info = zipfile.ZipInfo("Layers/")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        assert code_of(make_zip([(info, b""), ("ReLU.py", b"")]), suite_like_ex1) == "upload.special"

    def test_links_of_an_environment_are_litter(self, suite_like_ex1: Suite) -> None:
        info = zipfile.ZipInfo(".venv/bin/python")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        assert read(make_zip([(info, b"/usr/bin/python3"), ("ReLU.py", b"")]), suite_like_ex1)

    def test_a_link_packed_by_info_zip(self, suite_like_ex1: Suite, tmp_path: Path) -> None:
        if shutil.which("zip") is None:
            pytest.skip("needs zip: apt-get install -y zip")
        (tmp_path / "ReLU.py").symlink_to("/etc/passwd")
        subprocess.run(["zip", "-qy", "a.zip", "ReLU.py"], cwd=tmp_path, check=True)
        assert code_of(io.BytesIO((tmp_path / "a.zip").read_bytes()), suite_like_ex1) == "upload.special"


class TestEncryption:
    def test_by_info_zip(self, suite_like_ex1: Suite, tmp_path: Path) -> None:
        if shutil.which("zip") is None:
            pytest.skip("needs zip: apt-get install -y zip")
        (tmp_path / "ReLU.py").write_text("x = 1\n")
        subprocess.run(["zip", "-qP", "secret", "a.zip", "ReLU.py"], cwd=tmp_path, check=True)
        assert code_of(io.BytesIO((tmp_path / "a.zip").read_bytes()), suite_like_ex1) == "upload.encrypted"

    @pytest.mark.parametrize("flag", [0x1, 0x40, 0x2000])
    def test_by_any_flag_of_the_directory(self, flag: int, suite_like_ex1: Suite) -> None:
        data = bytearray(make_zip({"ReLU.py": b"x = 1\n"}).read())
        data[data.index(b"PK\1\2") + 8 : data.index(b"PK\1\2") + 10] = struct.pack("<H", flag)
        assert code_of(io.BytesIO(data), suite_like_ex1) == "upload.encrypted"


class TestCompression:
    @pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_unusual_methods_have_no_bound_on_memory(self, method: int, suite_like_ex1: Suite) -> None:
        assert code_of(make_zip({"ReLU.py": b"x = 1\n"}, method), suite_like_ex1) == "upload.method"

    def test_ignored_files_may_be_packed_in_any_way(self, suite_like_ex1: Suite) -> None:
        blob = io.BytesIO()
        with zipfile.ZipFile(blob, "w") as archive:
            archive.writestr("ReLU.py", b"x = 1\n")
            archive.writestr("data.npy", b"0" * 99, zipfile.ZIP_LZMA)
        assert read(blob, suite_like_ex1)


class TestBombs:
    def test_too_many_python_files(self, suite_like_ex1: Suite) -> None:
        files = hand_in() | {f"m{i}.py": b"" for i in range(400)}
        assert code_of(make_zip(files), suite_like_ex1) == "upload.too_many"

    def test_too_many_entries(self, suite_like_ex1: Suite) -> None:
        files = hand_in() | {f"{i}": b"" for i in range(4000)}
        assert code_of(make_zip(files), suite_like_ex1) == "upload.too_many"

    def test_one_file_too_large(self, suite_like_ex1: Suite) -> None:
        files = flat(hand_in()) | {"ReLU.py": os.urandom(750_000).hex().encode()}
        assert code_of(make_zip(files), suite_like_ex1) == "upload.file_too_large"

    def test_too_much_in_all(self, suite_like_ex1: Suite) -> None:
        files = hand_in() | {f"m{i}.py": os.urandom(450_000).hex().encode() for i in range(10)}
        assert code_of(make_zip(files, DEFLATED), suite_like_ex1) == "upload.bomb"

    def test_a_suspicious_ratio(self, suite_like_ex1: Suite) -> None:
        files = flat(hand_in()) | {"ReLU.py": b"#" * 500_000}
        assert code_of(make_zip(files, DEFLATED), suite_like_ex1) == "upload.bomb"

    def test_a_page_of_blank_lines_is_no_bomb(self, suite_like_ex1: Suite) -> None:
        files = flat(hand_in()) | {"ReLU.py": b"\n" * 100_000}
        assert read(make_zip(files, DEFLATED), suite_like_ex1)

    def test_a_bomb_that_says_so(self, suite_like_ex1: Suite) -> None:
        blob = make_zip({"ReLU.py": b"x = 1\n", "zeros.bin": b""}, DEFLATED)
        data = bytearray(blob.read())
        last = data.rindex(b"PK\1\2")
        data[last + 24 : last + 28] = struct.pack("<I", 2**32 - 2)
        assert code_of(io.BytesIO(data), suite_like_ex1) == "upload.bomb"

    @pytest.mark.parametrize("claimed", [10, 300_000])
    def test_a_bomb_that_claims_to_be_small_stops_where_it_claims_to_end(
        self, claimed: int, suite_like_ex1: Suite
    ) -> None:
        data = bytearray(make_zip({"ReLU.py": b"#" * 50 * MIB}, DEFLATED).read())
        directory = data.rindex(b"PK\1\2")
        data[directory + 24 : directory + 28] = struct.pack("<I", claimed)
        assert code_of(io.BytesIO(data), suite_like_ex1) in ("upload.corrupt", "upload.bomb")

    def test_a_large_claim_of_packed_bytes_does_not_excuse_the_size(self, suite_like_ex1: Suite) -> None:
        data = bytearray(make_zip({"ReLU.py": b"#" * 50 * MIB}, DEFLATED).read())
        directory = data.rindex(b"PK\1\2")
        data[directory + 20 : directory + 24] = struct.pack("<I", 2**31)
        assert code_of(io.BytesIO(data), suite_like_ex1) == "upload.file_too_large"

    def test_42_zip(self, suite_like_ex1: Suite) -> None:
        layer = make_zip({"0.dll": b"0" * 4 * MIB}, DEFLATED).read()
        for level in ("chapter", "book", "lib"):
            layer = make_zip({f"{level} {i:x}.zip": layer for i in range(16)}, DEFLATED).read()
        assert code_of(io.BytesIO(layer), suite_like_ex1) == "upload.nested"

    def test_of_two_wrapped_submissions_none_is_chosen(self, suite_like_ex1: Suite) -> None:
        one = make_zip(flat(hand_in())).read()
        assert (
            code_of(make_zip({"eva/submission.zip": one, "max/submission.zip": one}), suite_like_ex1) == "upload.nested"
        )

    def test_a_chain_of_zips_ends_after_one(self, suite_like_ex1: Suite) -> None:
        blob = make_zip(flat(hand_in()))
        for _ in range(2):
            blob = make_zip({"submission.zip": blob.read()})
        assert code_of(blob, suite_like_ex1) == "upload.nested"

    def test_a_bomb_in_the_inner_zip(self, suite_like_ex1: Suite) -> None:
        inner = make_zip({"ReLU.py": b"#" * 500_000}, DEFLATED).read()
        assert code_of(make_zip({"submission.zip": inner}), suite_like_ex1) == "upload.bomb"

    def test_an_inner_zip_that_is_a_bomb_itself(self, suite_like_ex1: Suite) -> None:
        assert code_of(make_zip({"submission.zip": b"\0" * 20 * MIB}, DEFLATED), suite_like_ex1) == "upload.bomb"

    def test_entries_that_share_their_bytes(self, suite_like_ex1: Suite) -> None:
        data = make_zip({"m.py": b"#" * 200_000}, DEFLATED).read()
        start = data.index(b"PK\1\2")
        entry, end = data[start : data.index(b"PK\5\6")], bytearray(data[data.index(b"PK\5\6") :])
        entries = b"".join(entry.replace(b"m.py", bytes([c]) + b".py") for c in string.ascii_lowercase.encode())
        end[8:16] = struct.pack("<HHI", 26, 26, len(entries))
        assert code_of(io.BytesIO(data[:start] + entries + end), suite_like_ex1) == "upload.corrupt"


class TestMemory:
    """A refusal costs less memory than a tenth of the upload; what is left out costs none."""

    @pytest.mark.parametrize(
        ("make", "code"),
        [
            (lambda: make_zip({"ReLU.py": os.urandom(9 * MIB)}), "upload.file_too_large"),
            (lambda: make_zip({"ReLU.py": b"#" * 200 * MIB}, DEFLATED), "upload.bomb"),
            (lambda: io.BytesIO(os.urandom(9 * MIB)), "upload.not_zip"),
            (lambda: make_zip({"data.bin": os.urandom(9 * MIB)}), "upload.nothing"),
            (lambda: _huge_directory(9 * MIB), "upload.too_many"),
        ],
        ids=["one large file", "bomb", "noise", "only data", "table of contents"],
    )
    def test_does_not_grow_with_the_upload(
        self, make: Callable[[], BinaryIO], code: str, suite_like_ex1: Suite
    ) -> None:
        blob = make()
        tracemalloc.start()
        try:
            assert code_of(blob, suite_like_ex1) == code
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 2 * MIB

    @pytest.mark.parametrize("wrapped", [False, True])
    def test_an_accepted_upload_with_much_litter(self, wrapped: bool, suite_like_ex1: Suite) -> None:
        blob = make_zip(hand_in() | {"data.bin": os.urandom(8 * MIB), ".git/x": os.urandom(MIB)})
        blob = make_zip({"submission.zip": blob.read()}) if wrapped else blob
        tracemalloc.start()
        try:
            read(blob, suite_like_ex1)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 2 * MIB


def _huge_directory(size: int) -> BinaryIO:
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    entries = entry * (size // len(entry))
    return io.BytesIO(entries + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(entries), 0, 0))


class TestNotAZip:
    @pytest.mark.parametrize(
        ("blob", "code"),
        [
            (b"", "upload.empty"),
            (b"x = 1\n", "upload.not_zip"),
            (b"%PDF-1.7\n", "upload.not_zip"),
            (b"\x1f\x8b\x08\0" + b"\0" * 100, "upload.other_archive"),
            (b"Rar!\x1a\x07\x01\x00" + b"\0" * 100, "upload.other_archive"),
            (b"7z\xbc\xaf\x27\x1c" + b"\0" * 100, "upload.other_archive"),
            (b"ReLU.py".ljust(257, b"\0") + b"ustar\x0000" + b"\0" * 300, "upload.other_archive"),
            (b"PK\3\4", "upload.corrupt"),
            (make_zip({}).read(), "upload.empty"),
            (make_zip({"Layers/": b""}).read(), "upload.empty"),
            (make_zip({".DS_Store": b"1", "__MACOSX/._ReLU.py": b"2"}).read(), "upload.empty"),
        ],
    )
    def test_is_refused(self, blob: bytes, code: str, suite_like_ex1: Suite) -> None:
        assert code_of(io.BytesIO(blob), suite_like_ex1) == code

    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, DEFLATED])
    def test_a_wrong_checksum(self, method: int, suite_like_ex1: Suite) -> None:
        data = bytearray(make_zip({"ReLU.py": b"alpha = 1\n"}, method).read())
        directory = data.index(b"PK\1\2")
        data[directory + 16 : directory + 20] = b"\1\2\3\4"
        assert code_of(io.BytesIO(data), suite_like_ex1) == "upload.corrupt"

    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, DEFLATED])
    def test_less_than_was_promised(self, method: int, suite_like_ex1: Suite) -> None:
        data = bytearray(make_zip({"ReLU.py": b"alpha = 1\n"}, method).read())
        directory = data.index(b"PK\1\2")
        data[directory + 24 : directory + 28] = struct.pack("<I", 15)
        assert code_of(io.BytesIO(data), suite_like_ex1) == "upload.corrupt"

    def test_every_cut_and_every_flipped_byte_is_refused_or_harmless(self, suite_like_ex1: Suite) -> None:
        whole = make_zip({"ReLU.py": b"alpha = 1\n" * 3, "Loss.py": b"beta = 2\n"}, DEFLATED).read()
        want = read(io.BytesIO(whole), suite_like_ex1).files
        for at in range(len(whole)):
            code_of(io.BytesIO(whole[:at]), suite_like_ex1)
            broken = bytearray(whole)
            broken[at] ^= 0xFF
            try:
                got = read(io.BytesIO(broken), suite_like_ex1).files
            except UploadRefused:
                continue
            assert set(got.values()) <= set(want.values())


class TestMistakes:
    @pytest.mark.parametrize(
        ("extra", "looks_like"),
        [
            (["Conv.py", "Flatten.py", "Initializers.py", "Pooling.py"], "2"),
            (["conv.py", "Pooling.py"], "2"),
            (["Conv.py", "Flatten.py", "Initializers.py", "Pooling.py", "Sigmoid.py", "Constraints.py",
              "BatchNormalization.py", "Dropout.py", "RNN.py", "TanH.py"], "3"),
        ],
    )  # fmt: skip
    def test_another_exercise_beside_our_files(self, extra: list[str], looks_like: str, suite_like_ex1: Suite) -> None:
        blob = make_zip(flat(hand_in()) | dict.fromkeys(extra, b""))
        with pytest.raises(UploadRefused, match=f"looks like exercise {looks_like}, not exercise 1") as refused:
            read(blob, suite_like_ex1)
        assert refused.value.code == "upload.wrong_exercise"

    @pytest.mark.parametrize("names", [["generator.py", "main.py", "pattern.py"], ["src/pattern.py"]])
    def test_another_exercise_alone(self, names: list[str], suite_like_ex1: Suite) -> None:
        assert code_of(make_zip(dict.fromkeys(names, b"")), suite_like_ex1) == "upload.wrong_exercise"

    @pytest.mark.parametrize("extra", ["Conv.py", "main.py"])
    def test_one_strange_file_is_an_additional_module(self, extra: str, suite_like_ex1: Suite) -> None:
        assert extra in read(make_zip(flat(hand_in()) | {extra: b""}), suite_like_ex1).files

    def test_one_file_is_no_mix_up_even_if_an_exercise_has_no_more(self, tmp_path: Path) -> None:
        suite = make_suite(tmp_path / "neighbour", elsewhere={"ex9": ["only.py"]})
        assert "only.py" in read(make_zip(flat(hand_in()) | {"only.py": b""}), suite).files

    @pytest.mark.parametrize(
        "files", [{"report.pdf": b"%PDF"}, {"hello.py": b""}, {"NeuralNetworkTests.py": b"", "dispatch.py": b""}]
    )
    def test_nothing_of_this_exercise(self, files: Mapping[str, bytes], suite_like_ex1: Suite) -> None:
        assert code_of(make_zip(files), suite_like_ex1) == "upload.nothing"

    @pytest.mark.parametrize(
        ("data", "line"),
        [
            (b"x = 1\ny = '\0'\n", 2),
            (b"x = 1\n# gr\xfc\xdfe\n", 2),
            (b"\n\n# coding: latin-1\n# gr\xfc\xdfe\n", 4),
            (b"# coding: utf-8\n# gr\xfc\xdfe\n", 2),
            (b"# coding: utf-7\n# gr\xfc\xdfe\n", 2),
            (b"# coding: cp1252\n# \x81\n", 2),
            ("x = 1\n".encode("utf-16"), 1),
            (b"\x89PNG\r\n\x1a\n\xff", 1),
        ],
    )
    def test_files_that_are_no_text(self, data: bytes, line: int, suite_like_ex1: Suite) -> None:
        with pytest.raises(UploadRefused, match=rf"ReLU.py is not UTF-8 text \(line {line}\)") as refused:
            read(make_zip(flat(hand_in()) | {"ReLU.py": data}), suite_like_ex1)
        assert refused.value.code == "upload.not_text"

    @pytest.mark.parametrize(
        "cookie", [b"# -*- coding: latin-1 -*-\n", b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n"]
    )
    def test_old_encodings_are_text_if_they_say_so(self, cookie: bytes, suite_like_ex1: Suite) -> None:
        data = cookie + b"# gr\xfc\xdfe\n"
        assert read(make_zip({"ReLU.py": data}), suite_like_ex1).files["Layers/ReLU.py"] == data


class TestTexts:
    def test_every_refusal_speaks_both_languages_with_the_same_parameters(self) -> None:
        codes = {value for name, value in vars(intake_texts).items() if name.isupper() and isinstance(value, str)}
        assert all(code.startswith("upload.") for code in codes - {intake_texts._REZIP, intake_texts._NEU_ZIPPEN})
        for code in codes & set(TEXTS):
            english, german = (
                {field for text in TEXTS[code][lang] for _, field, _, _ in string.Formatter().parse(text) if field}
                for lang in ("en", "de")
            )
            assert {"grund": "reason"}.get(code, english - {"reason"}) == german - {"grund"}
            assert all(all(TEXTS[code][lang]) for lang in ("en", "de"))

    def test_nested_folders_do_not_hide_anything(self, suite_like_ex1: Suite) -> None:
        blob = make_zip(below("src", hand_in()) | {"deep/er/../../../ReLU.py": b""})
        assert code_of(blob, suite_like_ex1) == "upload.traversal"
