"""How the commands speak: results on standard output, everything else on standard error, errors as two plain lines."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from rich.console import Console

from core.errors import AbgabeError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

if not structlog.is_configured():  # what is logged without a server's settings, too
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def say(text: str) -> None:
    """A line on standard output; never interpreted as markup, and never broken: it may be read by a program."""
    out.print(text, markup=False, soft_wrap=True)


def language() -> str:
    """The user's language, as the environment tells it: German or English."""
    told = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "de" if (told or (locale.getlocale()[0] or "")).lower().startswith("de") else "en"


def complain(error: AbgabeError) -> None:
    """What is wrong, and what to do about it."""
    err.print(f"abgabe: {error.text(language())}", markup=False, style="bold red")
    hint = error.hint(language())
    if hint:
        err.print(f"        {hint}", markup=False)


@contextmanager
def failing_with(code: int) -> Iterator[None]:
    """Turn our errors into a message and an exit code."""
    try:
        yield
    except AbgabeError as error:
        complain(error)
        sys.exit(code)
