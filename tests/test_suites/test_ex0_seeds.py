"""A right hand-in passes every case of exercise 0, whatever the seed; authors run a suite in one process like this."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from core.settings import PROJECT, get_settings
from core.suites import load_suite
from tests.test_suites.candidates import Candidate
from worker.sandbox import environment


@pytest.mark.parametrize("seed", [0, 2**62])
@pytest.mark.parametrize("name", ["right_numpy_skimage", "right_kron_cv2"])
def test_a_right_hand_in_passes_with_any_seed(name, seed, lay_out, tmp_path):
    suite = load_suite(PROJECT / "test_suites" / "ex0")
    tree = lay_out(Candidate("ex0", name).write(tmp_path / name), suite, tmp_path)
    packages = environment.find(suite.image, get_settings().sandbox_env_dir).folder
    variables = os.environ | {"PYTHONPATH": f"{PROJECT}:{packages}", "MPLBACKEND": "Agg"}
    options = ["-q", "-p", "exam.plain", "-p", "no:cacheprovider", "-c", "/dev/null"]
    command = [sys.executable, "-m", "pytest", *options, "--student", tree, "--exam-seed", str(seed), suite.folder]
    run = subprocess.run(command, cwd=tree, env=variables, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
