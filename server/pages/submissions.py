"""One submission: its page, the live changes of that page, what was handed in, and what people ask of it: to cancel it,
to grade it again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from core import audit, submissions
from core.audit import Action
from core.errors import Conflict
from core.models import User
from core.queries import SubmissionPage
from server.auth.visitor import StaffDep, UserDep, Visitor, VisitorDep, check_form, deed_of
from server.live import Change, Seen, changes, while_allowed
from server.pages.rendering import page, text
from server.reading import archive_response, readable_submission, suite_or_none
from server.services import Services, ServicesDep
from server.views import ExamView

router = APIRouter()
SEE_OTHER = 303


def readable(services: ServicesDep, user: UserDep, submission_id: str) -> SubmissionPage:
    return readable_submission(services.deps, user, submission_id)


PageDep = Annotated[SubmissionPage, Depends(readable)]


@router.get("/submissions/{submission_id}")
def show_submission(request: Request, services: ServicesDep, visitor: VisitorDep, found: PageDep) -> Response:
    exam = ExamView(found, suite_or_none(services.settings, found.exercise.slug), visitor.language)
    return page(request, "submission.html", exam=exam, seen=Seen.of(found))


@router.get("/submissions/{submission_id}/live", response_class=EventSourceResponse)
async def live(
    services: ServicesDep,
    visitor: VisitorDep,
    found: PageDep,
    seen: str = "",
    last_event_id: Annotated[str, Header()] = "",
) -> AsyncIterator[ServerSentEvent]:
    """Pieces of the page, each as soon as something in it is new; then one event ``done``."""
    suite = await run_in_threadpool(suite_or_none, services.settings, found.exercise.slug)
    told = Seen.parse(last_event_id or seen)
    story = changes(services.deps, services.readers, found.submission.id, told)
    async for change in while_allowed(lambda: services.sessions.find(visitor.session) is not None, story):
        exam = ExamView(change.page, suite, visitor.language)
        pieces = await run_in_threadpool(_pieces, visitor, services.settings.time_zone, exam, change)
        yield ServerSentEvent(raw_data=pieces, id=str(change.after))
        if change.is_final:
            yield ServerSentEvent(event="done", raw_data="", id=str(change.after))


def _pieces(visitor: Visitor, time_zone: str, exam: ExamView, change: Change) -> str:
    running = {case.position for case in exam.cases if case.is_running}
    return text(visitor, time_zone, "_changes.html", exam=exam, change=change, cases=running.union(change.new_cases))


@router.get("/submissions/{submission_id}/archive", response_class=StreamingResponse)
def download(request: Request, services: ServicesDep, user: UserDep, found: PageDep) -> Response:
    """What was handed in, as it is stored."""
    if found.user.id != user.id:
        _note(request, services, user, Action.DOWNLOADED, found)
    return archive_response(services.deps.blobs, found)


@router.post("/submissions/{submission_id}/cancel", dependencies=[Depends(check_form)])
def cancel(services: ServicesDep, user: UserDep, submission_id: str) -> RedirectResponse:
    """One that has just ended stays as it is; its page says how."""
    with suppress(Conflict):
        submissions.cancel(services.deps, submission_id, user.id)
    return RedirectResponse(f"/submissions/{submission_id}", SEE_OTHER)


@router.post("/submissions/{submission_id}/regrade", dependencies=[Depends(check_form)])
def regrade(request: Request, services: ServicesDep, user: StaffDep, found: PageDep, submission_id: str) -> Response:
    _note(request, services, user, Action.REGRADED, found)
    submissions.regrade(services.deps, submission_id)
    return RedirectResponse(f"/submissions/{submission_id}", SEE_OTHER)


@router.post("/submissions/{submission_id}/retry", dependencies=[Depends(check_form)])
def retry(request: Request, services: ServicesDep, user: StaffDep, found: PageDep, submission_id: str) -> Response:
    _note(request, services, user, Action.RETRIED, found)
    submissions.retry(services.deps, submission_id)
    return RedirectResponse(f"/submissions/{submission_id}", SEE_OTHER)


def _note(request: Request, services: Services, user: User, action: Action, found: SubmissionPage) -> None:
    """Before the deed: one that was begun and failed may be in the log, none may be missing."""
    if by := deed_of(request, user):
        audit.note_alone(services.database, by, action, found.submission.id)
