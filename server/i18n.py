"""German and English: which language a request speaks, and our sentences, numbers and times in it.

English stands in the code and the templates; ``locale/de/LC_MESSAGES/messages.po`` holds the German. The .po itself is
read when the server starts, so that no compiled catalog can be forgotten or out of date.
"""

from __future__ import annotations

import datetime as dt
import gettext
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.dates import format_date, format_time, get_timezone
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from exam.report import Language

LANGUAGES: Mapping[Language, str] = {"en": "English", "de": "Deutsch"}
"""Every language we speak, under the name it gives itself."""
DEFAULT: Language = "en"
LOCALE = Path(__file__).parent / "locale"


@cache
def catalog(language: Language) -> gettext.NullTranslations:
    """The sentences of ``language``; for English the msgids themselves."""
    path = LOCALE / language / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as text:
        write_mo(compiled, read_po(text, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def choose(*wishes: str | None, accept_language: str = "") -> Language:
    """The first of ``wishes`` that we speak, else the browser's best, else English."""
    for wish in (*wishes, *_preferences(accept_language)):
        if wish is not None and wish in LANGUAGES:
            return wish
    return DEFAULT


def _preferences(accept_language: str) -> list[str]:
    """Primary subtags of an ``Accept-Language`` header, the most wanted first."""
    ranges = []
    for entry in accept_language.split(","):
        tag, _, quality = entry.partition(";q=")
        try:
            ranges.append((-float(quality or 1), tag.strip().split("-")[0].lower()))
        except ValueError:
            continue
    return [tag for _, tag in sorted(ranges, key=lambda item: item[0])]


def pick(texts: Mapping[Language, str], language: Language) -> str:
    """The text in ``language``, else in English, else in any; "" where there is none."""
    return texts.get(language) or texts.get(DEFAULT) or next(iter(texts.values()), "")


def number(value: float, language: Language, digits: int = 2) -> str:
    """At most ``digits`` places: 2.5 is “2.5” in English and “2,5” in German, 3.0 is “3”."""
    return format_decimal(value, format="#,##0." + "#" * digits, locale=language)


def size(size_bytes: int, language: Language) -> str:
    """A file's size for a person."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    if size_bytes < 1_000_000:
        return f"{number(size_bytes / 1000, language, 1)} kB"
    return f"{number(size_bytes / 1_000_000, language, 1)} MB"


def moment(when: dt.datetime, language: Language, time_zone: str) -> str:
    """A date with its time of day on the clocks of ``time_zone``."""
    there = when.astimezone(get_timezone(time_zone))
    return f"{format_date(there, 'medium', locale=language)}, {format_time(there, 'short', locale=language)}"


def marked(msgid: str) -> str:
    """``msgid`` itself; tells the collector of sentences that a template will translate it."""
    return msgid
