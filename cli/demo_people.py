"""Who is there in the demo, and with which passwords."""

from __future__ import annotations

import json
import os
from pathlib import Path

from sqlalchemy import select

from cli.accounts import make_password
from cli.console import say
from core.database import Database
from core.errors import LoginFailed
from core.models import Role, User
from server.auth.accounts import add_user, authenticate

PEOPLE = (
    ("admin", "Ada Admin", Role.ADMIN),
    ("tutor", "Toni Tutor", Role.TUTOR),
    ("alice", "Alice Adam", Role.STUDENT),
    ("bob", "Bob Bias", Role.STUDENT),
    ("carol", "Carol Conv", Role.STUDENT),
)


def tell_accounts(database: Database, passwords: dict[str, str]) -> None:
    """Who can log in, and with which password; one that was changed since is not known here any more."""
    for login, _, role in PEOPLE:
        try:
            authenticate(database, login, passwords[login])
            told = f"password: {passwords[login]}"
        except LoginFailed:
            told = f"its password was changed; a new one: abgabe user password {login}"
        say(f"  {role.value:8} {login:8} {told}")


def add_people(database: Database, path: Path) -> dict[str, str]:
    """The demo's accounts; their passwords, which a second start reads from ``path``."""
    passwords: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    with database.read() as session:
        known = set(session.scalars(select(User.login)))
    fresh = [person for person in PEOPLE if person[0] not in passwords]
    passwords.update({login: make_password() for login, _, _ in fresh})
    # Written before the accounts exist: a start that is cut short in between can be repeated.
    _write_private(path, json.dumps(passwords, indent=1))
    for login, name, role in PEOPLE:
        if login not in known:
            add_user(database, login, passwords[login], name=name, role=role)
    return passwords


def _write_private(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
