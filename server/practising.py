"""The practice zip of an exercise, for pages and programs: whoever may see the exercise may have it."""

from __future__ import annotations

from fastapi import Response

from core.errors import NotFound, texts
from core.practice_zip import has_practice, practice_name, practice_zip
from core.settings import Settings
from core.suites import find_suite

NO_PRACTICE = texts(
    "practice.none",
    en=("No case of this exercise is given out for practice.", "Hand in to have it examined."),
    de=("Kein Fall dieser Aufgabe wird zum Üben herausgegeben.", "Bitte abgeben, um sie prüfen zu lassen."),
)


class ZipResponse(Response):
    media_type = "application/zip"


def practice_response(settings: Settings, slug: str) -> ZipResponse:
    """The zip as a download. Raises NotFound where no case is given out."""
    suite = find_suite(settings.suites_dir, slug)
    if not has_practice(suite):
        raise NotFound(NO_PRACTICE)
    name = f'attachment; filename="{practice_name(suite)}.zip"'
    return ZipResponse(practice_zip(suite), headers={"Content-Disposition": name})
