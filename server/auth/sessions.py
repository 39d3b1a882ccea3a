"""Login sessions, kept in the database: the cookie holds a random secret, the table only its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import delete, select

from core.database import Database
from core.models import LoginSession, User, utc_now


class Opened(NamedTuple):
    """A fresh session; ``secret`` is for the cookie and exists nowhere else."""

    secret: str
    expires_at: dt.datetime


class Found(NamedTuple):
    user: User
    csrf: str


def digest(secret: str) -> str:
    """What a table keeps of a secret that is random enough not to be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Sessions:
    def __init__(self, database: Database, hours: float, clock: Callable[[], dt.datetime] = utc_now) -> None:
        self._database = database
        self._lifetime = dt.timedelta(hours=hours)
        self._clock = clock

    def open(self, user_id: int, *, instead_of: str = "") -> Opened:
        """A new session under a new secret; the one called ``instead_of`` ends, and so do those whose time is up."""
        now = self._clock()
        fresh = Opened(secrets.token_urlsafe(32), now + self._lifetime)
        with self._database.write() as session:
            session.execute(delete(LoginSession).where(LoginSession.expires_at <= now))
            session.execute(delete(LoginSession).where(LoginSession.id == digest(instead_of)))
            session.add(
                LoginSession(
                    id=digest(fresh.secret),
                    user_id=user_id,
                    csrf=secrets.token_urlsafe(24),
                    created_at=now,
                    expires_at=fresh.expires_at,
                )
            )
        return fresh

    def find(self, secret: str) -> Found | None:
        """Whose session this is, unless it is unknown or its time is up."""
        query = (
            select(User, LoginSession.csrf)
            .join(LoginSession, LoginSession.user_id == User.id)
            .where(LoginSession.id == digest(secret), LoginSession.expires_at > self._clock())
        )
        with self._database.read() as session:
            row = session.execute(query).first()
        return Found(row[0], row[1]) if row else None

    def close(self, secret: str) -> None:
        with self._database.write() as session:
            session.execute(delete(LoginSession).where(LoginSession.id == digest(secret)))
