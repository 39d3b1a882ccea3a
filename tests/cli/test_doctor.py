"""``abgabe doctor`` tells a sound installation from one that is not."""

from __future__ import annotations

from pathlib import Path

from cli.doctor_attack import QUICK
from tests.cli.conftest import Run


def test_a_sound_installation_stops_its_attackers_and_enforces_its_limits(abgabe: Run) -> None:
    assert abgabe("migrate").returncode == 0
    done = abgabe("doctor")
    assert done.returncode == 0, done.stdout
    assert f"bubblewrap holds: {len(QUICK)} of {len(QUICK)} attacks stopped (bubblewrap " in done.stdout
    assert (
        "enforced, as measured: seccomp, memory, processes, disk, file-size, open-files, core-dumps, cpu" in done.stdout
    )
    assert "sqlite, schema up to date" in done.stdout
    assert "in this process; 0 submissions wait for a worker" in done.stdout


def test_each_trouble_is_named_and_the_exit_code_is_3(abgabe: Run, tmp_path: Path) -> None:
    done = abgabe("doctor", ABGABE_SUITES_DIR=str(tmp_path / "nowhere"), ABGABE_BROKER_URL="redis://127.0.0.1:1/0")
    assert done.returncode == 3
    assert "there is no suite" in done.stdout
    assert "Redis" in done.stdout
    assert "Traceback" not in done.stderr


def test_what_is_no_failure_is_a_warning(abgabe: Run, installation: dict[str, str]) -> None:
    suite = Path(installation["ABGABE_SUITES_DIR"]) / "mini" / "suite.toml"
    suite.write_text(f'image = "candidate-nowhere"\n{suite.read_text("utf-8")}', "utf-8")
    done = abgabe("doctor", ABGABE_DATADIR="/srv")
    assert done.returncode == 0, done.stdout
    assert "! settings        ABGABE_DATADIR is no setting; is ABGABE_DATA_DIR meant?" in done.stdout
    assert "cannot be graded." in done.stdout
