"""What stands in for torchvision does what hand-ins expect of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from core.errors import SandboxUnavailable
from core.settings import get_settings
from worker.sandbox import environment

USES = Path(__file__).parents[1] / "data" / "torchvision_used" / "uses.py"


def test_transforms_do_what_hand_ins_expect() -> None:
    try:
        folder = environment.find("candidate-torch", get_settings().sandbox_env_dir).folder
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    python = [environment.interpreter(), "-P", "-S", "-B", USES]
    run = subprocess.run(python, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["wrong"] == {}
    assert Path(told["file"]).is_relative_to(folder)


def test_what_is_large_is_made_only_where_it_is_asked_for(tmp_path: Path) -> None:
    assert environment.wanted(tmp_path) == environment.NAMES
    with pytest.raises(SandboxUnavailable, match="candidate-torch") as missing:
        environment.find("candidate-torch", tmp_path)
    assert "TORCH=yes" in missing.value.hint("en")
