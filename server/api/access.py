"""Tokens at the API's door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from core.models import User
from exam.report import Language
from server.auth.tokens import Bearer, find_token
from server.errors import TokenInvalid
from server.i18n import choose
from server.services import ServicesDep

scheme = HTTPBearer(auto_error=False, description="A token from POST /api/v1/tokens, or from `abgabe token create`.")


CredentialsDep = Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)]


def bearer(services: ServicesDep, credentials: CredentialsDep) -> Bearer:
    found = find_token(services.database, credentials.credentials) if credentials else None
    if found is None:
        raise TokenInvalid
    return found


BearerDep = Annotated[Bearer, Depends(bearer)]


async def still_valid(services: ServicesDep, credentials: CredentialsDep) -> Callable[[], bool]:
    """Asks, while an answer is being sent, whether the token that opened it would still do so."""
    secret = credentials.credentials if credentials else ""
    return lambda: find_token(services.database, secret) is not None


async def caller(bearer: BearerDep) -> User:
    return bearer.user


async def language_of(request: Request, bearer: BearerDep) -> Language:
    """The header's wish, else the account's language."""
    header = request.headers.get("accept-language")
    return choose(accept_language=header) if header else choose(bearer.user.language)


StillValidDep = Annotated[Callable[[], bool], Depends(still_valid)]
CallerDep = Annotated[User, Depends(caller)]
LanguageDep = Annotated[Language, Depends(language_of)]
