"""One process instead of two: the same words, fresh modules for each case, the exam's own seeds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from exam.cases import case_seed
from exam.plain import PlainStudent
from exam.student import Student

SUITE = """
[tree]
required = ["Layers/Double.py"]
[[group]]
id = "A"
tests = ["test_a.py"]
"""
DOUBLE = "calls = []\ndef double(x):\n    calls.append(x)\n    print('doubling')\n    return 2 * x\n"


def words(cls: type) -> set[str]:
    return {name for name in vars(cls) if not name.startswith("_")}


def test_it_knows_the_same_words() -> None:
    assert words(PlainStudent) == words(Student)


def passes(tmp_path: Path, *lines: str, seed: int = 0) -> None:
    """A case with this body passes."""
    suite, tree = tmp_path / "suite", tmp_path / "tree"
    (tree / "Layers").mkdir(parents=True)
    (tree / "Layers" / "Double.py").write_text(DOUBLE)
    suite.mkdir(exist_ok=True)
    (suite / "suite.toml").write_text(SUITE)
    body = "".join(f"    {line}\n" for line in lines)
    cases = "".join(f"def test_{name}(student, rng):\n{body}\n" for name in ("first", "second"))
    (suite / "test_a.py").write_text(f"import numpy as np\nimport pytest\n\n{cases}")
    options = ["-q", "-p", "exam.plain", "-p", "no:cacheprovider", "-c", "/dev/null", "--exam-seed", str(seed)]
    command = [sys.executable, "-m", "pytest", *options, "--student", tree, suite]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_each_case_imports_the_students_modules_anew(tmp_path: Path) -> None:
    passes(tmp_path, "assert student.Layers.Double.calls == []", "student.Layers.Double.double(1)")


def test_what_is_kept_is_a_copy(tmp_path: Path) -> None:
    passes(tmp_path, "x = np.zeros(3)", "kept = student.keep(x)", "x += 1", "assert not student.fetch(kept).any()")


def test_what_is_printed_can_be_asked_for(tmp_path: Path) -> None:
    passes(tmp_path, "student.Layers.Double.double(1)", "assert student.prints() == 'doubling\\n'")


@pytest.mark.parametrize(
    ("name", "code"), [("Layers.Nothing", "missing_file"), ("Layers.Double.nothing", "missing_name")]
)
def test_what_is_missing_is_said_as_in_an_exam(tmp_path: Path, name: str, code: str) -> None:
    asked = (
        "from exam.student import NotHandedIn",
        "with pytest.raises(NotHandedIn) as caught:",
        f"    student.{name}.x",
    )
    passes(tmp_path, *asked, f"assert caught.value.code == '{code}'")


def test_numbers_are_those_of_an_exam_with_that_seed(tmp_path: Path) -> None:
    expected = [float(np.random.default_rng(case_seed(5, f"A.{name}")).random()) for name in ("first", "second")]
    passes(tmp_path, f"assert rng.random() in {expected}", seed=5)


def test_provided_files_are_there_as_the_server_lays_them(tmp_path: Path) -> None:
    package = tmp_path / "suite" / "provided" / "Layers"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("__all__ = ['Double']\n")
    (package / "Given.py").write_text("GIVEN = 7\n")
    passes(tmp_path, "assert student.Layers.Given.GIVEN == 7", "assert student.Layers.Double.double(2) == 4")
