"""A right hand-in passes every case of exercise 1, whatever the seed; authors run a suite in one process like this."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import PROJECT

CANDIDATES = Path(__file__).parents[1] / "candidates" / "ex1"


@pytest.mark.parametrize("seed", [0, 2**62])
@pytest.mark.parametrize("name", ["right_reference", "right_bias_first"])
def test_a_right_hand_in_passes_with_any_seed(name, seed, lay_out, ex1, tmp_path):
    tree = lay_out(CANDIDATES / name, ex1, tmp_path)
    options = ["-q", "-p", "exam.plain", "-p", "no:cacheprovider", "-c", "/dev/null"]
    command = [sys.executable, "-m", "pytest", *options, "--student", tree, "--exam-seed", str(seed), ex1.folder]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
