"""Right hand-ins pass every case of exercise 2, whatever the seed; authors run a suite in one process like this.

``python -m tests.test_suites.pass_rate`` counts over many seeds.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.settings import PROJECT
from core.suites import load_suite
from tests.test_suites.candidates import ROOT

OPTIONS = ["-q", "-p", "exam.plain", "-p", "no:cacheprovider", "-c", "/dev/null"]


@pytest.mark.parametrize(("name", "seed"), [("right_im2col", 0), ("right_flat", 2**62)])
def test_a_right_hand_in_passes_with_any_seed(name, seed, lay_out, tmp_path):
    suite = load_suite(PROJECT / "test_suites" / "ex2")
    tree = lay_out(ROOT / "ex2" / name, suite, tmp_path)
    command = [sys.executable, "-m", "pytest", *OPTIONS, "--student", tree, "--exam-seed", str(seed), suite.folder]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
