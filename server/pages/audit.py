"""The audit log, for admins: what members of staff did, newest first; a page of it, or all of it as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from core.audit import Action, By, entries
from core.database import Database
from core.models import AuditEntry
from server.auth.visitor import AdminDep, address_of
from server.i18n import marked
from server.pages.exports import PER_READ, note_export
from server.pages.rendering import page
from server.services import ServicesDep
from server.tables import Cell, csv_response

router = APIRouter()
PER_PAGE = 50
EXPORT = "/staff/audit.csv"
HEAD = ("id", "time", "actor", "address", "action", "subject", "before", "after")
WORDS = {
    Action.LOGGED_IN: marked("Logged in"),
    Action.DOWNLOADED: marked("Downloaded a hand-in"),
    Action.RETRIED: marked("Let a stuck hand-in be tried again"),
    Action.REGRADED: marked("Let a hand-in be graded again"),
    Action.USER_ADDED: marked("Made an account"),
    Action.PASSWORD_SET: marked("Set a password"),
    Action.TOKEN_MADE: marked("Made an API token"),
    Action.TOKEN_REVOKED: marked("Revoked an API token"),
    Action.COURSE_SET: marked("Changed a course"),
    Action.EXPORTED: marked("Exported a table"),
}


@dataclass(frozen=True)
class Line:
    entry: AuditEntry

    @property
    def word(self) -> str:
        """A msgid; the bare word of an action that this version does not know."""
        known = self.entry.action in set(Action)
        return WORDS[Action(self.entry.action)] if known else self.entry.action

    @property
    def is_submission(self) -> bool:
        return self.entry.action.startswith("submission.")

    @property
    def changes(self) -> list[tuple[str, object, object]]:
        """Name, value before, value after; None: there was none."""
        before, after = self.entry.before or {}, self.entry.after or {}
        return [(name, before.get(name), after.get(name)) for name in {**before, **after}]


@router.get("/staff/audit")
def show_audit(
    request: Request,
    services: ServicesDep,
    user: AdminDep,
    actor: str = "",
    action: str = "",
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    chosen = {"actor": actor.strip(), "action": action}
    found = entries(services.database, **chosen, before=before, limit=PER_PAGE)
    return page(
        request,
        "audit.html",
        lines=[Line(entry) for entry in found.entries],
        words={action.value: word for action, word in WORDS.items()},
        chosen=chosen,
        first_page=_address(chosen) if before else None,
        export_address=_address(chosen, page=EXPORT),
        next_page=_address(chosen, found.next_before) if found.next_before else None,
    )


def _address(chosen: dict[str, str], before: int | None = None, page: str = "/staff/audit") -> str:
    query = {name: value for name, value in {**chosen, "before": before}.items() if value}
    return page + (f"?{urlencode(query)}" if query else "")


@router.get(EXPORT)
def export_audit(
    request: Request, services: ServicesDep, user: AdminDep, actor: str = "", action: str = ""
) -> Response:
    chosen = {"actor": actor.strip(), "action": action}
    note_export(services.database, By(user.login, address_of(request)), "audit log", chosen)
    return csv_response("audit.csv", HEAD, _audit_rows(services.database, chosen))


def _audit_rows(database: Database, chosen: dict[str, str]) -> Iterator[tuple[Cell, ...]]:
    before = None
    while True:
        found = entries(database, **chosen, before=before, limit=PER_READ)
        yield from map(_audit_row, found.entries)
        if (before := found.next_before) is None:
            return


def _audit_row(entry: AuditEntry) -> tuple[Cell, ...]:
    changes = (_json(entry.before), _json(entry.after))
    return (entry.id, entry.at.isoformat(), entry.actor, entry.address, entry.action, entry.subject, *changes)


def _json(value: dict[str, Any] | None) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
