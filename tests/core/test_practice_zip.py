"""What students get for practice at home: the visible cases and what they need, no hidden file and no solution."""

from __future__ import annotations

import ast
import io
import zipfile
from pathlib import Path

import pytest

from core.practice_choice import choose
from core.practice_zip import practice_files, practice_zip
from core.settings import PROJECT
from core.suites import Suite, load_suite

SUITES = PROJECT / "test_suites"
SUITE = """
id = "small"
version = "1"
title = { en = "Small \\"one\\"", de = "Kleine Übung" }
hidden = ["test_hidden.py"]
[tree]
required = ["a.py"]
[student]
modules = ["a"]
[[group]]
id = "A"
title = { en = "A", de = "A" }
points = 1
tests = ["test_a.py", "test_hidden.py"]
"""


def small(folder: Path, **files: str) -> Suite:
    """A suite with ``test_a.py``, ``test_hidden.py`` and further ``files``, called by their names without ``.py``."""
    texts = {"test_a": "def test_a(student): ...", "test_hidden": "def test_b(student): ...", **files}
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
    (folder / "suite.toml").write_text(SUITE, "utf-8")
    return load_suite(folder)


@pytest.fixture(params=sorted(path.parent.name for path in SUITES.glob("*/suite.toml")))
def suite(request: pytest.FixtureRequest) -> Suite:
    """Each of our own suites."""
    return load_suite(SUITES / request.param)


def test_no_hidden_file_is_given_out(suite: Suite) -> None:
    names = {path.rpartition("/")[2] for path in practice_files(suite)}
    assert not names & set(suite.hidden)


def test_no_part_of_the_reference_network_is_given_out_but_what_solves_nothing(suite: Suite) -> None:
    given = {path: text for path, text in practice_files(suite).items() if "reference_impl" in path}
    code = b"\n".join(given.values()).decode()
    defined = {line.split("(")[0].split(":")[0] for line in code.splitlines() if line.startswith(("class ", "def "))}
    assert defined == {"class L2Loss", "def accuracy"}


def test_every_case_that_is_given_out_needs_no_more_than_that(suite: Suite) -> None:
    for path, text in practice_files(suite).items():
        for node in ast.walk(ast.parse(text)) if path.startswith("cases/") and path.endswith(".py") else ():
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("reference_impl"):
                assert {alias.name for alias in node.names} <= {"L2Loss", "Tensor", "accuracy"}, path
            assert not (isinstance(node, ast.Import) and "reference_impl" in node.names[0].name), path


def test_the_counting_groups_of_exercise_1_can_all_be_practised() -> None:
    choice = choose(load_suite(SUITES / "ex1"))
    assert set(choice.withheld) == {"test_fully_connected_beyond.py"}


@pytest.mark.parametrize(
    "line",
    [
        "from reference_impl import FullyConnected",
        "from reference_impl import L2Loss, Sgd",
        "from reference_impl.layers import *",
        "from reference_impl.tensor import secret",
        "import reference_impl",
        "import reference_impl.layers as l",
        "def f():\n    from reference_impl import ReLU",
        "import importlib; r = importlib.import_module('reference_impl')",
        "from test_hidden import test_b",
        "from . import test_hidden",
    ],
)
def test_a_case_that_leads_to_a_solution_stays_here_directly_or_through_a_helper(line: str, tmp_path: Path) -> None:
    direct = tmp_path / "direct"
    direct.mkdir()
    assert choose(small(direct, test_a=line)).tests == []
    through = tmp_path / "through"
    through.mkdir()
    suite = small(through, test_a="import support", support="from further import *", further=line)
    assert choose(suite).tests == []
    assert {"test_a.py", "support.py", "further.py"} & {Path(path).name for path in practice_files(suite)} == set()


def test_helpers_come_along_and_types_do_not_count(tmp_path: Path) -> None:
    line = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from reference_impl import ReLU\n"
    suite = small(tmp_path, test_a="from support import x", support=f"{line}from reference_impl.tensor import Tensor")
    assert {"cases/test_a.py", "cases/support.py"} <= practice_files(suite).keys()


def test_data_comes_along_with_the_cases_that_name_it_and_with_no_others(tmp_path: Path) -> None:
    suite = small(tmp_path, test_a="DATA = 'expected.npz'", test_hidden="DATA = 'secret.npz'")
    (tmp_path / "expected.npz").write_bytes(b"numbers")
    (tmp_path / "secret.npz").write_bytes(b"answers")
    files = practice_files(suite)
    assert files["cases/expected.npz"] == b"numbers"
    assert "cases/secret.npz" not in files


def test_a_conftest_that_leads_to_a_solution_holds_everything_back(tmp_path: Path) -> None:
    assert choose(small(tmp_path, conftest="import reference_impl")).tests == []


def test_texts_survive_as_they_are(tmp_path: Path) -> None:
    text = practice_files(small(tmp_path))["cases/suite.toml"].decode()
    assert r'"en" = "Small \"one\""' in text
    assert "Kleine Übung" in text
    assert "hidden" not in text


def test_the_same_suite_gives_the_same_bytes_and_another_one_others(tmp_path: Path) -> None:
    suite = small(tmp_path)
    first = practice_zip(suite)
    assert practice_zip(load_suite(tmp_path)) == first
    (tmp_path / "test_a.py").touch()
    assert practice_zip(suite) is first
    (tmp_path / "test_a.py").write_text("def test_changed(student): ...")
    assert b"test_changed" in practice_zip(suite)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {"practice-small"}
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
