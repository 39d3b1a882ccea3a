"""Courses, how often students may hand in, and grading again, from the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli import accounts, courses
from core import audit, submissions
from core.errors import Conflict, NotFound
from core.models import Course, Exercise, Role, Submission, SubmissionState
from tests.cli.conftest import DATA
from tests.core.state_makers import State, make_report, make_score, make_user, receive


def slug_of(state: State) -> str:
    with state.database.read() as session:
        return session.get_one(Course, state.exercise.course_id).slug


def test_a_course_takes_only_exercises_that_are_installed(sqlite_state: State, tmp_path: Path) -> None:
    shutil.copytree(DATA / "mini", tmp_path / "suites" / "mini")
    settings = sqlite_state.deps.settings.model_copy(update={"suites_dir": tmp_path / "suites"})
    with pytest.raises(NotFound, match=r"Known exercises: mini\."):
        courses.add(settings, "dl", "", [str(tmp_path / "suites" / "mini")])
    nowhere = settings.model_copy(update={"suites_dir": tmp_path / "nope"})
    with pytest.raises(NotFound, match="Set ABGABE_SUITES_DIR"):
        courses.add(nowhere, "dl", "", ["mini"])
    courses.add(settings, "dl", "", ["mini"])


def test_limits_are_set_kept_and_lifted(sqlite_state: State, capsys: pytest.CaptureFixture[str]) -> None:
    state, settings, slug = sqlite_state, sqlite_state.deps.settings, slug_of(sqlite_state)
    courses.limit(settings, slug, "ex1", 5, 10, True)
    courses.limit(settings, slug, "ex1", None, 0, None)
    assert "5 hand-in(s) per day; no pause between two" in capsys.readouterr().out
    with state.database.read() as session:
        exercise = session.get_one(Exercise, state.exercise.id)
    assert (exercise.per_day, exercise.cool_down_minutes, exercise.supersedes) == (5, None, True)
    with pytest.raises(NotFound, match="no exercise ex9"):
        courses.limit(settings, slug, "ex9", 5, None, None)


def test_an_exercise_is_removed_while_nobody_has_handed_in(
    sqlite_state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, slug = sqlite_state.deps.settings, slug_of(sqlite_state)
    courses.show(settings)
    courses.remove(settings, slug, "ex1")
    courses.show(settings)
    listed, removed, empty = capsys.readouterr().out.splitlines()
    assert listed.startswith(f"{slug}  ")
    assert listed.endswith(": ex1")
    assert removed == f"course {slug}: removed ex1"
    assert empty.endswith(": –")
    (entry,) = audit.entries(sqlite_state.database).entries
    assert (entry.subject, entry.before) == (slug, {"removed": "ex1"})
    with pytest.raises(NotFound, match="no exercise ex1"):
        courses.remove(settings, slug, "ex1")


def test_an_exercise_with_hand_ins_stays(sqlite_state: State) -> None:
    sqlite_state.receive()
    slug = slug_of(sqlite_state)
    with pytest.raises(Conflict, match=rf"1 hand-in\(s\).*abgabe course dates {slug} ex1"):
        courses.remove(sqlite_state.deps.settings, slug, "ex1")
    with sqlite_state.database.read() as session:
        assert session.get(Exercise, sqlite_state.exercise.id) is not None
    assert audit.entries(sqlite_state.database).entries == ()


def test_accounts_are_listed_without_secrets(sqlite_state: State, capsys: pytest.CaptureFixture[str]) -> None:
    tutor = make_user(sqlite_state.database, Role.TUTOR)
    accounts.show(sqlite_state.deps.settings)
    told = capsys.readouterr().out.splitlines()
    assert f"{tutor.login}  tutor  {tutor.display_name}" in told
    assert any(line.startswith(f"{sqlite_state.user.login}  student  ") for line in told)


def test_regrades_are_queued_for_those_who_are_named(sqlite_state: State) -> None:
    state, other = sqlite_state, make_user(sqlite_state.database)
    mine, theirs = state.receive(), receive(state.deps, other, state.exercise)
    for one in (mine, theirs):
        submissions.finish(state.deps, state.claim(one), make_report(), make_score())

    def waiting() -> set[str]:
        return {one.id for one in (mine, theirs) if state.load(one).state is SubmissionState.QUEUED}

    courses.regrade(state.deps.settings, [], "ex1", other.login)
    assert waiting() == {theirs.id}
    courses.regrade(state.deps.settings, [mine.id], "", "")
    assert waiting() == {mine.id, theirs.id}
    with state.database.read() as session:
        assert session.get_one(Submission, mine.id).is_regrade


def test_where_one_id_is_unknown_nothing_is_graded_again_or_noted(sqlite_state: State) -> None:
    state, known = sqlite_state, sqlite_state.receive()
    submissions.finish(state.deps, state.claim(known), make_report(), make_score())
    with pytest.raises(NotFound, match=r"no submission 123\."):
        courses.regrade(state.deps.settings, [known.id, "123"], "", "")
    assert state.load(known).state is SubmissionState.DONE
    assert audit.entries(state.database).entries == ()


@pytest.mark.parametrize(("exercise", "student"), [("ex9", ""), ("ex1", "nobody")])
def test_a_misspelt_exercise_or_student_is_told(sqlite_state: State, exercise: str, student: str) -> None:
    with pytest.raises(NotFound, match=student or exercise):
        courses.regrade(sqlite_state.deps.settings, [], exercise, student)
