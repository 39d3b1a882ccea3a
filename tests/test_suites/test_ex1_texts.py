"""What exercise 1's suite says about itself: the course's weights, and words for a student in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from exam.report import Verdict

REFERENCE = Path(__file__).parents[1] / "candidates" / "ex1" / "right_reference"
COURSE_WEIGHTS = {
    "FullyConnected": 45,
    "ReLU": 5,
    "SoftMax": 10,
    "CrossEntropyLoss": 10,
    "Optimizers": 5,
    "NeuralNetwork": 25,
}


@pytest.fixture(scope="session")
def cases(ex1, grade):
    return grade("bubblewrap", ex1, REFERENCE).cases


def test_groups_weigh_what_the_course_s_classes_weigh_all_or_nothing(ex1):
    assert {group.id: group.points for group in ex1.groups} == COURSE_WEIGHTS
    assert {group.rule for group in ex1.groups} == {"all"}


def test_every_group_has_counting_cases(cases):
    assert {case.spec.group for case in cases if case.spec.counts} == set(COURSE_WEIGHTS)


def test_every_case_has_a_title_and_a_hint_in_both_languages(cases):
    for case in cases:
        assert case.spec.title.keys() >= {"en", "de"}, case.spec.id
        assert case.spec.hint.keys() >= {"en", "de"}, case.spec.id


def test_advisory_cases_say_why_they_are_shown(cases):
    for case in cases:
        assert bool(case.spec.why) is not case.spec.counts, case.spec.id
        assert not case.spec.why or case.spec.why.keys() >= {"en", "de"}, case.spec.id


def test_the_reference_passes_everything_and_is_quick(cases):
    assert {case.verdict for case in cases} == {Verdict.PASSED}
    assert sum(case.cpu_s for case in cases) < 4  # about 1 s where the machine has nothing else to do
