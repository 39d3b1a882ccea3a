"""A class of a course's own test file passes, in one process, if and only if our counting group does.

The file (tests/data/classic_ex1) is written in the manner of the course: star imports, helper classes handed to the
student's code, numerical gradients entry by entry. What our counting cases promise, they promise for the groups of such
a file, for every hand-in that one process survives. test_classic_seam.py examines the same file across the seam.
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from core.scoring import score
from tests.test_suites.candidates import Candidate
from tests.test_suites.classic import classic_suite, harmless, in_one_process, lay_out

HARMLESS = [candidate.name for candidate in harmless("ex1")]


@pytest.fixture(scope="session")
def alone(tmp_path_factory):
    """Hand-in -> group -> whether each of its tests passed, from plain unittest in one process each."""
    folder = tmp_path_factory.mktemp("alone")
    suite = classic_suite("ex1", folder / "classic")
    trees = {lay_out(candidate, suite, folder): candidate.name for candidate in harmless("ex1")}
    found = {}
    for tree, verdicts in in_one_process(suite, list(trees)).items():
        groups = found[trees[tree]] = defaultdict(list)
        for test, ok in verdicts.items():
            groups[test.partition(".")[0]].append(ok)
    return found


@pytest.mark.parametrize("name", HARMLESS)
def test_a_group_is_earned_if_and_only_if_the_course_s_class_passes(name, alone, ex1, grade, tmp_path):
    assert alone[name].keys() == {group.id for group in ex1.groups}
    candidate = Candidate("ex1", name)
    passed = {group for group, verdicts in alone[name].items() if all(verdicts)}
    stricter = set(candidate.expected.get("stricter", {}))
    assert stricter <= passed
    report = grade("bubblewrap", ex1, candidate.folder)
    assert {group.id for group in score(ex1, report).groups if group.points} == passed - stricter
