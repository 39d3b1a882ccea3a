"""``abgabe doctor`` tells a sound installation from one that is not."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def test_a_sound_installation_holds_its_intruder(abgabe: Run) -> None:
    done = abgabe("doctor")
    assert done.returncode == 0, done.stdout
    assert "bubblewrap holds: 10 of 10" in done.stdout


def test_each_trouble_is_named_and_the_exit_code_is_3(abgabe: Run, tmp_path: Path) -> None:
    done = abgabe("doctor", ABGABE_SUITES_DIR=str(tmp_path / "nowhere"), ABGABE_BROKER_URL="redis://127.0.0.1:1/0")
    assert done.returncode == 3
    assert "there is no suite" in done.stdout
    assert "Redis" in done.stdout
    assert "Traceback" not in done.stderr
