"""Exercises and handing in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from core.models import Submission
from core.queries import courses, submission_page
from core.suites import find_suite
from server.api.access import CallerDep, LanguageDep
from server.api.describing import describe_exercise, describe_submission
from server.api.problems import problems
from server.api.schemas import Exercises, SubmissionOut
from server.handing_in import ExerciseDep, hand_in, sent_files
from server.practising import ZipResponse, practice_response
from server.services import ServicesDep

router = APIRouter(tags=["Exercises"])

UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "string", "format": "binary"},
                            "description": "One zip, or several .py files; each a part called `files`.",
                        }
                    },
                }
            }
        },
    }
}


@router.get("/exercises", responses=problems(_401="no valid token"))
def list_exercises(services: ServicesDep, user: CallerDep, language: LanguageDep) -> Exercises:
    """Every exercise with what to hand in."""
    folder = services.settings.suites_dir
    items = [
        describe_exercise(exercise, course.slug, find_suite(folder, exercise.slug), language)
        for course, exercises in courses(services.database)
        for exercise in exercises
    ]
    return Exercises(items=items)


@router.get(
    "/exercises/{slug}/practice.zip",
    response_class=ZipResponse,
    responses=problems(_401="no valid token", _404="no such exercise, or none of its cases is given out"),
)
def read_practice(services: ServicesDep, user: CallerDep, exercise: ExerciseDep) -> Response:
    """The visible cases with a program that runs them at home; the same bytes until the suite changes."""
    return practice_response(services.settings, exercise.slug)


@router.post(
    "/exercises/{slug}/submissions",
    status_code=202,
    openapi_extra=UPLOAD,
    responses=problems(
        _400="not a readable multipart body",
        _401="no valid token",
        _403="the exercise is not open",
        _404="no such exercise",
        _413="upload too large",
        _422="refused; nothing was stored",
        _503="our fault; nothing was stored",
    ),
)
async def create_submission(
    request: Request,
    response: Response,
    services: ServicesDep,
    user: CallerDep,
    language: LanguageDep,
    exercise: ExerciseDep,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            description="A fresh random text per submission. The same key and files again answer the first submission.",
        ),
    ] = None,
) -> SubmissionOut:
    """Hand in. The answer comes when everything is safely stored; grading follows by itself."""
    async with sent_files(request) as files:
        submission = await run_in_threadpool(hand_in, services.deps, user, exercise, files, idempotency_key)
    position = await run_in_threadpool(_queue_position, services, submission)
    described = describe_submission(submission, exercise, user, language, position)
    response.headers["Location"] = described.links.self
    return described


def _queue_position(services: ServicesDep, submission: Submission) -> int | None:
    page = submission_page(services.database, submission.id)
    return page.queue_position if page else None
