"""What ``abgabe doctor`` says where something is wrong: one line each, with what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from cli import doctor_checks
from cli.doctor import holds, limits_hold
from cli.doctor_attack import Outcome, Siege
from cli.doctor_checks import (
    Unwell,
    check_clock,
    check_room,
    core_handler,
    database_skew_s,
    is_old_docker,
    within_container,
)
from core.database import open_database
from core.errors import DatabaseOutdated
from core.settings import Settings
from tests.core.state_makers import State

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
STOPPED = Outcome("mounts", "")


def complaint(check: Callable[[], object]) -> str:
    with pytest.raises(Unwell) as unwell:
        check()
    return str(unwell.value)


class TestClock:
    def test_one_that_was_never_set(self) -> None:
        assert "1970-01-01; set the clock" in complaint(
            lambda: check_clock(dt.datetime.fromtimestamp(0, dt.UTC), (1, 2))
        )

    def test_one_that_runs_backwards(self) -> None:
        assert "backwards" in complaint(lambda: check_clock(NOW, (2.0, 1.0)))

    def test_a_sound_one(self) -> None:
        check_clock(NOW, (1.0, 1.0))

    def test_the_databases_is_compared_with_ours(self, postgres_url: str) -> None:
        with closing(open_database(postgres_url)) as database, database.engine.connect() as connection:
            assert abs(database_skew_s(connection)) < 1


def test_a_full_disk_is_told_with_its_place(tmp_path: Path) -> None:
    assert f"GiB at {tmp_path} free; delete something" in complaint(lambda: check_room({tmp_path: 1e9}))


def test_both_disks_are_looked_at(tmp_path: Path) -> None:
    assert f"free at {tmp_path}" in doctor_checks.disk(Settings(data_dir=tmp_path))


def test_a_database_without_its_migrations_is_told(tmp_path: Path) -> None:
    (tmp_path / "abgabe.sqlite3").touch()
    with pytest.raises(DatabaseOutdated):
        doctor_checks.database(Settings(data_dir=tmp_path))


def test_an_exercise_whose_suite_is_gone_is_named(sqlite_state: State, tmp_path: Path) -> None:
    settings = sqlite_state.deps.settings
    assert doctor_checks.courses(settings) == "each exercise has its suite (1)"
    lost = complaint(lambda: doctor_checks.courses(settings.model_copy(update={"suites_dir": tmp_path / "moved"})))
    assert f"no suite in {tmp_path / 'moved'} for ex1 of course " in lost
    assert "put the suite back" in lost


@pytest.mark.parametrize(
    ("engine", "old"),
    [
        ("Docker 19.03.13", True),
        ("Docker 20.10.24+dfsg1", False),
        ("Docker 28.5.1", False),
        ("Docker library-import", False),
        ("bubblewrap 0.8.0", False),
    ],
)
def test_an_old_engine_is_recognised(engine: str, old: bool) -> None:
    assert is_old_docker(engine) is old


@pytest.mark.parametrize(
    ("pattern", "program"), [("|/usr/share/apport/apport -p%p -s%s\n", "/usr/share/apport/apport"), ("core\n", "")]
)
def test_a_program_that_crashes_would_start_is_named(tmp_path: Path, pattern: str, program: str) -> None:
    (tmp_path / "core_pattern").write_text(pattern)
    assert core_handler(tmp_path / "core_pattern") == program
    assert core_handler(tmp_path / "nothing") == ""


@pytest.mark.parametrize("mark", [".dockerenv", "run/.containerenv"])
def test_a_container_is_recognised(tmp_path: Path, mark: str) -> None:
    (tmp_path / "run").mkdir()
    assert not within_container(tmp_path)
    (tmp_path / mark).touch()
    assert within_container(tmp_path)


class TestSandbox:
    def test_one_that_does_not_hold_must_take_no_hand_ins(self) -> None:
        siege = Siege((STOPPED, Outcome("network", "it ended with “Passed.”")), (), ())
        assert "docker does NOT hold, 1 of 2 attacks stopped: take no hand-ins" in complaint(
            lambda: holds("docker", siege)
        )

    def test_harm_on_the_host_counts_whoever_did_it(self) -> None:
        siege = Siege((STOPPED,), (), ("a process of the host was killed",))
        assert "does NOT hold" in complaint(lambda: holds("docker", siege))
        assert siege.faults == ["a process of the host was killed"]

    def test_what_a_busy_machine_could_not_try_is_no_proof_of_either(self) -> None:
        siege = Siege((STOPPED, Outcome("fork_bomb", "it could not be tried", tried=False)), (), ())
        said = complaint(lambda: holds("docker", siege))
        assert "could not be tried; run this again" in said
        assert "NOT hold" not in said

    def test_what_was_not_tried_is_told_as_the_second_siege_found_it(self) -> None:
        busy = {"fault": "it could not be tried", "tried": False}
        first = Siege((STOPPED, Outcome("network", **busy)), (Outcome("memory", **busy), Outcome("cpu", "")), ("a",))
        second = Siege((Outcome("network", ""),), (Outcome("memory", "2048 MiB"), Outcome("cpu", "none")), ("b",))
        assert first.untried == {"network", "memory"}
        assert first.completed_by(second) == Siege(
            (STOPPED, Outcome("network", "")), (Outcome("memory", "2048 MiB"), Outcome("cpu", "")), ("a", "b")
        )

    def test_a_limit_that_is_not_enforced_is_named(self) -> None:
        siege = Siege((), (Outcome("memory", "2048 MiB of memory"), Outcome("cpu", "")), ())
        assert complaint(lambda: limits_hold(siege)).startswith("not enforced: memory; take no hand-ins")
