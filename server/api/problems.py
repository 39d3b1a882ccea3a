"""Errors as problem+json, and how OpenAPI describes them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from core.errors import AbgabeError, TooOften
from server.api.schemas import FieldProblem, Problem
from server.errors import RequestInvalid
from server.i18n import choose

MEDIA_TYPE = "application/problem+json"


def problem_response(request: Request, error: AbgabeError, status: int) -> JSONResponse:
    language = choose(accept_language=request.headers.get("accept-language", ""))
    fields = error.fields if isinstance(error, RequestInvalid) else {}
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=error.text(language),
        hint=error.hint(language),
        code=error.code,
        instance=request.url.path,
        errors=[FieldProblem(pointer=pointer, message=message) for pointer, message in fields.items()],
    )
    return JSONResponse(problem.model_dump(), status, _headers(error, status, language), MEDIA_TYPE)


def _headers(error: AbgabeError, status: int, language: str) -> dict[str, str]:
    headers = {"Content-Language": language}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooOften):
        headers["Retry-After"] = str(error.retry_after_s)
    return headers


def problems(**reasons: str) -> dict[int | str, dict[str, Any]]:
    """``responses=`` of a route: ``problems(_404="no such exercise")``."""
    return {int(status[1:]): {"description": reason, "model": Problem} for status, reason in reasons.items()}


def describe_as_problems(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with the errors as they really are; the framework describes its own, which we replace."""
    for deeds in document["paths"].values():
        for deed in deeds.values():
            for status, response in deed["responses"].items():
                if int(status) >= HTTPStatus.BAD_REQUEST:
                    response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    return document
