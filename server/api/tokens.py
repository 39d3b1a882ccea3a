"""Tokens and who one is."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request, Response

from core.errors import LoginFailed, TooOften
from server.api.access import BearerDep
from server.api.problems import problems
from server.api.schemas import Me, NewToken, TokenInfo, TokenOrder
from server.auth.accounts import authenticate
from server.auth.tokens import create_token, revoke_token
from server.auth.visitor import address_of, deed_of
from server.services import ServicesDep

router = APIRouter(tags=["Tokens"])
log = structlog.get_logger(__name__)


@router.post(
    "/tokens",
    status_code=201,
    responses=problems(
        _400="unreadable body",
        _401="login and password do not match",
        _422="invalid body",
        _429="too many wrong passwords",
    ),
)
def make_token(request: Request, response: Response, services: ServicesDep, order: TokenOrder) -> NewToken:
    """Exchange login and password for a token. Keep it like a password; it is shown only here."""
    address = address_of(request)
    try:
        with services.throttle.one_attempt(order.login, address):
            user = authenticate(services.database, order.login, order.password, address)
    except (LoginFailed, TooOften) as error:
        log.info("login.refused", code=error.code, address=address)
        raise
    made = create_token(services.database, user.id, order.name, days=order.days, by=deed_of(request, user))
    response.headers["Cache-Control"] = "no-store"
    return NewToken(token=made.secret, name=order.name, expires_at=made.expires_at)


@router.delete("/tokens/current", status_code=204, responses=problems(_401="no valid token"))
def drop_token(request: Request, services: ServicesDep, bearer: BearerDep) -> None:
    """Revoke the token that this request carries."""
    revoke_token(services.database, bearer.user.id, bearer.token.id, deed_of(request, bearer.user))


@router.get("/me", responses=problems(_401="no valid token"))
def me(bearer: BearerDep) -> Me:
    """Whose token this is."""
    user, token = bearer
    info = TokenInfo(name=token.name, prefix=token.prefix, expires_at=token.expires_at)
    return Me(login=user.login, name=user.display_name, role=user.role, token=info)
