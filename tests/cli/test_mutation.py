"""Mutants of a hand-in: one fault each, in the student's own words, under lasting names."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from cli.candidates import Candidate
from cli.mutation.mutants import argued, mutants
from cli.mutation.reach import unused
from cli.suite_mutation import mutants_of
from core.settings import PROJECT
from core.suites import load_suite

PLAIN = PROJECT / "tests" / "candidates" / "ex1" / "right_plain"


def faults(line: str) -> set[str]:
    """What becomes of ``line``, which stands in a function of its own."""
    head = "def f(self, x, y):\n    "
    found = mutants({"a.py": f"{head}{line}\n".encode()})
    return {mutant.source.removeprefix(head).rstrip("\n") for mutant in found}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x = self.a + y", {"x = (self.a - y)"}),
        ("x = y @ self.a", {"x = (self.a @ y)"}),
        ("self.a = y", {"pass"}),
        ("self.a += y", {"self.a -= y", "self.a = y", "pass"}),
        ("x = -y", {"x = (y)"}),
        ("x = y[:-1]", {"x = y[:]", "x = y[:(1)]", "x = y[:-2]"}),
        ("x = y.T", {"x = y"}),
        ("x = np.sum(y, axis=1)", {"x = np.mean(y, axis=1)", "x = np.sum(y, axis=0)", "x = np.sum(y, axis=2)"}),
        ("x = g(y, self.a, 'b')", {"x = g(self.a, y, 'b')"}),
        ("x = copy.deepcopy(y)", {"x = (y)"}),
        ("x = y.copy()", {"x = (y)"}),
        ("return y", {"return None"}),
        ("g(y)", {"pass"}),
        ("x = True", {"x = False"}),
        ("x = 0.5", {"x = 1.0"}),
        ("x = y if x < y else x", {"x = y if (x <= y) else x", "x = y if (not (x < y)) else x"}),
        ("x = x and not y", {"x = (x or not y)", "x = x and (y)"}),
        ("for x in y: pass", {"for x in (): pass"}),
        ("'''Only words.'''", set()),
        ("return None", set()),
        ("x = y", set()),
        ("x = f'{y + 1}'", set()),
    ],
)
def test_each_fault_is_one_that_a_student_might_have_made(line: str, expected: set[str]) -> None:
    assert faults(line) == expected


def test_letters_beyond_ascii_do_not_shift_the_place() -> None:
    (mutant,) = mutants({"a.py": "größe = 'ä' ; x = größe + größe\n".encode()})
    assert mutant.source == "größe = 'ä' ; x = (größe - größe)\n"


def test_names_outlast_a_change_elsewhere_in_the_file() -> None:
    text = "def f(x, y):\n    return x + y\n\n\ndef g(x, y):\n    return x + y\n"
    before = [mutant.id for mutant in mutants({"a.py": text.encode()})]
    after = [mutant.id for mutant in mutants({"a.py": f"# A new line\nz = 'and another'\n{text}".encode()})]
    assert before == after
    assert len(set(before)) == len(before) == 4


def test_every_mutant_of_a_real_hand_in_is_another_program_and_shows_its_fault() -> None:
    files = {path.relative_to(PLAIN).as_posix(): path.read_bytes() for path in PLAIN.rglob("*.py")}
    found = mutants(files)
    assert len({mutant.id for mutant in found}) == len(found) > 100
    for mutant in found:
        assert ast.dump(ast.parse(mutant.source)) != ast.dump(ast.parse(files[mutant.file]))
        assert {line[0] for line in mutant.diff().splitlines()} == {"-", "+"}


def test_an_equivalent_mutant_needs_an_argument(tmp_path: Path) -> None:
    assert argued(tmp_path) == {}
    (tmp_path / "equivalent_mutants.toml").write_text('[[mutant]]\nid = "12345678"\nreason = "It is set again."\n')
    assert argued(tmp_path) == {"12345678": "It is set again."}
    (tmp_path / "equivalent_mutants.toml").write_text('[[mutant]]\nid = "12345678"\n')
    with pytest.raises(ValueError, match="reason"):
        argued(tmp_path)


def test_every_argument_that_we_keep_is_about_a_mutant_that_exists() -> None:
    for path in PLAIN.parents[1].glob("*/*/equivalent_mutants.toml"):
        suite = load_suite(PROJECT / "test_suites" / path.parts[-3])
        existing = {mutant.id for mutant in mutants_of(suite, Candidate(path.parent))}
        assert set(argued(path.parent)) <= existing, path


def test_what_a_hand_in_does_not_use_of_the_reference_has_no_mutants() -> None:
    hand_in = Candidate(PLAIN.parents[1] / "ex2" / "right_reference")
    changed = {mutant.diff().splitlines()[0] for mutant in mutants_of(load_suite(PROJECT / "test_suites/ex2"), hand_in)}
    tanh = "        return dy * (1 - self._y**2)  # (B, N)"
    assert tanh in hand_in.files()["reference/activations.py"].decode()
    assert f"-{tanh}" not in changed  # exercise 2 has no TanH
    assert "-        return dy * self._positive  # (B, N)" in changed
    assert "-    for offset in np.ndindex(*size):" in changed  # used by what is used


@pytest.mark.parametrize("user", ["from package.a import f", "import package.a\npackage.a.f()", "getattr(a, 'f')"])
def test_whatever_is_named_is_used_and_what_that_names(user: str) -> None:
    package = {"package/a.py": b"def f():\n    return g()\n\n\ndef g():\n    return 1\n\n\nclass H:\n    x = f\n"}
    assert unused(package, by=[user.encode()]) == {"package/a.py": [range(9, 11)]}
    assert unused(package, by=[b"from package import a"]) == {"package/a.py": [range(1, 3), range(5, 7), range(9, 11)]}


def test_a_hand_in_of_the_reference_is_its_files_as_they_are_today_under_another_name() -> None:
    files = Candidate(PLAIN.parents[1] / "ex2" / "right_reference").files()
    ours = (PROJECT / "reference_impl" / "convolution.py").read_text("utf-8")
    assert files["reference/convolution.py"].decode() == ours.replace("reference_impl", "reference")
    assert not any(b"reference_impl" in content for content in files.values())
    assert "reference/recurrent.py" not in files  # that is exercise 3
