"""Passwords: argon2 at rest, a few checks at a time, and the same time spent whether or not the account exists."""

from __future__ import annotations

import threading

from pwdlib import PasswordHash

from core.errors import StudentError, TooOften, texts

TOO_SHORT = texts(
    "password.too_short",
    en=("The new password is too short.", "Use at least {least} characters; several words are easiest to remember."),
    de=("Das neue Passwort ist zu kurz.", "Mindestens {least} Zeichen; mehrere Wörter merken sich am leichtesten."),
)
TOO_LONG = texts(
    "password.too_long",
    en=("The new password is too long.", "Use at most {most} characters."),
    de=("Das neue Passwort ist zu lang.", "Höchstens {most} Zeichen."),
)
BUSY = texts(
    "login.busy",
    en=("Too many people are logging in at this moment.", "Please try again in a few seconds."),
    de=("Gerade melden sich zu viele zugleich an.", "Bitte in einigen Sekunden noch einmal versuchen."),
)

LEAST, MOST = 10, 256
RETRY_AFTER_S = 5
_argon2 = PasswordHash.recommended()
_at_a_time = threading.BoundedSemaphore(4)  # each check takes 64 MiB: a flood of logins must not take all memory
_places = threading.BoundedSemaphore(12)  # those who wait hold threads that every other request needs as well
_nobody = _argon2.hash("nobody has this password")


def hash_password(password: str) -> str:
    """What to store for ``password``. Raises StudentError where it is too short or too long."""
    if len(password) < LEAST:
        raise StudentError(TOO_SHORT, least=LEAST)
    if len(password) > MOST:
        raise StudentError(TOO_LONG, most=MOST)
    return _argon2.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether ``stored`` was made from ``password``; always no, as slowly, where nothing is stored. Raises TooOften
    where too many are being checked already."""
    if not _places.acquire(blocking=False):
        raise TooOften(BUSY, retry_after_s=RETRY_AFTER_S)
    try:
        with _at_a_time:
            return _argon2.verify(password[: MOST + 1], stored or _nobody) and stored is not None
    finally:
        _places.release()
