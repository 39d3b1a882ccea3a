"""The practice zip of an exercise, for pages and programs: whoever sees the exercise may have it once it is open."""

from __future__ import annotations

from fastapi import Response

from core import submissions
from core.deps import Deps
from core.errors import NotFound, texts
from core.models import Exercise, User
from core.practice_zip import has_practice, practice_name, practice_zip
from core.suites import find_suite

NO_PRACTICE = texts(
    "practice.none",
    en=("No case of this exercise is given out for practice.", "Hand in to have it examined."),
    de=("Kein Fall dieser Aufgabe wird zum Üben herausgegeben.", "Bitte abgeben, um sie prüfen zu lassen."),
)


class ZipResponse(Response):
    media_type = "application/zip"


def practice_response(deps: Deps, user: User, exercise: Exercise) -> ZipResponse:
    """The zip as a download. Raises NotFound where no case is given out, NotAllowed for students before it opens."""
    if not user.role.is_staff:
        submissions.check_opened(exercise, deps.settings.time_zone, deps.clock())
    suite = find_suite(deps.settings.suites_dir, exercise.slug)
    if not has_practice(suite):
        raise NotFound(NO_PRACTICE)
    name = f'attachment; filename="{practice_name(suite)}.zip"'
    return ZipResponse(practice_zip(suite), headers={"Content-Disposition": name})
