"""A class of a course's own test file passes, in one process, if and only if our counting group does; and that file, as
it stands, gives the same verdicts across two processes.

The file (tests/data/classic_ex1) is written in the manner of the course: star imports, helper classes handed to the
student's code, numerical gradients entry by entry. What our counting cases promise, they promise for the groups of such
a file, for every hand-in that one process survives.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from core.scoring import score
from core.suites import load_suite

TESTS = Path(__file__).parents[1]
CANDIDATES = TESTS / "candidates" / "ex1"
CLASSIC = TESTS / "data" / "classic_ex1"
EXPECTED = {
    path.parent.name: tomllib.loads(path.read_text("utf-8")) for path in sorted(CANDIDATES.glob("*/expected.toml"))
}
HARMLESS = [name for name, expected in EXPECTED.items() if "one_process" not in expected]
ACROSS = (
    "right_plain",
    "right_flat_from_base",
    "right_flat_object_array",
    "no_bias_column",
    "weights_float32",
    "softmax_wrong_axis",
    "loss_per_sample",
)
"""Those that are examined with the course's file across the seam; each takes thousands of remote calls."""


@pytest.fixture(scope="session")
def in_one_process(ex1, lay_out, tmp_path_factory):
    """Hand-in -> group -> test -> whether it passed, from plain unittest in one process each."""
    trees = {str(lay_out(CANDIDATES / name, ex1, tmp_path_factory.mktemp(name))): name for name in HARMLESS}
    command = [sys.executable, "-B", CLASSIC / "run_in_one_process.py", ex1.folder / "provided", *trees]
    told = subprocess.run(command, check=True, capture_output=True, text=True, env={"OPENBLAS_NUM_THREADS": "1"})
    return {trees[tree]: groups for tree, groups in json.loads(told.stdout).items()}


@pytest.fixture(scope="session")
def classic(ex1, tmp_path_factory):
    """The course's file as a suite, with the provided files of ours."""
    folder = tmp_path_factory.mktemp("suites") / "classic"
    shutil.copytree(CLASSIC, folder)
    shutil.copytree(ex1.folder / "provided", folder / "provided")
    return load_suite(folder)


@pytest.mark.parametrize("name", HARMLESS)
def test_a_group_is_earned_if_and_only_if_the_course_s_class_passes(name, in_one_process, ex1, grade):
    assert in_one_process[name].keys() == {group.id for group in ex1.groups}
    passed = {group for group, tests in in_one_process[name].items() if all(tests.values())}
    stricter = set(EXPECTED[name].get("stricter", {}))
    assert stricter <= passed
    earned = {group.id for group in score(ex1, grade("bubblewrap", ex1, CANDIDATES / name)).groups if group.points}
    assert earned == passed - stricter


@pytest.mark.parametrize("name", ACROSS)
def test_the_course_s_file_gives_the_same_verdicts_across_the_seam(name, in_one_process, classic, grade):
    report = grade("bubblewrap", classic, CANDIDATES / name)
    across = {case.spec.id: case.verdict.value == "passed" for case in report.cases}
    alone = {f"{group}.{test}": ok for group, tests in in_one_process[name].items() for test, ok in tests.items()}
    assert across == alone
    assert score(classic, report).points == EXPECTED[name]["points"]
