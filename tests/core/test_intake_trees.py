"""What becomes of hand-ins that are accepted: the tree, what is missing, and what their authors are told."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.errors import UploadRefused
from core.intake import Intake, read
from core.intake_texts import NOTICES
from core.practice_zip import practice_zip
from core.settings import PROJECT
from core.suites import Suite, load_suite
from tests.core.intake_makers import PROVIDED, REQUIRED, below, flat, hand_in, make_suite, make_zip

PROVIDED_BYTES = {name: text.encode() for name, text in PROVIDED.items()}
COMPLETE = hand_in() | PROVIDED_BYTES


def intake_of(files: Mapping[str, bytes], suite: Suite) -> Intake:
    return read(make_zip(files, zipfile.ZIP_DEFLATED), suite)


def codes(intake: Intake) -> set[str]:
    return {notice.code for notice in intake.notices}


def said(intake: Intake, code: str) -> list[dict[str, object]]:
    return [dict(notice.params) for notice in intake.notices if notice.code == code]


LITTER = {
    "__MACOSX/._ReLU.py": b"\0\5\x16\7",
    "Layers/.DS_Store": b"\0\0\0\1Bud1",
    "Layers/._Base.py": b"\0\5\x16\7",
    "Icon\r": b"",
    "Thumbs.db": b"\xd0\xcf",
    "Layers/Desktop.ini": b"[.ShellClassInfo]",
    "Layers/__pycache__/ReLU.cpython-311.pyc": b"\xa7\r\r\n",
    ".idea/workspace.xml": b"<xml/>",
    ".git/HEAD": b"ref: refs/heads/main",
    ".venv/lib/python3.11/site-packages/numpy/__init__.py": b"import this",
    "venv/Lib/site-packages/six.py": b"\0",
    ".ipynb_checkpoints/ReLU-checkpoint.py": b"\0",
    "Layers/ReLU.py~": b"old",
}


class TestCompleteHandIns:
    @pytest.mark.parametrize(
        "files",
        [
            pytest.param(flat(hand_in()), id="flat, as dispatch.py does it"),
            pytest.param(below("abgabe", flat(hand_in())), id="flat in a folder"),
            pytest.param(hand_in(), id="tree"),
            pytest.param(below("exercise1_material/src_to_implement", hand_in()), id="nested"),
            pytest.param(hand_in() | LITTER, id="litter of all systems"),
            pytest.param(below("Übung eins/src_to_implement", hand_in() | PROVIDED_BYTES), id="with provided files"),
        ],
    )
    def test_every_packing_gives_the_same_tree(self, files: Mapping[str, bytes], suite_like_ex1: Suite) -> None:
        intake = intake_of(files, suite_like_ex1)
        assert intake.files == COMPLETE
        assert list(intake.files) == sorted(COMPLETE)
        assert intake.missing == ()

    def test_a_flat_zip_needs_no_remark(self, suite_like_ex1: Suite) -> None:
        assert intake_of(flat(hand_in()), suite_like_ex1).notices == ()

    def test_litter_needs_no_remark(self, suite_like_ex1: Suite) -> None:
        assert intake_of(hand_in() | LITTER, suite_like_ex1).notices == ()

    def test_the_folder_is_named(self, suite_like_ex1: Suite) -> None:
        intake = intake_of(below("a/src_to_implement", hand_in()), suite_like_ex1)
        assert said(intake, "intake.folder") == [{"folder": "a/src_to_implement"}]

    def test_the_order_of_entries_does_not_matter(self, suite_like_ex1: Suite) -> None:
        files = list(below("a", hand_in() | {"tools.py": b"", "notes.txt": b"", "Layers/Extra.py": b""}).items())
        first = read(make_zip(files), suite_like_ex1)
        for seed in range(5):
            random.Random(seed).shuffle(files)
            assert read(make_zip(files), suite_like_ex1) == first

    def test_reading_twice_gives_the_same_bytes(self, suite_like_ex1: Suite) -> None:
        blob = make_zip(hand_in() | {"tools.py": b"1"})
        assert read(blob, suite_like_ex1) == read(blob, suite_like_ex1)

    @pytest.mark.parametrize("ending", [b"\r\n", b"\r"])
    def test_contents_are_not_touched(self, ending: bytes, suite_like_ex1: Suite) -> None:
        source = b"\xef\xbb\xbf# gr\xc3\xb6\xc3\x9fer" + ending + b"x = 1" + ending
        assert intake_of({"ReLU.py": source}, suite_like_ex1).files["Layers/ReLU.py"] == source


class TestRealTools:
    def test_info_zip(self, suite_like_ex1: Suite, tmp_path: Path) -> None:
        if shutil.which("zip") is None:
            pytest.skip("needs zip: apt-get install -y zip")
        for name, data in below("src_to_implement", hand_in()).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(data)
        subprocess.run(["zip", "-qr", "a.zip", "src_to_implement"], cwd=tmp_path, check=True)
        with (tmp_path / "a.zip").open("rb") as archive:
            assert read(archive, suite_like_ex1).files == COMPLETE

    def test_a_stream_of_info_zip_with_data_descriptors(self, suite_like_ex1: Suite, tmp_path: Path) -> None:
        if shutil.which("zip") is None:
            pytest.skip("needs zip: apt-get install -y zip")
        for name, data in flat(hand_in()).items():
            (tmp_path / name).write_bytes(data)
        command = "zip -q - *.py | cat > a.zip"
        subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
        with (tmp_path / "a.zip").open("rb") as archive:
            assert read(archive, suite_like_ex1).files == COMPLETE

    def test_macos_writes_utf8_names_without_saying_so(self, suite_like_ex1: Suite) -> None:
        blob = make_zip(below("Uebung", hand_in()) | {"__MACOSX/Uebung/Layers/._ReLU.py": b"\0\5\x16\7"})
        plain = io.BytesIO(blob.read().replace(b"Uebung", b"\xc3\x9cbung"))
        assert said(read(plain, suite_like_ex1), "intake.folder") == [{"folder": "Übung"}]

    def test_decomposed_letters_of_macos_are_composed(self, suite_like_ex1: Suite) -> None:
        intake = intake_of(below("U\u0308bung", hand_in()), suite_like_ex1)
        assert said(intake, "intake.folder") == [{"folder": "\u00dcbung"}]


class TestIncompleteHandIns:
    def test_missing_files_are_listed_in_the_order_of_the_suite(self, suite_like_ex1: Suite) -> None:
        intake = intake_of(flat(hand_in("Layers/ReLU.py", "Optimization/Loss.py")), suite_like_ex1)
        assert intake.missing == ("Layers/ReLU.py", "Optimization/Loss.py")
        assert said(intake, "intake.missing") == [{"names": "Layers/ReLU.py, Optimization/Loss.py"}]
        assert "Layers/ReLU.py" not in intake.files

    def test_a_single_file_is_a_hand_in(self, suite_like_ex1: Suite) -> None:
        intake = intake_of({"x/y/SoftMax.py": b"a = 1\n"}, suite_like_ex1)
        assert intake.files == PROVIDED_BYTES | {"Layers/SoftMax.py": b"a = 1\n"}

    def test_only_one_package_is_a_hand_in(self, suite_like_ex1: Suite) -> None:
        layers = {name: data for name, data in hand_in().items() if name.startswith("Layers/")}
        assert intake_of(layers, suite_like_ex1).files == PROVIDED_BYTES | layers

    def test_optional_files_are_taken_but_never_missed(self, tmp_path: Path) -> None:
        suite = make_suite(tmp_path / "with_optional", optional=["Layers/LSTM.py"])
        assert intake_of(flat(hand_in()), suite).missing == ()
        assert intake_of(flat(hand_in()) | {"LSTM.py": b""}, suite).files["Layers/LSTM.py"] == b""


class TestNamesThatAreNotQuiteRight:
    @pytest.mark.parametrize(
        ("submitted", "code", "wanted"),
        [
            ("Relu.py", "intake.case", "Layers/ReLU.py"),
            ("softmax.py", "intake.case", "Layers/SoftMax.py"),
            ("ReLU.PY", "intake.case", "Layers/ReLU.py"),
            ("ReLU (1).py", "intake.near_miss", "Layers/ReLU.py"),
            ("ReLU - Kopie.py", "intake.near_miss", "Layers/ReLU.py"),
            ("Copy of ReLU.py", "intake.near_miss", "Layers/ReLU.py"),
            ("FullyConnected_final.py", "intake.near_miss", "Layers/FullyConnected.py"),
            ("Fully_Connected.py", "intake.near_miss", "Layers/FullyConnected.py"),
            ("FullyConected.py", "intake.near_miss", "Layers/FullyConnected.py"),
            ("Optimizer.py", "intake.near_miss", "Optimization/Optimizers.py"),
            ("DataBase.py", "intake.near_miss", "Layers/Base.py"),
            ("my_loss.py", "intake.near_miss", "Optimization/Loss.py"),
            ("NeuralNetwork2.py", "intake.near_miss", "NeuralNetwork.py"),
        ],
    )
    def test_in_a_flat_zip(self, submitted: str, code: str, wanted: str, suite_like_ex1: Suite) -> None:
        files = flat(hand_in(wanted)) | {submitted: b"mine = 1\n"}
        intake = intake_of(files, suite_like_ex1)
        assert intake.files == COMPLETE | {wanted: b"mine = 1\n"}
        assert intake.missing == ()
        assert said(intake, code) == [{"submitted": submitted, "wanted": wanted}]

    @pytest.mark.parametrize(
        ("submitted", "code", "wanted"),
        [
            ("src/Layers/Optimizers.py", "intake.misplaced", "Optimization/Optimizers.py"),
            ("src/Layers/NeuralNetwork.py", "intake.misplaced", "NeuralNetwork.py"),
            ("src/ReLU.py", "intake.misplaced", "Layers/ReLU.py"),
            ("src/layers/ReLU.py", "intake.case", "Layers/ReLU.py"),
            ("src/Layers/relu.py", "intake.case", "Layers/ReLU.py"),
            ("NeuralNetwork.py", "intake.misplaced", "NeuralNetwork.py"),
            ("src/Layers/ReLU_v2.py", "intake.near_miss", "Layers/ReLU.py"),
        ],
    )
    def test_in_a_tree(self, submitted: str, code: str, wanted: str, suite_like_ex1: Suite) -> None:
        files = below("src", hand_in(wanted)) | {submitted: b"mine = 1\n"}
        intake = intake_of(files, suite_like_ex1)
        assert intake.files == COMPLETE | {wanted: b"mine = 1\n"}
        assert said(intake, code) == [{"submitted": submitted, "wanted": wanted}]

    def test_everything_in_one_package(self, suite_like_ex1: Suite) -> None:
        files = below("src/Layers", flat(hand_in())) | {"src/tools.py": b"t = 1\n"}
        intake = intake_of(files, suite_like_ex1)
        assert intake.files == COMPLETE | {"tools.py": b"t = 1\n"}
        wanted = [notice["wanted"] for notice in said(intake, "intake.misplaced")]
        assert wanted == ["Optimization/Loss.py", "Optimization/Optimizers.py", "NeuralNetwork.py"]

    def test_a_near_miss_is_not_used_if_the_wanted_file_is_there(self, suite_like_ex1: Suite) -> None:
        intake = intake_of(flat(hand_in()) | {"ReLU (1).py": b"old = 1\n"}, suite_like_ex1)
        assert intake.files == COMPLETE
        assert said(intake, "intake.ignored") == [{"names": "ReLU (1).py", "count": 1}]

    def test_two_near_misses_are_not_chosen_from(self, suite_like_ex1: Suite) -> None:
        files = flat(hand_in("Layers/ReLU.py")) | {"ReLU_v1.py": b"a = 1\n", "ReLU_v2.py": b"a = 2\n"}
        intake = intake_of(files, suite_like_ex1)
        assert intake.missing == ("Layers/ReLU.py",)
        [notice] = said(intake, "intake.near_miss_unclear")
        assert notice == {"wanted": "Layers/ReLU.py", "names": "ReLU_v1.py, ReLU_v2.py"}

    def test_one_file_is_not_taken_for_two(self, tmp_path: Path) -> None:
        suite = make_suite(tmp_path / "alike", required=["Loss.py", "MyLoss.py", "Other.py"])
        intake = intake_of({"Other.py": b"", "OurMyLoss.py": b""}, suite)
        assert intake.missing == ("Loss.py", "MyLoss.py")
        assert len(said(intake, "intake.near_miss_unclear")) == 2

    @pytest.mark.parametrize(
        ("importing", "kept"),
        [
            (b"from .DataBase import BaseLayer\n", "Layers/DataBase.py"),
            (b"from DataBase import BaseLayer\n", "DataBase.py"),
            (b"import numpy\n", None),
        ],
    )
    def test_a_renamed_file_stays_under_its_name_if_it_is_imported_so(
        self, importing: bytes, kept: str | None, suite_like_ex1: Suite
    ) -> None:
        files = flat(hand_in("Layers/Base.py")) | {"ReLU.py": importing, "DataBase.py": b"mine = 1\n"}
        tree = intake_of(files, suite_like_ex1).files
        assert tree["Layers/Base.py"] == b"mine = 1\n"
        assert set(tree) - set(COMPLETE) == ({kept} if kept else set())

    def test_in_a_tree_it_stays_in_its_package(self, suite_like_ex1: Suite) -> None:
        files = hand_in("Layers/Base.py") | {"Layers/ReLU.py": b"from DataBase import B\n", "DataBase.py": b"B = 1\n"}
        tree = intake_of(files, suite_like_ex1).files
        assert tree["Layers/Base.py"] == tree["DataBase.py"] == b"B = 1\n"
        files = hand_in("Layers/Base.py") | {"NeuralNetwork.py": b"import DataBase\n", "Layers/DataBase.py": b"B = 1\n"}
        tree = intake_of(files, suite_like_ex1).files
        assert tree["Layers/Base.py"] == tree["Layers/DataBase.py"] == b"B = 1\n"


class TestAdditionalModules:
    @pytest.mark.parametrize("place", ["tools.py", "Layers/tools.py", "utils/maths/tools.py", "utils/__init__.py"])
    def test_a_nested_one_keeps_its_place(self, place: str, suite_like_ex1: Suite) -> None:
        intake = intake_of(below("src", hand_in() | {place: b"t = 1\n"}), suite_like_ex1)
        assert intake.files == COMPLETE | {place: b"t = 1\n"}
        assert said(intake, "intake.extra") == [{"names": f"src/{place}", "count": 1}]

    def test_known_folders_are_put_right(self, suite_like_ex1: Suite) -> None:
        files = {name.lower(): data for name, data in hand_in().items()} | {"layers/sub/tools.py": b""}
        assert "Layers/sub/tools.py" in intake_of(files, suite_like_ex1).files

    @pytest.mark.parametrize(
        ("importer", "statement", "places"),
        [
            ("ReLU.py", "from .tools import f", ["Layers/tools.py"]),
            ("ReLU.py", "\ufefffrom .tools import f", ["Layers/tools.py"]),
            ("ReLU.py", "from . import tools", ["Layers/tools.py"]),
            ("ReLU.py", "from Layers.tools import f", ["Layers/tools.py"]),
            ("ReLU.py", "from Layers import (\n    Base,  # the base\n    tools as t,\n)", ["Layers/tools.py"]),
            ("ReLU.py", "from src_to_implement.Layers.tools import f", ["Layers/tools.py"]),
            ("ReLU.py", "import Layers.tools as t", ["Layers/tools.py"]),
            ("ReLU.py", "    from .tools import f", ["Layers/tools.py"]),
            ("Loss.py", "from .tools import f", ["Optimization/tools.py"]),
            ("Loss.py", "from Layers.tools import f", ["Layers/tools.py"]),
            ("ReLU.py", "from tools import f", ["tools.py"]),
            ("ReLU.py", "import tools", ["tools.py"]),
            ("NeuralNetwork.py", "from .tools import f", ["tools.py"]),
            ("ReLU.py", "from ..tools import f", ["tools.py"]),
            ("ReLU.py", "pass", ["tools.py"]),
        ],
    )
    def test_a_flat_one_goes_where_it_is_imported(
        self, importer: str, statement: str, places: list[str], suite_like_ex1: Suite
    ) -> None:
        files = flat(hand_in()) | {importer: statement.encode(), "tools.py": b"t = 1\n"}
        intake = intake_of(files, suite_like_ex1)
        assert sorted(set(intake.files) - set(COMPLETE)) == places

    def test_a_flat_one_may_be_needed_in_two_packages(self, suite_like_ex1: Suite) -> None:
        files = flat(hand_in()) | {"ReLU.py": b"from .t import f", "Loss.py": b"from .t import f", "t.py": b"f = 1\n"}
        assert sorted(set(intake_of(files, suite_like_ex1).files) - set(COMPLETE)) == [
            "Layers/t.py",
            "Optimization/t.py",
        ]

    def test_a_folder_without_one_right_name_is_flat_too(self, suite_like_ex1: Suite) -> None:
        files = below("src", {"ReLU (1).py": b"from .tools import f\n", "tools.py": b"f = 1\n"})
        assert sorted(set(intake_of(files, suite_like_ex1).files) - set(PROVIDED)) == [
            "Layers/ReLU.py",
            "Layers/tools.py",
        ]

    def test_flat_ones_may_import_each_other(self, suite_like_ex1: Suite) -> None:
        chain = {"ReLU.py": b"from .a import f", "a.py": b"from .b import f", "b.py": b"from .c import f", "c.py": b""}
        extra = sorted(set(intake_of(flat(hand_in()) | chain, suite_like_ex1).files) - set(COMPLETE))
        assert extra == ["Layers/a.py", "Layers/b.py", "Layers/c.py"]

    @pytest.mark.parametrize("name", ["my tools.py", "2nd.py", "a-b.py"])
    def test_what_no_import_can_name_is_left_out(self, name: str, suite_like_ex1: Suite) -> None:
        intake = intake_of(hand_in() | {name: b""}, suite_like_ex1)
        assert intake.files == COMPLETE
        assert said(intake, "intake.ignored") == [{"names": name, "count": 1}]


class TestFilesThatDoNotCount:
    def test_copies_of_provided_files_tests_and_dispatch(self, suite_like_ex1: Suite) -> None:
        theirs = {
            "src/Layers/Helpers.py": b"HELPER = 'theirs'\n",
            "src/Layers/__init__.py": b"theirs = 1\n",
            "src/NeuralNetworkTests.py": b"cheat = 1\n",
            "dispatch.py": b"pack = 1\n",
        }
        intake = intake_of(below("src", hand_in()) | theirs, suite_like_ex1)
        assert intake.files == COMPLETE
        [notice] = said(intake, "intake.course")
        assert notice["names"] == "dispatch.py, src/Layers/Helpers.py, src/NeuralNetworkTests.py"

    @pytest.mark.parametrize("name", ["Helpers.py", "helpers.py", "Optimization/Helpers.py", "__init__.py"])
    def test_misplaced_copies_of_provided_files(self, name: str, suite_like_ex1: Suite) -> None:
        assert intake_of(flat(hand_in()) | {name: b"theirs = 1\n"}, suite_like_ex1).files == COMPLETE

    def test_a_provided_file_does_not_take_the_name_of_a_wanted_one(self, tmp_path: Path) -> None:
        suite = make_suite(tmp_path / "skeleton", provided={"skeleton/Base.py": "ours = 1\n"})
        intake = intake_of(flat(hand_in()), suite)
        assert intake.files == hand_in() | {"skeleton/Base.py": b"ours = 1\n"}
        assert intake.notices == ()

    def test_tests_may_even_be_binary(self, suite_like_ex1: Suite) -> None:
        assert intake_of(hand_in() | {"NeuralNetworkTests.py": b"\0"}, suite_like_ex1).files == COMPLETE

    def test_other_files_are_summarised(self, suite_like_ex1: Suite) -> None:
        others = {f"data/{i}.npy": b"\x93NUMPY" for i in range(20)} | {"description.pdf": b"%PDF", "old.zip": b"PK"}
        intake = intake_of(hand_in() | others, suite_like_ex1)
        assert intake.files == COMPLETE
        [notice] = said(intake, "intake.ignored")
        assert notice["count"] == 22
        assert str(notice["names"]).endswith("(+14)")


class TestPracticeFolders:
    def test_a_practice_folder_is_nobody_s_hand_in(self, suite_like_ex1: Suite) -> None:
        files = hand_in()
        del files["Layers/ReLU.py"]
        with zipfile.ZipFile(io.BytesIO(practice_zip(load_suite(PROJECT / "test_suites" / "ex1")))) as archive:
            practice = {name: archive.read(name) for name in archive.namelist()}
        assert {"practice-ex1/practise.py", "practice-ex1/cases/test_relu.py"} <= practice.keys()
        intake = intake_of(files | practice, suite_like_ex1)
        assert intake.missing == ("Layers/ReLU.py",)
        assert intake.files == {place: data for place, data in COMPLETE.items() if place != "Layers/ReLU.py"}
        assert codes(intake) == {"intake.missing", "intake.ignored"}

    def test_a_folder_of_the_student_s_own_called_lib_stays(self, suite_like_ex1: Suite) -> None:
        own = {"practise.py": b"import lib.tools\n", "lib/tools.py": b"x = 1\n"}
        assert intake_of(hand_in() | own, suite_like_ex1).files == COMPLETE | own


class TestSeveralCopies:
    def test_equal_copies_of_the_project(self, suite_like_ex1: Suite) -> None:
        files = below("b/src", hand_in()) | below("a/copy/src", hand_in()) | below("c/src", flat(hand_in()))
        intake = intake_of(files, suite_like_ex1)
        assert intake.files == COMPLETE
        assert said(intake, "intake.folder") == [{"folder": "b/src"}]
        assert codes(intake) == {"intake.folder", "intake.copies"}

    @pytest.mark.parametrize("name", ["Layers/ReLU.py", "NeuralNetwork.py"])
    @pytest.mark.parametrize("other", ["ex1_old/src", "x"])
    def test_different_copies_are_the_students_to_choose(self, name: str, other: str, suite_like_ex1: Suite) -> None:
        files = below("src", hand_in()) | below(other, hand_in() | {name: b"older = 1\n"})
        with pytest.raises(UploadRefused) as refused:
            intake_of(files, suite_like_ex1)
        assert refused.value.code == "upload.copies"
        assert refused.value.params["wanted"] == name

    def test_a_flat_copy_that_differs_is_the_students_to_choose(self, suite_like_ex1: Suite) -> None:
        files = below("src", hand_in()) | flat(hand_in() | {"Layers/ReLU.py": b"older = 1\n"})
        with pytest.raises(UploadRefused, match="Duplicate names"):
            intake_of(files, suite_like_ex1)

    def test_a_few_strays_elsewhere_are_no_second_project(self, suite_like_ex1: Suite) -> None:
        intake = intake_of(below("src", hand_in()) | {"old/Layers/ReLU.py": b"older = 1\n"}, suite_like_ex1)
        assert intake.files == COMPLETE
        assert said(intake, "intake.copies") == [{"names": "old/Layers/ReLU.py"}]

    def test_a_backup_within_the_project_stays_where_it_is(self, suite_like_ex1: Suite) -> None:
        backup = below("backup", flat(hand_in() | {"Layers/ReLU.py": b"older = 1\n"}))
        intake = intake_of(below("src", hand_in() | backup), suite_like_ex1)
        assert intake.files == COMPLETE | backup
        assert len(said(intake, "intake.copies")) == 1

    def test_two_misplaced_versions_of_one_file(self, suite_like_ex1: Suite) -> None:
        files = hand_in("Optimization/Loss.py") | {"Layers/Loss.py": b"a = 1\n", "tools/Loss.py": b"a = 2\n"}
        with pytest.raises(UploadRefused) as refused:
            intake_of(files, suite_like_ex1)
        assert refused.value.code == "upload.copies"


class TestZipWithinAZip:
    def test_a_wrapped_submission_is_read(self, suite_like_ex1: Suite) -> None:
        inner = make_zip(flat(hand_in())).read()
        name = "Multi_Feedback_Individual_1_77/Muster_Eva_ab12cdef_123/submission.zip"
        intake = intake_of({name: inner, "Multi_Feedback_Individual_1_77/status.csv": b"x"}, suite_like_ex1)
        assert intake.files == COMPLETE
        assert said(intake, "intake.inner_zip") == [{"name": name}]

    def test_beside_python_files_it_is_ignored(self, suite_like_ex1: Suite) -> None:
        inner = make_zip({"ReLU.py": b"older = 1\n"}).read()
        intake = intake_of(below("src", hand_in()) | {"submission.zip": inner}, suite_like_ex1)
        assert intake.files == COMPLETE
        assert said(intake, "intake.ignored") == [{"names": "submission.zip", "count": 1}]


class TestSyntax:
    def test_a_file_that_does_not_compile_is_accepted_with_a_remark(self, suite_like_ex1: Suite) -> None:
        source = b"x = 1\ndef f(:\n"
        intake = intake_of(flat(hand_in()) | {"ReLU.py": source}, suite_like_ex1)
        assert intake.files["Layers/ReLU.py"] == source
        [notice] = said(intake, "intake.syntax")
        assert (notice["file"], notice["line"]) == ("Layers/ReLU.py", 2)

    @pytest.mark.parametrize(
        "source",
        ["-" * 60_000 + "1", "x" + "[0]" * 60_000, "f(" * 150, "x = [" * 30_000, "1" * 60_000, "lambda:" * 25_000 + "1",
         "if x:\n pass\n" + "elif x:\n pass\n" * 12_000, "from " + "." * 100_000 + " x", "from" + " " * 100_000 + "x",
         "from a import (\n" * 10_000, "# coding: punycode\nx = 1"],
        ids=lambda source: source[:12].strip(),
    )  # fmt: skip
    def test_a_file_made_to_break_the_parser_is_only_a_file(self, source: str, suite_like_ex1: Suite) -> None:
        intake = intake_of(flat(hand_in()) | {"ReLU.py": source.encode(), "tools.py": b""}, suite_like_ex1)
        assert intake.files["Layers/ReLU.py"] == source.encode()

    @pytest.mark.parametrize(
        ("lines", "remarked"),
        [
            ({"Base.py": 30_000, "ReLU.py": 1}, ["Layers/ReLU.py"]),
            ({"Base.py": 10_000, "ReLU.py": 10_000}, ["Layers/Base.py"]),
        ],
        ids=["one huge", "huge together"],
    )
    def test_nobody_waits_for_huge_files_to_be_compiled(
        self, lines: dict[str, int], remarked: list[str], suite_like_ex1: Suite
    ) -> None:
        broken = {
            name: "".join(f"x_{i:04} = {i}\n" for i in range(count)).encode() + b"def f(:\n"
            for name, count in lines.items()
        }
        intake = intake_of(flat(hand_in()) | broken, suite_like_ex1)
        assert [notice["file"] for notice in said(intake, "intake.syntax")] == remarked


class TestNotices:
    @pytest.mark.parametrize("code", sorted(NOTICES))
    def test_each_speaks_both_languages_with_the_same_parameters(self, code: str) -> None:
        english, german = ({part.split("}")[0] for part in NOTICES[code][lang].split("{")[1:]} for lang in ("en", "de"))
        assert english == german
        assert english

    def test_all_that_are_given_can_be_said(self, suite_like_ex1: Suite) -> None:
        files = {
            "a/Layers/relu.py": b"def", "a/Layers/Loss.py": b"", "a/FullyConnected (1).py": b"", "a/Base_1.py": b"",
            "a/Base_2.py": b"", "a/tools.py": b"", "a/dispatch.py": b"", "a/x.pdf": b"", "a/b/Loss.py": b"",
        }  # fmt: skip
        intake = intake_of(files, suite_like_ex1)
        assert codes(intake) == set(NOTICES) - {"intake.inner_zip"}
        for notice in intake.notices:
            assert notice.text("de") != notice.text("en") != ""
            assert "{" not in notice.text("de")

    def test_required_names_are_those_of_the_suite(self, suite_like_ex1: Suite) -> None:
        assert suite_like_ex1.tree.required == REQUIRED
