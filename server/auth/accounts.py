"""Local accounts: make one, prove to be its owner, change its password."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from core.database import Database
from core.errors import LoginFailed, StudentError, texts
from core.models import ApiToken, LoginSession, Role, User
from exam.report import Language
from server.auth.passwords import hash_password, matches

WRONG = texts(
    "login.wrong",
    en=("Login and password do not match.", "Check both, and the Caps Lock key; your tutor can set a new password."),
    de=(
        "Kennung und Passwort passen nicht zusammen.",
        "Bitte beides prüfen, auch die Feststelltaste; ein neues Passwort setzt deine Tutorin oder dein Tutor.",
    ),
)
OLD_WRONG = texts(
    "password.old_wrong",
    en=("The current password is wrong.", "Type the password that you logged in with."),
    de=("Das bisherige Passwort stimmt nicht.", "Bitte das Passwort eingeben, mit dem du dich angemeldet hast."),
)
LOGIN_TAKEN = texts(
    "login.taken",
    en=("The login “{login}” is taken.", "Choose another one."),
    de=("Die Kennung „{login}“ ist vergeben.", "Bitte eine andere wählen."),
)


def add_user(
    database: Database,
    login: str,
    password: str,
    *,
    name: str = "",
    role: Role = Role.STUDENT,
    language: Language | None = None,
) -> User:
    """A new account. Raises StudentError where the login is taken or the password too short."""
    user = User(
        login=login, display_name=name or login, password_hash=hash_password(password), role=role, language=language
    )
    try:
        with database.write() as session:
            session.add(user)
    except IntegrityError as error:
        raise StudentError(LOGIN_TAKEN, login=login) from error
    return user


def authenticate(database: Database, login: str, password: str) -> User:
    """The account whose login and password these are. Raises LoginFailed, which says not which of the two is wrong."""
    with database.read() as session:
        user = session.scalar(select(User).where(User.login == login))
    if not matches(password, user.password_hash if user else None) or user is None:
        raise LoginFailed(WRONG)
    return user


def change_password(database: Database, user: User, old: str, new: str) -> None:
    """Set a new password and end everything that the old one opened: all login sessions and API tokens."""
    if not matches(old, user.password_hash):
        raise StudentError(OLD_WRONG)
    hashed = hash_password(new)
    with database.write() as session:
        session.get_one(User, user.id).password_hash = hashed
        session.execute(delete(LoginSession).where(LoginSession.user_id == user.id))
        session.execute(delete(ApiToken).where(ApiToken.user_id == user.id))
