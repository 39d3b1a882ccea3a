"""Passwords: argon2 at rest, a few checks at a time, and the same time spent whether or not the account exists."""

from __future__ import annotations

import ipaddress
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

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
_nobody = _argon2.hash("nobody has this password")


def hash_password(password: str) -> str:
    """What to store for ``password``. Raises StudentError where it is too short or too long."""
    if len(password) < LEAST:
        raise StudentError(TOO_SHORT, least=LEAST)
    if len(password) > MOST:
        raise StudentError(TOO_LONG, most=MOST)
    return _argon2.hash(password)


class Places:
    """Room for ``most`` checks at once, made or waited for: whoever waits holds a thread that every other request needs
    as well. Who has ``own`` of them gets more only while more than ``spare`` are free, so that a flood from one address
    keeps nobody else out, and a lecture hall behind one address still comes in."""

    def __init__(self, most: int = 12, own: int = 2, spare: int = 4) -> None:
        self._most, self._own, self._spare = most, own, spare
        self._lock = threading.Lock()
        self._taken = Counter[str]()

    @contextmanager
    def one(self, address: str) -> Iterator[None]:
        """Raises TooOften where there is none for ``address``."""
        network = _network(address)
        with self._lock:
            kept_free = self._spare if self._taken[network] >= self._own else 0
            if self._taken.total() >= self._most - kept_free:
                raise TooOften(BUSY, retry_after_s=RETRY_AFTER_S)
            self._taken[network] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[network] -= 1
                self._taken = +self._taken  # without those who have none


def _network(address: str) -> str:
    """Who is behind ``address``: of IPv6 its first 64 bits, for a household has all the others."""
    try:
        bits = int(ipaddress.IPv6Address(address)) >> 64
    except ValueError:
        return address
    return f"{bits:x}::/64"


_places = Places()


def matches(password: str, stored: str | None, address: str = "") -> bool:
    """Whether ``stored`` was made from ``password``; always no, as slowly, where nothing is stored. Raises TooOften
    where too many are being checked already, or too many for ``address``."""
    with _places.one(address), _at_a_time:
        return _argon2.verify(password[: MOST + 1], stored or _nobody) and stored is not None
