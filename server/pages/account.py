"""One's own account: the password and the API tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from core.errors import StudentError
from core.models import User
from server.auth.accounts import change_password
from server.auth.passwords import LEAST
from server.auth.tokens import list_tokens, revoke_token
from server.auth.visitor import UserDep, VisitorDep, address_of, check_form, deed_of, set_session
from server.pages.rendering import page
from server.services import Services, ServicesDep

router = APIRouter()
SEE_OTHER = 303


def _account(
    request: Request, services: Services, user: User, *, error: StudentError | None = None, changed: bool = False
) -> HTMLResponse:
    return page(
        request,
        "account.html",
        status=error.http_status if error else 200,
        tokens=list_tokens(services.database, user.id),
        least=LEAST,
        error=error,
        changed=changed,
    )


@router.get("/account")
def show_account(request: Request, services: ServicesDep, user: UserDep, changed: bool = False) -> Response:
    return _account(request, services, user, changed=changed)


@router.post("/account/password", dependencies=[Depends(check_form)])
def set_password(
    request: Request,
    services: ServicesDep,
    user: UserDep,
    visitor: VisitorDep,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
) -> Response:
    address = address_of(request)
    try:
        # a stolen session must not be a place to guess the password at leisure
        with services.throttle.one_attempt(user.login, address):
            change_password(services.database, user, old, new, deed_of(request, user), address=address)
    except StudentError as error:
        return _account(request, services, user, error=error)
    response = RedirectResponse("/account?changed=1", SEE_OTHER)
    set_session(response, services.settings, services.sessions.open(user.id, instead_of=visitor.session))
    return response


@router.post("/account/tokens/{token_id}/revoke", dependencies=[Depends(check_form)])
def revoke(
    request: Request, services: ServicesDep, user: UserDep, token_id: Annotated[int, Path(ge=1, le=2**31 - 1)]
) -> RedirectResponse:
    revoke_token(services.database, user.id, token_id, deed_of(request, user))
    return RedirectResponse("/account", SEE_OTHER)
