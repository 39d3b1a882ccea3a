"""Practice at home, as a student does it: an unpacked zip, a Python with NumPy and pytest, and nothing else of ours."""

from __future__ import annotations

import io
import subprocess
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest

from core.practice_zip import practice_zip
from core.settings import PROJECT
from core.suites import load_suite
from practice.words import WORDS
from tests.cli.conftest import DATA, Run

CANDIDATES = PROJECT / "tests" / "candidates" / "ex1"
NEEDED = ("numpy*", "py.py", "pytest", "pytest-*", "_pytest", "pluggy*", "iniconfig*", "packaging*", "pygments*")
NOT_EVERYWHERE = """
import os, signal, sys

class NotOnWindows:
    def find_spec(self, name, path=None, target=None):
        if name in ("resource", "fcntl", "pwd", "grp", "termios", "tty", "pty", "syslog", "posix_ipc"):
            raise ImportError(f"No module named {name!r}")

sys.meta_path.insert(0, NotOnWindows())
for name in ("fork", "geteuid", "getuid", "setsid", "killpg"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGALRM", "setitimer", "SIGXCPU", "SIGSYS"):
    delattr(signal, name)
"""

Practise = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's machine: a virtual environment with NumPy and pytest, without what only Linux and macOS have."""
    place = tmp_path_factory.mktemp("home")
    venv.create(place / "venv", with_pip=False, symlinks=True)
    packages = next((place / "venv").rglob("site-packages"))
    source = Path(numpy.__file__).parent.parent
    for path in (path for pattern in NEEDED for path in source.glob(pattern)):
        (packages / path.name).symlink_to(path)
    (packages / "sitecustomize.py").write_text(NOT_EVERYWHERE)
    return place


def unpack(suite: Path, place: Path) -> Path:
    zipfile.ZipFile(io.BytesIO(practice_zip(load_suite(suite)))).extractall(place)
    return next(place.glob("practice-*"))


@pytest.fixture
def practise(home: Path, tmp_path: Path) -> Practise:
    """Run an exercise's practise.py on a hand-in: (suite's folder, hand-in, options)."""

    def run(suite: Path, hand_in: Path, *options: str) -> subprocess.CompletedProcess[str]:
        program = unpack(suite, tmp_path / "zip") / "practise.py"
        command = [home / "venv" / "bin" / "python", program, "--language", "en", *options, hand_in]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path, env={"PATH": ""})

    return run


MINI = DATA / "mini"


def changed(tmp_path: Path, body: str) -> Path:
    """A hand-in to the mini exercise whose Double.forward has this body."""
    folder = tmp_path / "hand-in" / "Layers"
    folder.mkdir(parents=True)
    (folder / "Base.py").write_text("class BaseLayer: ...\n")
    (folder / "Double.py").write_text(f"class Double:\n    def forward(self, x):\n        {body}\n")
    return folder.parent


def test_a_right_hand_in_passes_all_that_is_there(practise: Practise) -> None:
    done = practise(PROJECT / "test_suites" / "ex1", CANDIDATES / "right_plain")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ReLU: would earn its 5 points: 4 of 4 visible counting cases passed." in done.stdout
    assert "9 of 9 visible counting cases passed. Its 45 points may depend on further" in done.stdout
    assert "This is not a grade" in done.stdout


def test_a_wrong_one_is_told_what_is_wrong_and_what_to_do(practise: Practise) -> None:
    done = practise(MINI, DATA / "mini_wrong")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "failed     Forward doubles its input." in done.stdout
    assert "The output of forward is wrong in 12 of 12 values" in done.stdout
    assert "Hint: Multiply by two." in done.stdout
    assert "Doubling: would earn 0 of 10 points: 1 of 1 visible counting cases not passed" in done.stdout


def test_the_same_in_german(practise: Practise) -> None:
    done = practise(MINI, DATA / "mini_wrong", "--language", "de")
    assert "falsch     Forward verdoppelt die Eingabe." in done.stdout
    assert "Hinweis: Multipliziere mit zwei." in done.stdout
    assert "brächte 0 von 10 Punkten" in done.stdout


def test_a_traceback_runs_through_the_students_files_only(practise: Practise, tmp_path: Path) -> None:
    done = practise(MINI, changed(tmp_path, 'print("here"); return x @ x'))
    assert done.returncode == 1
    assert 'File "Layers/Double.py", line 3, in forward' in done.stdout
    assert "test_double.py" not in done.stdout
    assert str(tmp_path) not in done.stdout
    assert "Your code printed:\n               here" in done.stdout


def test_an_advisory_case_costs_nothing(practise: Practise, tmp_path: Path) -> None:
    done = practise(MINI, changed(tmp_path, "x *= 2; return x"))
    assert "advice     Forward leaves its input as it was." in done.stdout
    assert "Why it matters: Earns the points" in done.stdout


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("while True: pass", "Too slow: the case used more than 0.2 s of computing time."),
        ("__import__('os')._exit(3)", "Your program ended itself (exit code 3) during the case."),
        ("__import__('os').abort()", "Your program crashed (SIGABRT) during the case."),
        ("exit(4)", "Your code raised SystemExit: 4"),
        ("return self.missing", "Your code raised AttributeError: 'Double' object has no attribute 'missing'"),
        ("return (", "Your code raised SyntaxError"),
    ],
)
def test_what_ends_the_process_costs_one_case(practise: Practise, tmp_path: Path, body: str, said: str) -> None:
    suite = quick(tmp_path)
    done = practise(suite, changed(tmp_path, body))
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.count(said) == 2  # each of the two cases gets a verdict


def quick(tmp_path: Path) -> Path:
    """The mini exercise with little patience."""
    folder = tmp_path / "suite"
    folder.mkdir()
    for path in ("suite.toml", "test_double.py", "provided/Layers/__init__.py"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text((MINI / path).read_text().replace("case_cpu_s = 2", "case_cpu_s = 0.1"))
    return folder


def test_a_loop_says_where_it_was(practise: Practise, tmp_path: Path) -> None:
    done = practise(quick(tmp_path), changed(tmp_path, "while True: pass"))
    assert 'It was here when it was stopped:\n               File "Layers/Double.py", line 3, in forward' in done.stdout


def test_a_loop_that_lets_no_python_run_is_ended_from_outside(practise: Practise, tmp_path: Path) -> None:
    done = practise(quick(tmp_path), changed(tmp_path, "return sum(range(10**13))"), "--case", "forward")
    assert done.returncode == 1
    assert "too slow   Forward doubles its input." in done.stdout
    assert "Too slow: the case used more than 10.6 s" in done.stdout


def test_a_case_may_ask_for_more_time(practise: Practise, tmp_path: Path) -> None:
    suite = quick(tmp_path)
    test = suite / "test_double.py"
    test.write_text(test.read_text().replace("def test_forward", "@pytest.mark.limits(cpu_s=20)\ndef test_forward"))
    body = "e = __import__('time').process_time() + 0.5\n        while __import__('time').process_time() < e: pass\n"
    done = practise(suite, changed(tmp_path, f"{body}        return 2 * x"))
    assert done.returncode == 0, done.stdout
    assert "passed     Forward doubles its input." in done.stdout
    assert done.stdout.count("Too slow") == 1  # the other case has no such mark


def test_a_zip_or_a_misplaced_file_is_read_as_the_server_reads_it(practise: Practise, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "submission.zip", "w") as archive:
        archive.writestr("wrong/Double.py", (DATA / "mini_right" / "Layers" / "Double.py").read_text())
    done = practise(MINI, tmp_path / "submission.zip")
    assert done.returncode == 0, done.stdout
    assert "! " in done.stdout
    assert "Layers/Base.py" in done.stdout


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_what_is_no_hand_in_is_refused(practise: Practise, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    done = practise(MINI, tmp_path / name)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_missing_packages_are_named_with_what_to_do(tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    command = [
        tmp_path / "bare" / "bin" / "python",
        unpack(MINI, tmp_path / "zip") / "practise.py",
        DATA / "mini_right",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"LANG": "C"})
    assert done.returncode == 2
    assert "-m pip install numpy pytest" in done.stdout


def test_what_is_not_installed_is_the_machines_lack(practise: Practise, tmp_path: Path) -> None:
    done = practise(MINI, changed(tmp_path, "import torchvision"))
    assert "Your code imports “torchvision”, which is not installed here." in done.stdout


def test_the_command_does_the_same_without_a_zip(abgabe: Run) -> None:
    right = abgabe("practise", "mini", DATA / "mini_right")
    assert right.returncode == 0, right.stdout + right.stderr
    assert "Doubling: would earn its 10 points" in right.stdout
    wrong = abgabe("practise", "mini", DATA / "mini_wrong", LANG="de_DE.UTF-8")
    assert wrong.returncode == 1
    assert "Verdoppeln: brächte 0 von 10 Punkten" in wrong.stdout
    assert abgabe("practise", "ex9", DATA / "mini_right").returncode == 2


def test_everything_is_said_in_both_languages() -> None:
    assert {code for code, said in WORDS.items() if not (said.get("en") and said.get("de"))} == set()
