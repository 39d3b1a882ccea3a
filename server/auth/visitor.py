"""Whoever sends a request for a page: logged in or not, in which language, and the secret of their forms.

The cookies: the session, a random number for those without one (so that even the login form cannot be forged), and
the language. All are strictly necessary, so no banner is.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from core.audit import By
from core.models import Role, User
from core.settings import Settings
from exam.report import Language
from server.auth.sessions import Opened
from server.errors import AdminOnly, FormForged, LoginRequired, StaffOnly
from server.i18n import choose
from server.services import Services, services_of

CSRF_FIELD = "csrf"
LANGUAGE_COOKIE_S = 365 * 24 * 3600


@dataclass(frozen=True)
class Visitor:
    language: Language
    csrf: str
    user: User | None = None
    session: str = ""
    """The cookie's secret; "" where nobody is logged in."""
    fresh_visit: str | None = None
    """The random number to set as a cookie with the answer; None where the browser has one."""


def cookie_name(settings: Settings, name: str) -> str:
    """``__Host-`` makes browsers refuse the cookie from anywhere but this very host over https."""
    return f"__Host-abgabe_{name}" if settings.cookies_are_secure else f"abgabe_{name}"


def visitor_of(request: Request) -> Visitor:
    """Recognise the visitor, once per request."""
    if not hasattr(request.state, "visitor"):
        request.state.visitor = _recognise(request, services_of(request))
    visitor: Visitor = request.state.visitor
    return visitor


def stranger(request: Request) -> Visitor:
    """The visitor without asking the database: for answering that it cannot be reached."""
    return _anonymous(request, services_of(request))


def _recognise(request: Request, services: Services) -> Visitor:
    secret = request.cookies.get(cookie_name(services.settings, "session"), "")
    found = services.sessions.find(secret) if secret else None
    if found is None:
        return _anonymous(request, services)
    return Visitor(_language(request, services, found.user.language), found.csrf, found.user, secret)


def _anonymous(request: Request, services: Services) -> Visitor:
    visit = request.cookies.get(cookie_name(services.settings, "visit"))
    fresh = None if visit else secrets.token_urlsafe(18)
    signed = hmac.new(services.key, (visit or fresh or "").encode(), hashlib.sha256).hexdigest()
    return Visitor(_language(request, services, None), signed, fresh_visit=fresh)


def _language(request: Request, services: Services, own: Language | None) -> Language:
    cookie = request.cookies.get(cookie_name(services.settings, "language"))
    return choose(own, cookie, accept_language=request.headers.get("accept-language", ""))


VisitorDep = Annotated[Visitor, Depends(visitor_of)]


def logged_in(visitor: VisitorDep) -> User:
    if visitor.user is None:
        raise LoginRequired
    return visitor.user


def staff(user: Annotated[User, Depends(logged_in)]) -> User:
    if not user.role.is_staff:
        raise StaffOnly
    return user


def deed_of(request: Request, user: User) -> By | None:
    """Whose deed to note in the audit log: a member of staff's; None for a student's, which is nobody's business."""
    return By(user.login, address_of(request)) if user.role.is_staff else None


def address_of(request: Request) -> str:
    """Where the request comes from; behind a trusted proxy, what that one says."""
    return request.client.host if request.client else ""


def admin(user: Annotated[User, Depends(logged_in)]) -> User:
    if user.role is not Role.ADMIN:
        raise AdminOnly
    return user


UserDep = Annotated[User, Depends(logged_in)]
StaffDep = Annotated[User, Depends(staff)]
AdminDep = Annotated[User, Depends(admin)]


async def check_form(request: Request, visitor: VisitorDep) -> None:
    """Raises FormForged unless the form carries the visitor's own secret."""
    sent = (await request.form()).get(CSRF_FIELD)
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), visitor.csrf.encode()):
        raise FormForged


def set_session(response: Response, settings: Settings, opened: Opened) -> None:
    _set(response, settings, "session", opened.secret, None)


def end_session(response: Response, settings: Settings) -> None:
    response.delete_cookie(
        cookie_name(settings, "session"), secure=settings.cookies_are_secure, httponly=True, samesite="lax"
    )


def set_language(response: Response, settings: Settings, language: Language) -> None:
    _set(response, settings, "language", language, LANGUAGE_COOKIE_S)


def set_visit(response: Response, settings: Settings, visit: str) -> None:
    _set(response, settings, "visit", visit, None)


def _set(response: Response, settings: Settings, name: str, value: str, max_age_s: int | None) -> None:
    response.set_cookie(
        cookie_name(settings, name),
        value,
        max_age=max_age_s,
        httponly=True,
        samesite="lax",
        secure=settings.cookies_are_secure,
    )
