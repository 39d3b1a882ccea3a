"""``abgabe suite check`` finds what is wrong with a suite, and nothing in a sound one."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.candidates import Candidate
from tests.cli.conftest import DATA, Run

EXPECTED = {
    "right_plain": "points = 10",
    "wrong": 'points = 0\n[verdicts]\n"Double.forward" = "failed"\n"Double.input_unchanged" = "failed"',
    "in_place": 'points = 10\n[verdicts]\n"Double.input_unchanged" = "failed"',
}
HINT = "    hint: Return a new array.\n    hint.de: Gib ein neues Feld zurück.\n    why: Earns"

Check = Callable[..., dict[str, Any]]


@pytest.fixture
def suite(installation: dict[str, str]) -> Path:
    """The mini exercise, with every text."""
    test = Path(installation["ABGABE_SUITES_DIR"]) / "mini" / "test_double.py"
    test.write_text(test.read_text("utf-8").replace("    why: Earns", HINT), "utf-8")
    return test.parent


@pytest.fixture
def candidates(tmp_path: Path) -> Path:
    """A right and two wrong hand-ins to it."""
    for name, expected in EXPECTED.items():
        folder = tmp_path / "candidates" / name
        shutil.copytree(DATA / ("mini_wrong" if name == "wrong" else "mini_right"), folder)
        (folder / "expected.toml").write_text(f'description = "{name}"\n{expected}\n')
        (folder / "Layers" / "Base.py").write_text("class BaseLayer: ...\n")
    in_place = tmp_path / "candidates" / "in_place" / "Layers" / "Double.py"
    in_place.write_text(in_place.read_text().replace("return 2 * x", "x *= 2\n        return x"))
    return tmp_path / "candidates"


@pytest.fixture
def check(abgabe: Run, suite: Path, candidates: Path) -> Check:
    """Run it, with these checks only: check -> what it says. Also checks that the exit code agrees."""

    def run(*only: str) -> dict[str, Any]:
        chosen = [word for name in only for word in ("--only", name)]
        done = abgabe("suite", "check", "mini", "--candidates", candidates, "--quick", "--json", *chosen)
        assert done.returncode in (0, 1), done.stderr
        told = json.loads(done.stdout)
        assert done.returncode == (0 if told["well"] else 1)
        return {one["name"]: one for one in told["checks"]}

    return run


def test_a_sound_suite_has_nothing_to_mend(check: Check) -> None:
    told = check()
    assert {name: one["findings"] for name, one in told.items() if one["findings"]} == {}
    assert set(told) == {"hand-ins", "texts", "groups", "times", "practice", "attacks", "seeds", "mutants"}
    assert told["hand-ins"]["summary"] == "3 of 3 examined, 1 right and 2 wrong"
    assert told["seeds"]["summary"] == "3 of 3 exams: 1 right hand-ins with 3 seeds each"
    assert {one["outcome"] for one in told["mutants"]["mutants"]} == {"killed"}
    assert told["times"]["cpu_s"].keys() == {"Double.forward", "Double.input_unchanged"}


def test_the_report_for_people_says_the_same(abgabe: Run, suite: Path, candidates: Path) -> None:
    done = abgabe("suite", "check", "mini", "--candidates", candidates, "--quick")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ mutants" in done.stdout
    assert "Nothing to mend." in done.stdout


def test_a_wrong_verdict_is_found(check: Check, candidates: Path) -> None:
    expected = candidates / "wrong" / "expected.toml"
    expected.write_text(expected.read_text().replace('forward" = "failed"', 'forward" = "raised"'))
    (finding,) = check("hand-ins")["hand-ins"]["findings"]
    assert finding.startswith("wrong: Double.forward: failed instead of raised")


def test_what_a_hand_in_got_can_be_copied_into_what_is_expected(abgabe: Run, suite: Path, candidates: Path) -> None:
    expected = candidates / "wrong" / "expected.toml"
    expected.write_text('description = "wrong"\npoints = 5\n')
    words = ("suite", "check", "mini", "--candidates", candidates, "--hand-in", "wrong")
    told = abgabe(*words).stdout
    assert "1 of 1 examined" in told
    expected.write_text('description = "wrong"\n' + told[told.index("points = 0") : told.index("3 to mend")])
    assert abgabe(*words).returncode == 0


def test_points_by_share_are_expected_with_two_decimals(check: Check, suite: Path, candidates: Path) -> None:
    toml, test = suite / "suite.toml", suite / "test_double.py"
    toml.write_text(toml.read_text("utf-8").replace("points = 10", 'points = 10\nrule = "proportional"'), "utf-8")
    cases = '@pytest.mark.parametrize("n", [1, 2, 3])\ndef test_forward(student, rng, n):'
    text = test.read_text("utf-8").replace("def test_forward(student, rng):", cases)
    test.write_text(text.replace("rng.random((3, 4))", "rng.random((n, 4)) * 5.0", 1), "utf-8")
    double = candidates / "wrong" / "Layers" / "Double.py"
    double.write_text("class Double:\n    def forward(self, x):\n        return (2 if len(x) == 2 else 3) * x\n")
    verdicts = '"Double.forward[1]" = "failed"\n"Double.forward[3]" = "failed"'
    (candidates / "wrong" / "expected.toml").write_text(
        f'description = "wrong"\npoints = 3.33\n[verdicts]\n{verdicts}\n'
    )
    assert not [one for one in check("hand-ins")["hand-ins"]["findings"] if one.startswith("wrong:")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("points = = 1", "wrong/expected.toml: Invalid value"),
        ("points = 0", "wrong/expected.toml has no key: description"),
        ('description = ""\npoints = 0\nverdict = 1', "an unknown key: verdict"),
        ('description = ""\npoints = 0\n[verdicts]\n"Double.forward" = "fail"', "an unknown verdict: fail"),
        ('description = ""\npoints = 0\nbased_on = "right"', "there is no hand-in right"),
        ('description = ""\npoints = 0\nbased_on = "right_plain"\nwithout = ["D.py"]', "no file D.py"),
        (
            'description = ""\npoints = 0\nbased_on = "right_plain"\nchange = [{ file = "D.py", old = "", new = "" }]',
            "no file D.py",
        ),
    ],
)
def test_a_slip_in_what_is_expected_is_told_with_its_place(candidates: Path, text: str, told: str) -> None:
    (candidates / "wrong" / "expected.toml").write_text(text)
    with pytest.raises(ValueError, match=re.escape(told)):
        Candidate(candidates / "wrong").files()


def test_a_hand_in_without_expectations_is_found(check: Check, candidates: Path) -> None:
    (candidates / "in_place" / "expected.toml").unlink()
    told = check("hand-ins")["hand-ins"]
    assert told["findings"] == ["in_place: no expected.toml, so nobody looks at it"]


def test_names_that_lead_nowhere_are_found(check: Check, suite: Path) -> None:
    toml = suite / "suite.toml"
    text = toml.read_text("utf-8").replace('version = "7"', 'version = "7"\nhidden = ["test_hiden.py"]')
    toml.write_text(text + 'promote = ["input_unchangd"]\n', "utf-8")
    (suite / "test_forgotten.py").write_text("def test_nothing(): ...\n")
    told = check("groups", "practice")
    assert told["groups"]["findings"] == [
        "hidden: there is no file test_hiden.py",
        "Double: promote: there is no case input_unchangd",
        "test_forgotten.py is in no group: nobody runs it",
    ]
    assert told["practice"]["notes"] == ["given out: test_double.py"]


def test_an_exam_that_cannot_be_held_is_told_with_the_reason(check: Check, suite: Path) -> None:
    (suite / "test_double.py").write_text("import nothing_like_it\n")
    (finding,) = check("texts")["texts"]["findings"]
    assert "nothing_like_it" in finding


def test_a_missing_text_is_found(check: Check, suite: Path) -> None:
    test = suite / "test_double.py"
    test.write_text(test.read_text("utf-8").replace("    why.de:", "    de.why:"), "utf-8")
    assert check("texts")["texts"]["findings"] == ["Double.input_unchanged: no why in de"]


def test_a_case_that_depends_on_luck_is_found(check: Check, suite: Path) -> None:
    test = suite / "test_double.py"
    test.write_text(test.read_text("utf-8").replace("    x = rng", "    assert rng.random() < 0.5\n    x = rng", 1))
    assert any("right_plain, seed" in finding for finding in check("seeds")["seeds"]["findings"])


def test_a_right_hand_in_need_not_pass_every_advisory_case(check: Check, candidates: Path) -> None:
    (candidates / "in_place").rename(candidates / "right_in_place")
    told = check("seeds")["seeds"]
    assert told["findings"] == []
    assert told["summary"] == "6 of 6 exams: 2 right hand-ins with 3 seeds each"


def test_a_hole_is_found_unless_it_is_argued_to_be_none(check: Check, suite: Path, candidates: Path) -> None:
    double = candidates / "right_plain" / "Layers" / "Double.py"
    double.write_text("class Double:\n    def forward(self, x):\n        self.seen = x\n        return 2 * x\n")
    (finding,) = check("mutants")["mutants"]["findings"]
    assert "survives" in finding
    assert "-        self.seen = x\n+        pass" in finding
    name = finding.split()[1]
    argument = f'[[mutant]]\nid = "{name}"\nreason = "Nobody reads it."\n'
    (candidates / "right_plain" / "equivalent_mutants.toml").write_text(argument)
    told = check("mutants")["mutants"]
    assert told["findings"] == []
    assert told["argued_equivalent"] == 1
    double.write_text(double.read_text().replace("seen", "known"))
    assert any(f"argues about {name}" in finding for finding in check("mutants")["mutants"]["findings"])


def test_a_verdict_that_the_hand_in_gets_anyhow_notices_no_mutant(check: Check, candidates: Path) -> None:
    shutil.rmtree(candidates / "right_plain")
    double = (candidates / "in_place").rename(candidates / "right_in_place") / "Layers" / "Double.py"
    double.write_text(double.read_text().replace("x *= 2", "self.seen = 1\n        x *= 2"))
    survivors = [one for one in check("mutants")["mutants"]["mutants"] if one["outcome"] == "survived"]
    assert {one["diff"].splitlines()[0] for one in survivors} == {"-        self.seen = 1"}


def test_a_case_that_blames_itself_for_a_students_fault_is_found(check: Check, suite: Path) -> None:
    test = suite / "test_double.py"
    broken = "    if student.Layers.Double.Double().forward(x) is None:\n        undefined\n    assert_close("
    test.write_text(test.read_text("utf-8").replace("    assert_close(", broken, 1), "utf-8")
    (finding,) = check("mutants")["mutants"]["findings"]
    assert finding.startswith("Double.forward ends in suite_error")
    assert "+        return None" in finding


def test_practice_that_does_not_work_at_home_is_found(check: Check, suite: Path) -> None:
    test = suite / "test_double.py"
    text = 'Path(__file__).with_name("secret.txt").read_text()'
    test.write_text(test.read_text("utf-8").replace("    x = rng", f"    {text}\n    x = rng", 1))
    test.write_text(f"from pathlib import Path\n{test.read_text('utf-8')}")
    (suite / "secret.txt").write_text("not given out")
    (finding,) = check("practice")["practice"]["findings"]
    assert "right_plain does not pass at home" in finding


@pytest.mark.parametrize(
    ("exercise", "folder"), [("ex9", "candidates"), ("mini", "empty")], ids=["no such exercise", "no hand-ins"]
)
def test_what_cannot_be_checked_is_said(abgabe: Run, candidates: Path, exercise: str, folder: str) -> None:
    done = abgabe("suite", "check", exercise, "--candidates", candidates.parent / folder)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_an_unknown_check_or_hand_in_is_no_success(abgabe: Run, suite: Path, candidates: Path) -> None:
    for words in (("--only", "mutant"), ("--only", "mutants", "--mutate", "wrong"), ("--hand-in", "wrongg")):
        done = abgabe("suite", "check", "mini", "--candidates", candidates, *words)
        assert done.returncode == 2, done.stdout


def test_time_that_is_over_is_no_success(abgabe: Run, suite: Path, candidates: Path) -> None:
    done = abgabe("suite", "check", "mini", "--candidates", candidates, "--only", "seeds", "--minutes", "0")
    assert done.returncode == 1
    assert "the time was over" in done.stdout
