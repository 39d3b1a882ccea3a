"""Exercises and handing in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from core.queries import courses
from core.suites import find_suite
from server.api.access import CallerDep, LanguageDep
from server.api.describing import describe_exercise, describe_submission
from server.api.problems import problems
from server.api.schemas import Exercises, SubmissionOut
from server.handing_in import ExerciseDep, allowance_of, forecast_for, hand_in, sent_files
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
        describe_exercise(
            exercise,
            course.slug,
            find_suite(folder, exercise.slug),
            language,
            allowance_of(services.deps, user, exercise),
        )
        for course, exercises in courses(services.database)
        for exercise in exercises
    ]
    return Exercises(items=items)


@router.get(
    "/exercises/{slug}/practice.zip",
    response_class=ZipResponse,
    responses=problems(
        _401="no valid token",
        _403="the exercise is not open yet",
        _404="no such exercise, or none of its cases is given out",
    ),
)
def read_practice(services: ServicesDep, user: CallerDep, exercise: ExerciseDep) -> Response:
    """The visible cases with a program that runs them at home; the same bytes until the suite changes."""
    return practice_response(services.deps, user, exercise)


@router.post(
    "/exercises/{slug}/submissions",
    status_code=202,
    openapi_extra=UPLOAD,
    responses=problems(
        _400="not a readable multipart body",
        _401="no valid token",
        _403="the exercise is not open",
        _404="no such exercise",
        _409="your hand-ins fill your share of the disk",
        _413="upload too large",
        _422="refused; nothing was stored",
        _429="too often: a limit of the exercise, or too many wait already; `Retry-After` says when to try again",
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
        outlook = await services.readers.outlook()

        def accepted() -> SubmissionOut:
            submission = hand_in(services.deps, user, exercise, files, idempotency_key)
            waits = forecast_for(services.deps, submission, outlook)
            return describe_submission(submission, exercise, user, language, waits)

        described = await run_in_threadpool(accepted)
    response.headers["Location"] = described.links.self
    return described
