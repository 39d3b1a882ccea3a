"""Tokens at the API's door."""

from __future__ import annotations

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


def bearer(
    services: ServicesDep, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)]
) -> Bearer:
    found = find_token(services.database, credentials.credentials) if credentials else None
    if found is None:
        raise TokenInvalid
    return found


BearerDep = Annotated[Bearer, Depends(bearer)]


async def caller(bearer: BearerDep) -> User:
    return bearer.user


async def language_of(request: Request, bearer: BearerDep) -> Language:
    """The header's wish, else the account's language."""
    header = request.headers.get("accept-language")
    return choose(accept_language=header) if header else choose(bearer.user.language)


CallerDep = Annotated[User, Depends(caller)]
LanguageDep = Annotated[Language, Depends(language_of)]
