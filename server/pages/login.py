"""Logging in and out, and the language switch."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from core import audit
from core.audit import Action
from core.errors import LoginFailed, TooOften
from core.models import User
from server.auth.accounts import authenticate
from server.auth.visitor import VisitorDep, address_of, check_form, deed_of, end_session, set_language, set_session
from server.i18n import LANGUAGES
from server.pages.rendering import page
from server.services import ServicesDep

router = APIRouter()
log = structlog.get_logger(__name__)
checked = [Depends(check_form)]
SEE_OTHER = 303


def inside(address: str) -> str:
    """``address`` where it is a page of ours, else the front page: a login must not lead to another site."""
    parts = urlsplit(address)
    is_ours = (
        not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith(("//", "/\\"))
    )
    return address if is_ours and address.isprintable() else "/"


@router.get("/login")
def show_login(request: Request, visitor: VisitorDep, next: str = "/") -> Response:
    if visitor.user is not None:
        return RedirectResponse(inside(next), SEE_OTHER)
    return page(request, "login.html", next=inside(next), login="", error=None)


@router.post("/login", dependencies=checked)
def log_in(
    request: Request,
    services: ServicesDep,
    visitor: VisitorDep,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    login, address = login.strip(), address_of(request)
    try:
        with services.throttle.one_attempt(login, address):
            user = authenticate(services.database, login, password, address)
    except (LoginFailed, TooOften) as error:
        log.info("login.refused", code=error.code, address=address)
        return _ask_again(request, error, login, next)
    if by := deed_of(request, user):
        audit.note_alone(services.database, by, Action.LOGGED_IN, user.login)
    return _welcome(services, user, visitor.session, next)


def _ask_again(request: Request, error: LoginFailed | TooOften, login: str, next: str) -> HTMLResponse:
    response = page(request, "login.html", status=error.http_status, next=inside(next), login=login, error=error)
    if isinstance(error, TooOften):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _welcome(services: ServicesDep, user: User, old_session: str, next: str) -> RedirectResponse:
    # always a new session: whoever planted the old cookie must not share what follows
    opened = services.sessions.open(user.id, instead_of=old_session)
    response = RedirectResponse(inside(next), SEE_OTHER)
    set_session(response, services.settings, opened)
    return response


@router.post("/logout", dependencies=checked)
def log_out(services: ServicesDep, visitor: VisitorDep) -> RedirectResponse:
    services.sessions.close(visitor.session)
    response = RedirectResponse("/login", SEE_OTHER)
    end_session(response, services.settings)
    return response


@router.post("/language", dependencies=checked)
def switch_language(
    services: ServicesDep, visitor: VisitorDep, language: Annotated[str, Form()], next: Annotated[str, Form()] = "/"
) -> RedirectResponse:
    response = RedirectResponse(inside(next), SEE_OTHER)
    if language in LANGUAGES:
        set_language(response, services.settings, language)
        if visitor.user is not None:
            with services.database.write() as session:
                session.get_one(User, visitor.user.id).language = language
    return response
