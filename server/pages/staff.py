"""The table of everybody's hand-ins, for staff."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from core.models import SubmissionState
from core.queries import courses
from server.auth.visitor import StaffDep
from server.looks import STATES
from server.pages.rendering import page
from server.reading import list_hand_ins
from server.services import ServicesDep

router = APIRouter()
PER_PAGE = 50
EXPORT = "/submissions.csv"


@router.get("/submissions")
def list_submissions(
    request: Request,
    services: ServicesDep,
    user: StaffDep,
    exercise: str = "",
    student: str = "",
    state: str = "",
    before: str | None = None,
) -> Response:
    chosen = {"exercise": exercise, "student": student.strip(), "state": state}
    found = list_hand_ins(
        services.database,
        exercise=chosen["exercise"],
        student=chosen["student"],
        state=SubmissionState(state) if state in set(SubmissionState) else None,
        before=before,
        limit=PER_PAGE,
    )
    return page(
        request,
        "submissions.html",
        hand_ins=found.hand_ins,
        exercises=[one for _, exercises in courses(services.database) for one in exercises],
        states={word.value: look for word, look in STATES.items()},
        chosen=chosen,
        first_page=_address(chosen) if before else None,
        export_address=_address(chosen, page=EXPORT),
        next_page=_address(chosen, found.next_before) if found.next_before else None,
    )


def _address(chosen: dict[str, str], before: str = "", page: str = "/submissions") -> str:
    query = {name: value for name, value in {**chosen, "before": before}.items() if value}
    return page + (f"?{urlencode(query)}" if query else "")
