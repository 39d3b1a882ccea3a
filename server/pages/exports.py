"""What staff take along as a table: the results, with the filter of their page.

Headings and values are for programs as well: the same in every language, times in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import Response

from core import audit
from core.audit import Action, By
from core.database import Database
from core.models import Exercise, SubmissionState
from core.queries import HandIn, courses
from core.settings import Settings
from server.auth.visitor import StaffDep, address_of
from server.reading import list_hand_ins, suite_or_none
from server.services import ServicesDep
from server.tables import Cell, csv_response

router = APIRouter()
PER_READ = 200
RESULTS_HEAD = (
    "login",
    "name",
    "exercise",
    "number",
    "submission",
    "received",
    "state",
    "latest_attempt",
    "finished",
    "points",
    "max_points",
)
"""Then a column for each group of the exercises in question, and what was earned in groups that are no more."""


@router.get("/submissions.csv")
def export_results(
    request: Request, services: ServicesDep, user: StaffDep, exercise: str = "", student: str = "", state: str = ""
) -> Response:
    chosen = {"exercise": exercise, "student": student.strip(), "state": state}
    note_export(services.database, By(user.login, address_of(request)), "hand-ins", chosen)
    groups = _groups(services.settings, _exercises(services.database, exercise))
    head = (*RESULTS_HEAD, *(f"{slug} {group}" for slug, group in groups), "other_groups")
    return csv_response("results.csv", head, _result_rows(services.database, chosen, groups))


def note_export(database: Database, by: By, what: str, chosen: dict[str, str]) -> None:
    """Before it is done: who took along what."""
    filters = {name: value for name, value in chosen.items() if value}
    audit.note_alone(database, by, Action.EXPORTED, what, after=filters or None)


def _exercises(database: Database, slug: str) -> list[Exercise]:
    found = [one for _, exercises in courses(database) for one in exercises]
    return [one for one in found if slug in ("", one.slug)]


def _groups(settings: Settings, exercises: list[Exercise]) -> list[tuple[str, str]]:
    """Slug and group of each column."""
    suites = {one.slug: suite_or_none(settings, one.slug) for one in exercises}
    return [(slug, group.id) for slug, suite in suites.items() if suite for group in suite.groups]


def _result_rows(
    database: Database, chosen: dict[str, str], groups: list[tuple[str, str]]
) -> Iterator[tuple[Cell, ...]]:
    state = SubmissionState(chosen["state"]) if chosen["state"] in set(SubmissionState) else None
    before = None
    while True:
        found = list_hand_ins(
            database,
            exercise=chosen["exercise"],
            student=chosen["student"],
            state=state,
            before=before,
            limit=PER_READ,
        )
        for one in found.hand_ins:
            yield _result_row(one, groups)
        if (before := found.next_before) is None:
            return


def _result_row(one: HandIn, groups: list[tuple[str, str]]) -> tuple[Cell, ...]:
    submission = one.submission
    earned = {(one.exercise.slug, group["id"]): group["points"] for group in submission.groups or ()}
    return (
        one.user.login,
        one.user.display_name,
        one.exercise.slug,
        submission.number,
        submission.id,
        submission.received_at.isoformat(),
        submission.state.value,
        submission.fence,
        submission.finished_at.isoformat() if submission.finished_at else None,
        submission.points,
        submission.max_points,
        *(earned.pop(group, None) for group in groups),
        "; ".join(f"{group}={points:g}" for (_, group), points in earned.items()),
    )
