"""Accounts and tokens from the command line."""

from __future__ import annotations

import secrets
import sys
from contextlib import closing

from sqlalchemy import select

from cli.console import err, say
from cli.state import open_existing, operator
from core.database import Database
from core.errors import NotFound, StudentError, texts
from core.models import Role, User
from core.settings import Settings
from server.auth.accounts import add_user, set_password
from server.auth.tokens import create_token

USER_UNKNOWN = texts(
    "user.unknown",
    en=("There is no account “{login}”.", "Make it with: abgabe user add {login}"),
    de=("Es gibt kein Konto „{login}“.", "Es entsteht mit: abgabe user add {login}"),
)
DAYS_WRONG = texts(
    "token.days_wrong",
    en=("A token cannot be valid for {days:g} days.", "Give more than 0 and at most {most}, or leave --days out."),
    de=("Ein Token kann nicht {days:g} Tage gelten.", "Mehr als 0 und höchstens {most} angeben oder --days weglassen."),
)

MOST_DAYS = 36_500


def add(settings: Settings, login: str, name: str, role: Role, password_stdin: bool) -> None:
    """Make an account; print its password where we made it up."""
    password = _chosen_password(password_stdin)
    add_user(open_existing(settings), login, password, name=name, role=role, by=operator())
    say(f"{role.value} {login}" + ("" if password_stdin else f"  password: {password}"))


def show(settings: Settings) -> None:
    """Every account: login, role, name."""
    with closing(open_existing(settings)) as database, database.read() as session:
        for user in session.scalars(select(User).order_by(User.login)):
            say(f"{user.login}  {user.role.value}  {user.display_name}")


def renew_password(settings: Settings, login: str, password_stdin: bool) -> None:
    """Set a new password for someone who has forgotten theirs; print it where we made it up."""
    password = _chosen_password(password_stdin)
    database = open_existing(settings)
    set_password(database, _id_of(database, login), password, operator())
    say(login + ("" if password_stdin else f"  password: {password}"))
    err.print("Sessions and API tokens of this account have ended.", markup=False)


def create_token_for(settings: Settings, login: str, name: str, days: float | None) -> None:
    """Make a token and print it."""
    if days is not None and not 0 < days <= MOST_DAYS:  # NaN is neither
        raise StudentError(DAYS_WRONG, days=days, most=MOST_DAYS)
    database = open_existing(settings)
    say(create_token(database, _id_of(database, login), name, days=days, by=operator()).secret)


def _chosen_password(from_stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\n") if from_stdin else make_password()


def _id_of(database: Database, login: str) -> int:
    with database.read() as session:
        user_id = session.scalar(select(User.id).where(User.login == login))
    if user_id is None:
        raise NotFound(USER_UNKNOWN, login=login)
    return user_id


def make_password() -> str:
    """A password that can be read aloud and typed: three groups of four letters and digits, 60 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(3))
