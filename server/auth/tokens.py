"""API tokens: ``ag_…``, shown once when made; the database keeps their SHA-256 and the first characters."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select

from core import audit
from core.audit import Action, By
from core.database import Database
from core.models import ApiToken, User, utc_now
from server.auth.sessions import digest

PREFIX = "ag_"
SHOWN = len(PREFIX) + 6
USE_NOTED_EVERY = dt.timedelta(minutes=10)  # a write for every call would cost more than the calls


class Made(NamedTuple):
    """A fresh token. This is the only time that ``secret`` is seen."""

    secret: str
    expires_at: dt.datetime | None


class Bearer(NamedTuple):
    user: User
    token: ApiToken


def create_token(
    database: Database, user_id: int, name: str, *, days: float | None = None, by: By | None = None
) -> Made:
    """A new token of this user, valid for ``days`` or until revoked; ``by``: the member of staff who makes it."""
    secret = PREFIX + secrets.token_urlsafe(32)
    expires_at = utc_now() + dt.timedelta(days=days) if days is not None else None
    with database.write() as session:
        session.add(
            ApiToken(user_id=user_id, name=name, prefix=secret[:SHOWN], hash=digest(secret), expires_at=expires_at)
        )
        if by:
            owner = session.get_one(User, user_id).login
            audit.note(session, by, Action.TOKEN_MADE, owner, after={"name": name, "token": secret[:SHOWN]})
    return Made(secret, expires_at)


# Made once: every call asks it, and to make it takes longer than to ask it.
_BY_HASH = select(User, ApiToken).join(ApiToken, ApiToken.user_id == User.id).where(ApiToken.hash == bindparam("hash"))


def find_token(database: Database, secret: str) -> Bearer | None:
    """Whose token this is, unless it is unknown, revoked or expired."""
    now = utc_now()
    with database.read() as session:
        row = session.execute(_BY_HASH, {"hash": digest(secret)}).first()
    if row is None or (row[1].expires_at is not None and row[1].expires_at <= now):
        return None
    _note_use(database, row[1], now)
    return Bearer(row[0], row[1])


def _note_use(database: Database, token: ApiToken, now: dt.datetime) -> None:
    if token.last_used_at is not None and now - token.last_used_at < USE_NOTED_EVERY:
        return
    with database.write(durable=False) as session:
        current = session.get(ApiToken, token.id)
        if current is not None:
            current.last_used_at = now


def list_tokens(database: Database, user_id: int) -> list[ApiToken]:
    with database.read() as session:
        return list(session.scalars(select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id)))


def revoke_token(database: Database, user_id: int, token_id: int, by: By | None = None) -> None:
    """End this user's token; nothing happens where it is not theirs."""
    with database.write() as session:
        query = delete(ApiToken).where(ApiToken.id == token_id, ApiToken.user_id == user_id).returning(ApiToken.prefix)
        prefix = session.scalar(query)
        if by and prefix is not None:
            owner = session.get_one(User, user_id).login
            audit.note(session, by, Action.TOKEN_REVOKED, owner, before={"token": prefix})
