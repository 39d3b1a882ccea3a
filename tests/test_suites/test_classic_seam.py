"""A course's own unittest file, as it stands, gives the same verdicts across two processes as in one.

The files (tests/data/classic_ex1 to classic_ex3) know nothing of an examiner: star imports, helper classes and
initializers handed to the student's code, attribute writes, numerical gradients entry by entry. A selection of
hand-ins is compared test by test, and among the long tests every other one that one process survives.
"""

from __future__ import annotations

import pytest

from tests.test_suites.candidates import Candidate
from tests.test_suites.classic import (
    EXERCISES,
    KNOWN,
    across_the_seam,
    classic_suite,
    differing,
    harmless,
    in_one_process,
    lay_out,
)

TESTS = {"ex1": {30}, "ex2": {79}, "ex3": {144, 155}}
"""Of exercise 3 more where an LSTM is handed in."""
SELECTED = [
    ("ex1", "right_plain"),
    ("ex1", "right_flat_from_base"),
    ("ex1", "right_flat_object_array"),
    ("ex1", "no_bias_column"),
    ("ex1", "weights_float32"),
    ("ex1", "softmax_wrong_axis"),
    ("ex1", "loss_per_sample"),
    ("ex2", "right_im2col"),
    ("ex3", "right_flat_transposed"),
]
"""Each takes thousands of remote calls."""
OTHERS = [
    (exercise, one.name) for exercise in EXERCISES for one in harmless(exercise) if (exercise, one.name) not in SELECTED
]


@pytest.fixture(scope="session")
def suites(tmp_path_factory):
    return {exercise: classic_suite(exercise, tmp_path_factory.mktemp("classic") / exercise) for exercise in EXERCISES}


@pytest.fixture(scope="session")
def alone(suites, tmp_path_factory):
    """(exercise, hand-in) -> test -> whether it passed in one process."""
    found = {}
    for exercise, suite in suites.items():
        folder = tmp_path_factory.mktemp(exercise)
        trees = {lay_out(Candidate(exercise, name), suite, folder): name for ex, name in SELECTED if ex == exercise}
        for tree, verdicts in in_one_process(suite, list(trees)).items():
            found[exercise, trees[tree]] = verdicts
    return found


@pytest.mark.parametrize(("exercise", "name"), SELECTED)
def test_the_course_s_file_gives_the_same_verdicts_across_the_seam(exercise, name, alone, suites, grade, tmp_path):
    candidate = Candidate(exercise, name)
    across = across_the_seam(grade("bubblewrap", suites[exercise], candidate.write(tmp_path)))
    assert across == alone[exercise, name]
    assert len(across) in TESTS[exercise]
    assert all(across.values()) or not candidate.is_right


@pytest.mark.long
@pytest.mark.parametrize(("exercise", "name"), OTHERS)
def test_every_hand_in_gets_the_same_verdicts_across_the_seam(exercise, name, suites, grade, tmp_path):
    suite, candidate = suites[exercise], Candidate(exercise, name)
    tree = lay_out(candidate, suite, tmp_path)
    report = grade("bubblewrap", suite, candidate.write(tmp_path / "handed_in_again"))
    assert differing(in_one_process(suite, [tree])[tree], report) == KNOWN.get((exercise, name), set())
