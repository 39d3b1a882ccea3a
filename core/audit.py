"""The audit log: which member of staff did what, to what, when and from where. Entries are only ever added.

``note`` is called inside the transaction of the deed where there is one, so that neither exists without the other.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from core.database import Database
from core.models import AuditEntry
from exam.report import printable


class Action(enum.StrEnum):
    LOGGED_IN = "login"
    DOWNLOADED = "submission.download"
    RETRIED = "submission.retry"
    REGRADED = "submission.regrade"
    USER_ADDED = "user.add"
    PASSWORD_SET = "user.password"  # noqa: S105, a word for a deed
    TOKEN_MADE = "token.create"  # noqa: S105
    TOKEN_REVOKED = "token.revoke"  # noqa: S105
    COURSE_SET = "course.set"
    EXPORTED = "export"


@dataclass(frozen=True)
class By:
    """Who does it, and from where."""

    actor: str
    address: str


@dataclass(frozen=True)
class AuditPage:
    entries: tuple[AuditEntry, ...]
    next_before: int | None
    """``before`` of the next page; None: this was the last one."""


def note(
    session: Session,
    by: By,
    action: Action,
    subject: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add an entry in this transaction. ``before`` and ``after`` hold what changed, and never a secret."""
    session.add(
        AuditEntry(
            actor=printable(by.actor)[:80],
            address=printable(by.address)[:64],
            action=action.value,
            subject=printable(subject)[:200],
            before=printable(before),
            after=printable(after),
        )
    )


def note_alone(
    database: Database, by: By, action: Action, subject: str, *, after: dict[str, Any] | None = None
) -> None:
    """``note`` in a transaction of its own: for a deed that changes nothing, or is about to be done."""
    with database.write() as session:
        note(session, by, action, subject, after=after)


def entries(
    database: Database, *, actor: str = "", action: str = "", before: int | None = None, limit: int = 50
) -> AuditPage:
    """A page of the log, newest first; "": whoever, whatever. ``before`` is the id after which it goes on."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit + 1)
    if actor:
        query = query.where(AuditEntry.actor == actor)
    if action:
        query = query.where(AuditEntry.action == action)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    with database.read() as session:
        found = session.scalars(query).all()
    return AuditPage(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def _refuse(*_: object) -> None:
    raise TypeError("an entry of the audit log is never changed or removed")


event.listen(AuditEntry, "before_update", _refuse)
event.listen(AuditEntry, "before_delete", _refuse)
