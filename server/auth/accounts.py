"""Local accounts: make one, prove to be its owner, change its password."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import audit, metrics
from core.audit import Action, By
from core.database import Database
from core.errors import LoginFailed, StudentError, texts
from core.models import ApiToken, LoginSession, Role, User
from exam.report import Language
from server.auth.passwords import hash_password, matches

WRONG = texts(
    "login.wrong",
    en=(
        "Login and password do not match.",
        "Check both, and the Caps Lock key; whoever runs the course can set a new password.",
    ),
    de=(
        "Kennung und Passwort passen nicht zusammen.",
        "Bitte beides prüfen, auch die Feststelltaste; ein neues Passwort setzt, wer den Kurs betreibt.",
    ),
)
OLD_WRONG = texts(
    "password.old_wrong",
    en=("The current password is wrong.", "Type the password that you logged in with."),
    de=("Das bisherige Passwort stimmt nicht.", "Bitte das Passwort eingeben, mit dem du dich angemeldet hast."),
)
LOGIN_TAKEN = texts(
    "login.taken",
    en=(
        "The login “{login}” is taken (by “{known}”).",
        "Choose another one. A new password for that account: abgabe user password {known}",
    ),
    de=(
        "Die Kennung „{login}“ ist vergeben (an „{known}“).",
        "Bitte eine andere wählen. Ein neues Passwort für jenes Konto: abgabe user password {known}",
    ),
)
LOGIN_ODD = texts(
    "login.odd",
    en=("“{login}” cannot be a login.", "Use 1 to {most} letters, digits and signs, without blanks."),
    de=("„{login}“ kann keine Kennung sein.", "Bitte 1 bis {most} Buchstaben, Ziffern und Zeichen ohne Leerzeichen."),
)

LONGEST_LOGIN = 80


def add_user(
    database: Database,
    login: str,
    password: str,
    *,
    name: str = "",
    role: Role = Role.STUDENT,
    language: Language | None = None,
    by: By | None = None,
) -> User:
    """A new account; ``by``: the member of staff who makes it.

    Raises StudentError where the login is odd or taken, or the password too short.
    """
    _check_login(login)
    user = User(
        login=login, display_name=name or login, password_hash=hash_password(password), role=role, language=language
    )
    try:
        with database.write() as session:
            _check_free(session, login)
            session.add(user)
            if by:
                audit.note(session, by, Action.USER_ADDED, login, after={"role": role.value})
    except IntegrityError as error:  # another process was faster
        raise StudentError(LOGIN_TAKEN, login=login, known=login) from error
    return user


def _check_login(login: str) -> None:
    blank = any(character.isspace() for character in login)
    if not 0 < len(login) <= LONGEST_LOGIN or blank or not login.isprintable():
        raise StudentError(
            LOGIN_ODD, login=ascii(login)[1:-1] if not login.isprintable() else login, most=LONGEST_LOGIN
        )


def _check_free(session: Session, login: str) -> None:
    """People do not tell “Ada” from “ada”: the one must not come beside the other."""
    for known in session.scalars(select(User.login)):
        if known.casefold() == login.casefold():
            raise StudentError(LOGIN_TAKEN, login=login, known=known)


def authenticate(database: Database, login: str, password: str, address: str = "") -> User:
    """The account whose login and password these are, sent from ``address``.

    Raises LoginFailed, which says not which of the two is wrong, and TooOften where too many log in at once.
    """
    with database.read() as session:
        user = session.scalar(select(User).where(User.login == login))
    if not matches(password, user.password_hash if user else None, address) or user is None:
        metrics.LOGINS.labels("wrong").inc()
        raise LoginFailed(WRONG)
    metrics.LOGINS.labels("right").inc()
    return user


def change_password(
    database: Database, user: User, old: str, new: str, by: By | None = None, *, address: str = ""
) -> None:
    """``set_password`` for someone who knows the old one. Raises StudentError."""
    if not matches(old, user.password_hash, address):
        raise StudentError(OLD_WRONG)
    set_password(database, user.id, new, by)


def set_password(database: Database, user_id: int, new: str, by: By | None = None) -> None:
    """Set a new password and end everything that the old one opened: all login sessions and API tokens."""
    hashed = hash_password(new)
    with database.write() as session:
        user = session.get_one(User, user_id)
        user.password_hash = hashed
        if by:
            audit.note(session, by, Action.PASSWORD_SET, user.login)
        session.execute(delete(LoginSession).where(LoginSession.user_id == user_id))
        session.execute(delete(ApiToken).where(ApiToken.user_id == user_id))
