"""Handing in, the same for pages and programs: files from the request, read once, then stored for grading."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

import structlog
from fastapi import Depends, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from core import intake, metrics, submissions
from core.deps import Deps
from core.errors import AbgabeError, NotFound, UploadRefused
from core.forecast import Forecast, Outlook
from core.models import Exercise, Submission, User
from core.queries import find_exercise, forecast_of
from core.storage import check_free
from core.submissions.receiving import EXERCISE_UNKNOWN
from core.suites import find_suite
from exam.report import Fault, printable
from server.errors import FIELD_MISNAMED, HttpError
from server.services import ServicesDep

MAX_FIELDS = 16

log = structlog.get_logger(__name__)


def exercise_of(services: ServicesDep, slug: str) -> Exercise:
    exercise = find_exercise(services.database, slug)
    if exercise is None:
        raise NotFound(EXERCISE_UNKNOWN)
    return exercise


ExerciseDep = Annotated[Exercise, Depends(exercise_of)]


def allowance_of(deps: Deps, user: User, exercise: Exercise) -> submissions.Allowance | None:
    """What the exercise still lets a student hand in; None for staff, whom nothing limits."""
    if user.role.is_staff:
        return None
    with deps.database.read() as session:
        return submissions.allowance(session, deps.settings, user.id, exercise, deps.clock())


@asynccontextmanager
async def sent_files(request: Request) -> AsyncIterator[list[UploadFile]]:
    """The parts called ``files`` of a multipart request, spooled to disk. Called only after the sender is known.

    Raises UploadRefused where files came under another name only.
    """
    try:
        async with request.form(max_files=intake.Limits().max_files, max_fields=MAX_FIELDS) as form:
            sent = [(name, part) for name, part in form.multi_items() if isinstance(part, UploadFile) and part.filename]
            files = [part for name, part in sent if name == "files"]
            if sent and not files:
                raise UploadRefused(FIELD_MISNAMED, field=printable(sent[0][0]))
            yield files
    except HTTPException as error:
        raise HttpError(error.status_code, error.detail) from error


def hand_in(
    deps: Deps, user: User, exercise: Exercise, files: Sequence[UploadFile], idempotency_key: str | None = None
) -> Submission:
    """Check the files and accept them for grading. Raises UploadRefused, or StorageFailed, with nothing stored."""
    began = time.monotonic()
    try:
        submission = _receive(deps, user, exercise, files, idempotency_key)
    except AbgabeError as error:
        is_theirs = error.fault is Fault.STUDENT
        metrics.HAND_INS.labels(exercise.slug, "refused" if is_theirs else "failed").inc()
        metrics.REFUSALS.labels(error.code).inc()
        # what students are told names their files, and those their owner
        why = {} if is_theirs else {"error": str(error)}
        log.info("hand_in.not_accepted", exercise=exercise.slug, user=user.id, code=error.code, **why)
        raise
    metrics.HAND_INS.labels(exercise.slug, "accepted").inc()
    metrics.HAND_IN_BYTES.observe(submission.size_bytes)
    metrics.INTAKE_SECONDS.observe(time.monotonic() - began)
    log.info("hand_in.accepted", submission=submission.id, exercise=exercise.slug, user=user.id)
    return submission


def forecast_for(deps: Deps, submission: Submission, outlook: Outlook) -> Forecast | None:
    """Where an accepted submission waits. None also where that cannot be told now: it is accepted all the same."""
    try:
        return forecast_of(deps.database, submission, deps.clock(), outlook)
    except SQLAlchemyError as error:
        log.warning("hand_in.no_forecast", submission=submission.id, error=str(error))
        return None


def _receive(
    deps: Deps, user: User, exercise: Exercise, files: Sequence[UploadFile], idempotency_key: str | None
) -> Submission:
    try:
        return _read_and_receive(deps, user, exercise, files, idempotency_key)
    except UploadRefused:
        if not user.role.is_staff:  # where nothing is taken now, to mend the files is of no use
            submissions.check_open(exercise, deps.settings.time_zone, deps.clock())
        raise


def _read_and_receive(
    deps: Deps, user: User, exercise: Exercise, files: Sequence[UploadFile], idempotency_key: str | None
) -> Submission:
    check_free(deps.settings.data_dir, deps.settings.min_free_mib)
    limits = intake.Limits(max_upload_bytes=deps.settings.max_upload_mib * 2**20)
    suite = find_suite(deps.settings.suites_dir, exercise.slug)
    upload = intake.Upload([(file.filename or "", file.file) for file in files])
    with intake.pack(upload, limits) as archive:
        taken = intake.read(archive, suite, limits)
        archive.seek(0)
        return submissions.receive(
            deps,
            user_id=user.id,
            exercise_id=exercise.id,
            archive=archive,
            intake=taken,
            filename=upload.filename,
            idempotency_key=idempotency_key,
        )
