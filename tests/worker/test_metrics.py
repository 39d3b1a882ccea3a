"""What a worker tells Prometheus before anything has happened."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.settings import PROJECT


@pytest.fixture(scope="module")
def told() -> str:
    """By a process that has just begun."""
    script = "import worker.metrics as m; print(m.generate_latest(m.REGISTRY).decode())"
    return subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=PROJECT
    ).stdout


@pytest.mark.parametrize(
    "series",
    [
        'abgabe_pairs_taken_total{kind="spare"}',
        'abgabe_pairs_taken_total{kind="started"}',
        'abgabe_pair_starts_total{outcome="started"}',
        'abgabe_pair_starts_total{outcome="failed"}',
    ],
)
def test_what_is_counted_begins_at_0(told: str, series: str) -> None:
    """Else its first event would be no increase."""
    assert f"{series} 0.0\n" in told
