"""A test file's imports lead to the student's modules, to the suite's own copies, or to nothing at all."""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exam.errors import NotHandedIn, StudentRaised, SuiteMistake
from exam.imports import exported_names, install, mirror_seeds
from exam.verdicts import judge
from exam.wire import Ended
from tests.exam.small import SmallExam, small_exam

FILES = {
    "Schichten/__init__.py": '__all__ = ["ReLU", "Lost"]\n',
    "Schichten/ReLU.py": "import numpy as np\nclass ReLU:\n    def draw(self): return float(np.random.rand())\n",
    "Schichten/Helfer.py": "WHOSE = 'the student'\n",
    "Schichten/Broken.py": "import json\njson.nothing\n",
    "netz.py": "import Schichten.ReLU\nSIZE = 3\ndef keep(x): return x\n",
}
REQUIRED = ("Schichten/Lost.py",)
ROOTS = ("Schichten", "netz")


def provided(folder: Path) -> Path:
    package = folder / "provided" / "Schichten"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('__all__ = ["ReLU", "Lost"]\nraise RuntimeError("this is read, never run")\n')
    (package / "Helfer.py").write_text("WHOSE = 'the suite'\n")
    return folder / "provided"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallExam]:
    """The student's names lead to the candidate, as long as this module's tests run."""
    finders, seeds = list(sys.meta_path), (np.random.seed, random.seed)
    own = provided(tmp_path_factory.mktemp("suite"))
    with small_exam(tmp_path_factory.mktemp("small"), FILES, REQUIRED) as exam:
        exam.tree._exported = exported_names(own)
        install(exam.seam, exam.tree, own, ["Schichten.Helfer"])
        mirror_seeds(exam.seam)
        yield exam
    sys.meta_path[:] = finders
    np.random.seed, random.seed = seeds
    for name in [name for name in sys.modules if name.partition(".")[0] in ROOTS]:
        del sys.modules[name]


def run(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(source, names)  # as a test file says it
    return names


def test_what_a_package_exports_is_read_and_not_run(tmp_path: Path) -> None:
    assert exported_names(provided(tmp_path)) == {"Schichten": ["ReLU", "Lost"]}


@pytest.mark.parametrize(
    "source",
    [
        "from Schichten import *\nmade = ReLU.ReLU()",
        "from Schichten.ReLU import ReLU\nmade = ReLU()",
        "import Schichten.ReLU\nmade = Schichten.ReLU.ReLU()",
        "from Schichten import ReLU as relu\nmade = relu.ReLU()",
    ],
)
def test_every_way_to_import_leads_to_the_student(installed: SmallExam, source: str) -> None:
    with installed.case():
        made = run(source)["made"]
        assert repr(made) == "<the student's ReLU>"


def test_what_is_imported_outside_of_a_case_works_in_each(installed: SmallExam) -> None:
    relu = run("from Schichten.ReLU import ReLU")["ReLU"]
    for _ in range(2):
        with installed.case():
            assert 0 <= relu().draw() < 1
    with pytest.raises(SuiteMistake):
        relu()


def test_the_suites_own_copy_goes_before_the_students(installed: SmallExam) -> None:
    assert run("from Schichten.Helfer import WHOSE")["WHOSE"] == "the suite"
    assert run("import Schichten\nwhose = Schichten.Helfer.WHOSE")["whose"] == "the suite"


def test_a_required_file_that_is_missing_is_named_when_it_is_used(installed: SmallExam) -> None:
    names = run("from Schichten import *")
    with installed.case(), pytest.raises(NotHandedIn) as caught:
        names["Lost"].Lost()
    assert (caught.value.code, caught.value.params) == ("missing_file", {"file": "Schichten/Lost.py"})


def test_a_class_that_is_missing_is_named(installed: SmallExam) -> None:
    with installed.case(), pytest.raises(NotHandedIn) as caught:
        run("import Schichten.ReLU\nSchichten.ReLU.relu")
    assert (caught.value.code, caught.value.params["name"]) == ("missing_name", "relu")


@pytest.mark.parametrize("use", ["Lost()", "isinstance(ReLU(), Lost)", "Lost.size", "netz.keep(Lost)"])
def test_a_file_that_is_missing_is_named_where_its_class_was_imported_before_the_cases(
    installed: SmallExam, use: str
) -> None:
    names = run("import netz\nfrom Schichten.ReLU import ReLU\nfrom Schichten.Lost import Lost")
    with installed.case(), pytest.raises(NotHandedIn) as caught:
        exec(use, names)
    assert (caught.value.code, caught.value.params) == ("missing_file", {"file": "Schichten/Lost.py"})


def test_a_class_that_is_missing_is_named_where_it_was_imported_before_the_cases(installed: SmallExam) -> None:
    nothing = run("from Schichten.ReLU import Nothing")["Nothing"]
    with installed.case(), pytest.raises(NotHandedIn) as caught:
        nothing()
    assert (caught.value.code, caught.value.params["name"]) == ("missing_name", "Nothing")


def verdict(exam: SmallExam, source: str) -> tuple[str, str]:
    """What a case gets whose test says this."""
    with exam.case() as case:
        with pytest.raises((ImportError, StudentRaised)) as caught:
            run(source)
        judgement = judge(caught.value, case, Ended("asked", 0, 0.0, 0.0, 0.0, ""))
    return judgement.verdict.value, judgement.message.code


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from Schichten.ReLU import Nothing", ("missing", "missing_name")),
        ("from Schichten.Lost import Lost", ("missing", "missing_file")),
        ("from Schichten.Broken import Broken", ("raised", "raised")),
        ("from Schichten.Misspelt import Misspelt", ("suite_error", "suite_error")),
        ("from json import nothing", ("suite_error", "suite_error")),
    ],
)
def test_an_import_within_a_test_that_fails_is_told_as_whose_it_is(
    installed: SmallExam, source: str, expected: tuple[str, str]
) -> None:
    assert verdict(installed, source) == expected


def test_what_a_test_may_do_without_can_be_tried(installed: SmallExam) -> None:
    source = "try: from Schichten.ReLU import Nothing\nexcept ImportError: Nothing = None"
    with installed.case():
        assert run(source)["Nothing"] is None


def test_what_nobody_asked_for_is_not_there(installed: SmallExam) -> None:
    for name in ("Schichten.Nothing", "netz.inner"):
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module(name)
    assert importlib.import_module("json").dumps(1) == "1"


def test_a_constant_is_its_value_in_a_case(installed: SmallExam) -> None:
    with installed.case():
        assert run("from netz import SIZE")["SIZE"] == 3


def test_a_tests_seed_repeats_the_students_draws_without_being_theirs(installed: SmallExam) -> None:
    draws = []
    for _ in range(2):
        with installed.case(seed=random.randrange(1000)):
            relu = run("from Schichten.ReLU import ReLU")["ReLU"]()
            np.random.seed(5)
            draws.append((relu.draw(), float(np.random.rand())))
    assert draws[0] == draws[1]
    assert draws[0][0] != draws[0][1]
