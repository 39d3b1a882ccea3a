"""From when until when students may hand in to an exercise, from the command line."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cli.console import say
from cli.courses import find_exercise, note_change
from cli.state import open_existing
from core.errors import StudentError, texts
from core.models import Exercise
from core.settings import Settings

DATE_ODD = texts(
    "dates.odd",
    en=(
        "“{text}” is no date with a time of day.",
        "Write it as 2026-12-15 23:59, on the clocks of {zone}, or with an offset: 2026-12-15 23:59+01:00.",
    ),
    de=(
        "„{text}“ ist kein Datum mit Uhrzeit.",
        "Bitte so schreiben: 2026-12-15 23:59, nach den Uhren von {zone}, oder mit Abstand: 2026-12-15 23:59+01:00.",
    ),
)
CLOSES_FIRST = texts(
    "dates.closes_first",
    en=("It would close ({closes}) before it opens ({opens}).", "Nothing was changed; give other dates."),
    de=("Sie schlösse ({closes}), bevor sie öffnet ({opens}).", "Nichts wurde geändert; bitte andere Daten angeben."),
)
YEARS = range(2000, 2200)
"""Others are slips, and the last ones cannot be shown on every zone's clocks."""


@dataclass(frozen=True)
class Wish:
    """What one of the two dates is to become: as ``text`` says, or none; by default as it was."""

    text: str | None = None
    none: bool = False

    def fulfilled(self, now: dt.datetime | None, zone: ZoneInfo) -> dt.datetime | None:
        if self.none:
            return None
        return now if self.text is None else read_moment(self.text, zone)


def dates(settings: Settings, course: str, exercise: str, opens: Wish, closes: Wish) -> None:
    """Change when an exercise opens and closes. Raises NotFound, and StudentError, with nothing changed, for dates
    that are none or in the wrong order."""
    zone = ZoneInfo(settings.time_zone)
    with closing(open_existing(settings)) as database, database.write() as session:
        found = find_exercise(session, course, exercise)
        before = _dates(found, zone)
        found.opens_at, found.closes_at = opens.fulfilled(found.opens_at, zone), closes.fulfilled(found.closes_at, zone)
        after = _dates(found, zone)
        if found.opens_at and found.closes_at and found.closes_at <= found.opens_at:
            raise StudentError(CLOSES_FIRST, opens=_told(found.opens_at, zone), closes=_told(found.closes_at, zone))
        note_change(session, f"{course}/{exercise}", "dates", before, after)
    say(f"course {course}, {exercise}: " + "; ".join(after))


def read_moment(text: str, zone: ZoneInfo) -> dt.datetime:
    """The moment that ``text`` names, on the clocks of ``zone`` where it has no offset. Raises StudentError."""
    try:
        moment = dt.datetime.fromisoformat(text.strip())
        if moment.year in YEARS and not _is_day(text.strip()):
            return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=zone).astimezone(dt.UTC)
    except ValueError:
        pass
    raise StudentError(DATE_ODD, text=text, zone=zone.key)


def _is_day(text: str) -> bool:
    """Whether the time of day is missing: midnight, where the day begins, is hardly meant by a deadline."""
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _dates(exercise: Exercise, zone: ZoneInfo) -> list[str]:
    opens_at, closes_at = exercise.opens_at, exercise.closes_at
    return [
        f"opens {_told(opens_at, zone)}" if opens_at else "open from the beginning",
        f"closes {_told(closes_at, zone)}" if closes_at else "never closes",
    ]


def _told(moment: dt.datetime, zone: ZoneInfo) -> str:
    """On the zone's clocks and with its offset: as it can be given again."""
    return moment.astimezone(zone).isoformat(" ", "seconds" if moment.second else "minutes")
