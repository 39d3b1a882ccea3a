"""Submissions, their results, and the events while they are graded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from core import audit, submissions
from core.audit import Action
from core.models import SubmissionState
from core.queries import SubmissionPage
from server.api.access import CallerDep, LanguageDep, StillValidDep
from server.api.describing import (
    BASE,
    describe_case,
    describe_page,
    describe_result,
    describe_state,
    describe_submission,
)
from server.api.problems import problems
from server.api.schemas import ResultOut, SubmissionList, SubmissionOut
from server.auth.visitor import deed_of
from server.errors import StaffOnly
from server.live import Change, Seen, changes, while_allowed
from server.reading import list_hand_ins, readable_submission, suite_or_none
from server.services import ServicesDep
from server.views import ExamView

router = APIRouter(tags=["Submissions"])
MISSING = problems(_401="no valid token", _404="no such submission, or not yours")


def readable(services: ServicesDep, user: CallerDep, submission_id: str) -> SubmissionPage:
    return readable_submission(services.deps, user, submission_id)


PageDep = Annotated[SubmissionPage, Depends(readable)]


@router.get("/submissions", responses=problems(_401="no valid token", _422="invalid filter"))
def list_submissions(
    response: Response,
    services: ServicesDep,
    user: CallerDep,
    language: LanguageDep,
    exercise: Annotated[str, Query(description="Slug.")] = "",
    student: Annotated[str, Query(description="Login; only for staff.")] = "",
    state: SubmissionState | None = None,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> SubmissionList:
    """Hand-ins, newest first: one's own; to staff everybody's."""
    chosen = {"exercise": exercise, "student": student if user.role.is_staff else user.login}
    found = list_hand_ins(services.database, **chosen, state=state, before=cursor, limit=limit)
    items = [describe_submission(one.submission, one.exercise, one.user, language) for one in found.hand_ins]
    if found.next_before:
        query = {**chosen, "state": state, "limit": limit, "cursor": found.next_before}
        address = urlencode({name: value for name, value in query.items() if value})
        response.headers["Link"] = f'<{BASE}/submissions?{address}>; rel="next"'
    return SubmissionList(items=items, next_cursor=found.next_before)


@router.get("/submissions/{submission_id}", responses=MISSING)
def read_submission(language: LanguageDep, page: PageDep) -> SubmissionOut:
    """Where a hand-in stands."""
    return describe_page(page, language)


@router.post(
    "/submissions/{submission_id}/cancel",
    responses=problems(_401="no valid token", _404="no such submission, or not yours", _409="it has ended already"),
)
def cancel_submission(
    services: ServicesDep, user: CallerDep, language: LanguageDep, submission_id: str
) -> SubmissionOut:
    """Take back what waits or is being graded. Twice is as good as once; its files stay."""
    submissions.cancel(services.deps, submission_id, user.id)
    return describe_page(readable(services, user, submission_id), language)


@router.post(
    "/submissions/{submission_id}/regrade",
    status_code=202,
    responses=problems(_401="no valid token", _403="only for staff", _404="no such submission"),
)
def regrade_submission(
    request: Request, services: ServicesDep, user: CallerDep, language: LanguageDep, submission_id: str
) -> SubmissionOut:
    """For staff: grade it once more, behind all new hand-ins. Its result stays until the new one is final."""
    if not user.role.is_staff:
        raise StaffOnly
    readable(services, user, submission_id)
    if by := deed_of(request, user):
        audit.note_alone(services.database, by, Action.REGRADED, submission_id)
    submissions.regrade(services.deps, submission_id)
    return describe_page(readable(services, user, submission_id), language)


@router.get("/submissions/{submission_id}/result", responses=MISSING)
def read_result(services: ServicesDep, language: LanguageDep, page: PageDep) -> ResultOut:
    """Every planned case, with its verdict as far as there is one."""
    return describe_result(ExamView(page, suite_or_none(services.settings, page.exercise.slug), language))


@router.get("/submissions/{submission_id}/events", response_class=EventSourceResponse, responses=MISSING)
async def follow_submission(
    services: ServicesDep,
    language: LanguageDep,
    is_still_valid: StillValidDep,
    page: PageDep,
    last_event_id: Annotated[str, Header(description="Go on after this event.")] = "",
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `state`, `case` (a CaseOut) as soon as each has ended, and at last `done`.

    The data of `state` and `done` has `state`, `attempt` (a greater number: the exam began anew, forget its cases),
    `queue_position`, `eta_s`, `cases` (how many are planned; 0: not yet known), `points` and `max_points`. What
    happened before is told first. A connection that broke goes on with the header `Last-Event-ID`.
    """
    suite = await run_in_threadpool(suite_or_none, services.settings, page.exercise.slug)
    seen = Seen.parse(last_event_id)
    story = changes(services.deps, services.readers, page.submission.id, seen)
    async for change in while_allowed(is_still_valid, story):
        for event in _events(change, ExamView(change.page, suite, language)):
            yield event


def _events(change: Change, exam: ExamView) -> Iterator[ServerSentEvent]:
    """The change as events. Each carries the place in the story right after it."""
    place = replace(change.after, ended=change.known)
    if replace(change.before, ended=0) != replace(change.after, ended=0):
        yield ServerSentEvent(event="state", data=describe_state(exam), id=str(place))
    for position in change.new_cases:
        place = replace(place, ended=place.ended | 1 << position)
        case = describe_case(change.page.plan[position], change.page.results[position], exam)
        yield ServerSentEvent(event="case", data=case, id=str(place))
    if change.is_final:
        yield ServerSentEvent(event="done", data=describe_state(exam), id=str(place))
