"""``abgabe grade``: what it prints, and what its exit code says."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import DATA, Run


def graded(abgabe: Run, *words: str | Path) -> dict[str, Any]:
    done = abgabe("grade", *words, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_right_hand_in_earns_all_points(abgabe: Run) -> None:
    result = graded(abgabe, "mini", DATA / "mini_right")
    assert (result["exercise"], result["suite"]["version"]) == ("mini", "7")
    assert (result["points"], result["max_points"]) == (10, 10)
    assert [(case["id"], case["verdict"]) for case in result["cases"]] == [
        ("Double.forward", "passed"),
        ("Double.input_unchanged", "passed"),
    ]
    assert result["sandbox"]["kind"] == "bubblewrap"
    assert 0 < result["timing"]["first_case_s"] <= result["timing"]["total_s"]


def test_a_wrong_hand_in_is_told_why_and_exits_with_0(abgabe: Run) -> None:
    result = graded(abgabe, "mini", DATA / "mini_wrong")
    assert result["points"] == 0
    forward, unchanged = result["cases"]
    assert (forward["verdict"], forward["counts"]) == ("failed", True)
    assert "times 1.5" in forward["message"]
    assert (unchanged["verdict"], unchanged["counts"]) == ("failed", False)


@pytest.mark.parametrize("kind", ["zip", "file", "folder"])
def test_zip_files_and_folder_are_the_same_hand_in(abgabe: Run, tmp_path: Path, kind: str) -> None:
    source = DATA / "mini_right" / "Layers" / "Double.py"
    path = {"file": source, "folder": DATA / "mini_right"}.get(kind, tmp_path / "submission.zip")
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(source, "Double.py")
    assert graded(abgabe, "mini", path)["points"] == 10


def test_an_exercise_may_be_a_folder(abgabe: Run) -> None:
    assert graded(abgabe, DATA / "mini", DATA / "mini_right")["points"] == 10


def test_a_missing_file_is_a_verdict(abgabe: Run, tmp_path: Path) -> None:
    (tmp_path / "Base.py").write_text("x = 1\n")
    result = graded(abgabe, "mini", tmp_path / "Base.py")
    assert {case["verdict"] for case in result["cases"]} == {"missing"}
    assert any("Double.py" in warning for warning in result["warnings"])


def test_a_refused_hand_in_exits_with_2(abgabe: Run, tmp_path: Path) -> None:
    path = tmp_path / "submission.zip"
    path.write_bytes(b"this is no zip")
    done = abgabe("grade", "mini", path, "--json")
    error = json.loads(done.stdout)["error"]
    assert done.returncode == 2
    assert error["code"]
    assert error["message"]
    assert error["hint"]


def test_an_unknown_exercise_is_told_with_the_known_ones(abgabe: Run) -> None:
    done = abgabe("grade", "ex77", DATA / "mini_right")
    assert done.returncode == 2
    assert "ex77" in done.stderr
    assert "mini" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_suite_exits_with_3(abgabe: Run, installation: dict[str, str]) -> None:
    (Path(installation["ABGABE_SUITES_DIR"]) / "mini" / "test_double.py").write_text("import nothing_like_it\n")
    done = abgabe("grade", "mini", DATA / "mini_right", "--json")
    assert done.returncode == 3
    assert "nothing_like_it" in json.loads(done.stdout)["error"]["message"]


def test_no_sandbox_exits_with_3_and_says_how_to_get_one(abgabe: Run, tmp_path: Path) -> None:
    done = abgabe("grade", "mini", DATA / "mini_right", PATH=str(tmp_path))
    assert done.returncode == 3
    assert "apt-get install" in done.stderr


def test_the_same_seed_gives_the_same_verdicts_and_messages(abgabe: Run) -> None:
    first, second = (graded(abgabe, "mini", DATA / "mini_wrong", "--seed", "5") for _ in range(2))
    other = graded(abgabe, "mini", DATA / "mini_wrong", "--seed", "6")
    messages = [[case["message"] for case in result["cases"]] for result in (first, second, other)]
    assert messages[0] == messages[1] != messages[2]


def test_for_people_it_prints_groups_and_reasons_in_their_language(abgabe: Run) -> None:
    done = abgabe("grade", "mini", DATA / "mini_wrong", LANG="de_DE.UTF-8")
    assert done.returncode == 0
    assert "Verdoppeln: 0 / 10" in done.stdout
    assert "Forward verdoppelt die Eingabe" in done.stdout
    assert "Double.forward" in done.stdout
    assert "Double.input_unchanged, advisory" in done.stdout
    assert "Die Ausgabe" in done.stdout or "ist in 12 von 12 Werten falsch" in done.stdout
    assert "Hinweis: Multipliziere mit zwei." in done.stdout


def test_of_what_the_code_printed_the_first_lines_are_shown(abgabe: Run, tmp_path: Path) -> None:
    folder = tmp_path / "hand_in"
    shutil.copytree(DATA / "mini_wrong", folder)
    code = folder / "Layers" / "Double.py"
    code.write_text('print(*("[bold]" + str(i) for i in range(50)), sep="\\n")\n' + code.read_text())
    done = abgabe("grade", "mini", folder)
    assert "Your code printed:" in done.stdout
    assert "[bold]19 " in done.stdout
    assert "[bold]20" not in done.stdout
    assert "… and 31 more lines" in done.stdout


def test_the_students_tests_are_not_run(abgabe: Run, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(DATA / "mini_right", folder)
    (folder / "NeuralNetworkTests.py").write_text("raise SystemExit\n")
    assert graded(abgabe, "mini", folder)["points"] == 10
