"""Whose submissions one may read: one's own, and staff all. What is not one's own is not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath
from urllib.parse import quote

from fastapi.responses import StreamingResponse
from sqlalchemy import select

from core.database import Database
from core.deps import Deps
from core.errors import AbgabeError, NotFound
from core.models import SubmissionState, User
from core.queries import HandInFilter, HandInPage, SubmissionPage, find_exercise, hand_ins, submission_page
from core.settings import Settings
from core.storage import BlobStore
from core.submissions.asking import SUBMISSION_UNKNOWN
from core.suites import Suite, find_suite

CHUNK_BYTES = 1 << 18
NOBODY = -1
"""An id that no row has."""


def readable_submission(deps: Deps, user: User, submission_id: str) -> SubmissionPage:
    """Raises NotFound for another student's submission exactly as for none."""
    page = submission_page(deps.database, submission_id, deps.clock())
    if page is None or not (user.role.is_staff or page.submission.user_id == user.id):
        raise NotFound(SUBMISSION_UNKNOWN)
    return page


def list_hand_ins(
    database: Database,
    *,
    exercise: str = "",
    student: str = "",
    state: SubmissionState | None = None,
    before: str | None = None,
    limit: int = 50,
) -> HandInPage:
    """A page of hand-ins by slug, login and state; "" and None: all. An unknown slug or login matches nothing."""
    which = HandInFilter(state=state)
    if exercise:
        found = find_exercise(database, exercise)
        which = replace(which, exercise_id=found.id if found else NOBODY)
    if student:
        with database.read() as session:
            user_id = session.scalar(select(User.id).where(User.login == student))
        which = replace(which, user_id=NOBODY if user_id is None else user_id)
    return hand_ins(database, which, before=before, limit=limit)


def suite_or_none(settings: Settings, slug: str) -> Suite | None:
    """The suite, for its titles; an old submission must be readable without it as well."""
    try:
        return find_suite(settings.suites_dir, slug)
    except AbgabeError:
        return None


def archive_response(blobs: BlobStore, page: SubmissionPage) -> StreamingResponse:
    """The stored zip, as a download that no browser opens by itself."""
    name = f"{page.exercise.slug}-{page.user.login}-{page.submission.number}.zip"
    blob = blobs.open(page.submission.blob_sha256)

    def chunks() -> Iterator[bytes]:
        with blob:
            while chunk := blob.read(CHUNK_BYTES):
                yield chunk

    return StreamingResponse(
        chunks(),
        media_type="application/zip",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(PurePath(name).name)}",
            "Content-Length": str(page.submission.size_bytes),
        },
    )
