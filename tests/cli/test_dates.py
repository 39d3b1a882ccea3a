"""Openings and deadlines from the command line."""

from __future__ import annotations

import datetime as dt

import pytest
from typer.testing import CliRunner

from cli import dates
from cli.dates import Wish
from cli.main import app
from core import audit
from core.errors import NotAllowed, StudentError
from core.models import Course, Exercise
from tests.cli.conftest import Run
from tests.core.state_makers import START, State

KEEP = Wish()


def change(state: State, opens: Wish, closes: Wish) -> None:
    with state.database.read() as session:
        slug = session.get_one(Course, state.exercise.course_id).slug
    dates.dates(state.deps.settings, slug, "ex1", opens, closes)


def kept(state: State) -> tuple[dt.datetime | None, dt.datetime | None]:
    with state.database.read() as session:
        exercise = session.get_one(Exercise, state.exercise.id)
    return exercise.opens_at, exercise.closes_at


def test_dates_are_read_on_the_local_clocks_kept_and_lifted(
    sqlite_state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    change(sqlite_state, Wish("2026-07-01 09:00"), Wish("2026-12-15T23:59"))
    expected = dt.datetime(2026, 7, 1, 7, tzinfo=dt.UTC), dt.datetime(2026, 12, 15, 22, 59, tzinfo=dt.UTC)
    assert kept(sqlite_state) == expected
    change(sqlite_state, KEEP, Wish(none=True))
    assert kept(sqlite_state) == (expected[0], None)
    told = capsys.readouterr().out
    assert "opens 2026-07-01 09:00+02:00; closes 2026-12-15 23:59+01:00" in told
    assert "opens 2026-07-01 09:00+02:00; never closes" in told


def test_an_offset_is_believed_rather_than_the_local_clocks(sqlite_state: State) -> None:
    change(sqlite_state, KEEP, Wish("2026-12-15 23:59+05:30"))
    assert kept(sqlite_state)[1] == dt.datetime(2026, 12, 15, 18, 29, tzinfo=dt.UTC)


def test_after_the_deadline_nothing_is_accepted(sqlite_state: State) -> None:
    change(sqlite_state, KEEP, Wish(f"{START:%Y-%m-%d %H:%M}+00:00"))
    with pytest.raises(NotAllowed):
        sqlite_state.receive()


def test_only_changes_are_noted_and_with_what_was_before(sqlite_state: State) -> None:
    change(sqlite_state, KEEP, KEEP)
    change(sqlite_state, KEEP, Wish("2026-12-15 23:59"))
    (entry,) = audit.entries(sqlite_state.database).entries
    assert entry.before == {"dates": "open from the beginning; never closes"}
    assert entry.after == {"dates": "open from the beginning; closes 2026-12-15 23:59+01:00"}


@pytest.mark.parametrize("text", ["", "soon", "2026-12-15", "15.12.2026 23:59", "2026-02-30 09:00", "9999-12-31 23:59"])
def test_what_is_no_date_with_a_time_is_refused(sqlite_state: State, text: str) -> None:
    with pytest.raises(StudentError) as caught:
        change(sqlite_state, KEEP, Wish(text))
    assert f"“{text}” is no date" in caught.value.text("en")
    assert f"„{text}“ ist kein Datum" in caught.value.text("de")
    assert "Europe/Berlin" in caught.value.hint("en")


def test_a_deadline_before_the_opening_changes_nothing(sqlite_state: State) -> None:
    change(sqlite_state, KEEP, Wish("2026-12-15 23:59"))
    before = kept(sqlite_state)
    with pytest.raises(StudentError, match="before it opens"):
        change(sqlite_state, Wish("2026-12-15 23:59"), KEEP)
    assert kept(sqlite_state) == before


def test_the_command_sets_them_on_the_clocks_of_the_setting(abgabe: Run) -> None:
    abgabe("migrate")
    abgabe("course", "add", "dl", "mini")
    done = abgabe("course", "dates", "dl", "mini", "--closes", "2026-12-15 23:59", ABGABE_TIME_ZONE="UTC")
    assert done.stdout == "course dl, mini: open from the beginning; closes 2026-12-15 23:59+00:00\n"


def test_a_date_and_no_date_at_once_is_refused() -> None:
    words = ["course", "dates", "dl", "mini", "--closes", "2026-12-15 23:59", "--no-closing"]
    assert CliRunner().invoke(app, words).exit_code == 2
