"""What exercise 0's suite says about itself, and its data: ours, as the script draws it, fit to tell mistakes by."""

from __future__ import annotations

import io
import itertools
import json
import runpy

import numpy as np
import pytest

from core.settings import PROJECT
from core.suites import load_suite
from exam.report import Verdict
from tests.test_suites.candidates import Candidate

FOLDER = PROJECT / "test_suites" / "ex0"
COURSE_WEIGHTS = {"Checkers": 10, "Circle": 10, "Spectrum": 10, "Gen": 70}
COURSE_TESTS = {
    "Checkers": {"pattern", "pattern_different_size", "return_copy"},
    "Circle": {"pattern", "pattern_different_size", "return_copy"},
    "Spectrum": {"pattern", "pattern_different_size", "return_copy"},
    "Gen": {"init", "duplicate", "reset_index", "shuffle", "shuffle_epoch", "epoch", "rotation", "mirroring", "resize",
            "labels"},
}  # fmt: skip


@pytest.fixture(scope="session")
def ex0():
    return load_suite(FOLDER)


@pytest.fixture(scope="session")
def cases(ex0, grade, tmp_path_factory):
    hand_in = Candidate("ex0", "right_numpy_skimage").write(tmp_path_factory.mktemp("right"))
    return grade("bubblewrap", ex0, hand_in).cases


@pytest.fixture(scope="session")
def script():
    return runpy.run_path(str(FOLDER / "make_data.py"))


def test_groups_weigh_what_the_course_s_classes_weigh_all_or_nothing(ex0):
    assert {group.id: group.points for group in ex0.groups} == COURSE_WEIGHTS
    assert {group.rule for group in ex0.groups} == {"all"}


def test_the_counting_cases_are_the_course_s_tests(cases):
    counting = {(case.spec.group, case.spec.id.partition(".")[2]) for case in cases if case.spec.counts}
    assert counting == {(group, name) for group, names in COURSE_TESTS.items() for name in names}


def test_every_case_has_a_title_and_a_hint_in_both_languages(cases):
    for case in cases:
        assert case.spec.title.keys() >= {"en", "de"}, case.spec.id
        assert case.spec.hint.keys() >= {"en", "de"}, case.spec.id


def test_advisory_cases_say_why_they_are_shown(cases):
    for case in cases:
        assert bool(case.spec.why) is not case.spec.counts, case.spec.id
        assert not case.spec.why or case.spec.why.keys() >= {"en", "de"}, case.spec.id


def test_a_right_hand_in_passes_everything_and_is_quick(cases):
    assert {case.verdict for case in cases} == {Verdict.PASSED}
    assert sum(case.cpu_s for case in cases) < 8  # about 2 s where the machine has nothing else to do


def test_what_is_provided_is_what_the_script_draws(ex0, script):
    drawn, provided = dict(script["provided_files"]()), data_of(ex0)
    assert drawn.keys() == provided.keys()
    for place, content in drawn.items():
        assert _read(place, provided[place]) == _read(place, content), place
    with np.load(FOLDER / "patterns.npz") as stored:
        assert stored.keys() == script["patterns"]().keys()
        assert all(np.array_equal(stored[name], array) for name, array in script["patterns"]().items())


def data_of(suite):
    return {place: content for place, content in suite.provided_files().items() if not place.endswith(".py")}


def _read(place, content):
    return json.loads(content) if place.endswith(".json") else np.load(io.BytesIO(content)).tolist()


def test_the_pictures_have_the_course_s_form(ex0):
    provided = data_of(ex0)
    labels = json.loads(provided["Labels.json"])
    assert labels.keys() == {str(number) for number in range(100)}
    assert set(labels.values()) == set(range(10))
    images = [np.load(io.BytesIO(provided[f"exercise_data/{number}.npy"])) for number in range(100)]
    assert {(image.shape, image.dtype.name) for image in images} == {((32, 32, 3), "uint8")}
    assert all(provided[f"data/{place}"] == provided[place] for place in provided if not place.startswith("data/"))


def test_no_picture_looks_like_another_or_like_itself_turned_or_mirrored(script):
    images, _ = script["pictures"]()
    sides = (images, images[:, :, ::-1])
    forms = [np.rot90(side, quarter, (1, 2)) for side, quarter in itertools.product(sides, range(4))]
    units = [_unit(form) for form in forms]
    correlation = np.concatenate([units[0] @ unit.T for unit in units], axis=1)
    np.fill_diagonal(correlation, 0)
    assert correlation.max() < 0.9


def _unit(images):
    rows = images.reshape(len(images), -1).astype(float)
    rows -= rows.mean(axis=1, keepdims=True)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_corners_of_a_picture_tell_how_it_was_turned(script):
    images, _ = script["pictures"]()
    corners = images[:, [0, 0, -1, -1], [0, -1, 0, -1]].astype(int)
    for first, second in itertools.combinations(range(4), 2):
        assert np.abs(corners[:, first] - corners[:, second]).sum(axis=1).min() >= 80
