"""From an error to an answer: a page for people, problem+json for programs, in the reader's language either way."""

from __future__ import annotations

from urllib.parse import urlencode

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from core.errors import AbgabeError, OurError
from exam.report import Fault
from server.api.problems import problem_response
from server.auth.visitor import Visitor, stranger, visitor_of
from server.errors import BROKEN, DISK_FULL, UNAVAILABLE, HttpError, LoginRequired, RequestInvalid
from server.guards import SECURITY_HEADERS
from server.pages.rendering import page
from server.requests import REQUEST_ID

GONE = 499
"""As nginx counts a client that closed its connection before it was answered."""
MACHINES = ("/api/", "/healthz", "/readyz")
log = structlog.get_logger(__name__)


class Broken(AbgabeError):
    """An error of ours that nobody foresaw."""


def install(app: FastAPI) -> None:
    app.add_exception_handler(AbgabeError, answer_error)
    app.add_exception_handler(HTTPException, answer_http_error)
    app.add_exception_handler(RequestValidationError, answer_invalid)
    app.add_exception_handler(OperationalError, answer_unavailable)
    app.add_exception_handler(InterfaceError, answer_unavailable)
    app.add_exception_handler(DataError, answer_unfit)
    app.add_exception_handler(ClientDisconnect, answer_nobody)
    app.add_exception_handler(Exception, answer_broken)


def answer_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AbgabeError)  # noqa: S101, only these are sent here
    if error.fault is not Fault.STUDENT:
        log.error("request.failed", path=request.url.path, error=str(error))
    return _answer(request, error)


def answer_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if isinstance(error.__cause__, ClientDisconnect):
        return answer_nobody(request, error)
    # the framework wraps what was raised while it read the body
    cause = error.__cause__ if isinstance(error.__cause__, AbgabeError) else None
    response = _answer(request, cause or HttpError(error.status_code, str(error.detail)))
    response.headers.update(error.headers or {})
    return response


def answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    fields = {"/" + "/".join(str(part) for part in one["loc"]): str(one["msg"]) for one in error.errors()}
    return _answer(request, RequestInvalid(fields))


def answer_unavailable(request: Request, error: Exception) -> Response:
    log.error("database.unreachable", path=request.url.path, error=str(error))
    # both databases say that they are there and cannot write with the error of one that is not there
    is_full = any(words in str(error).lower() for words in ("disk is full", "no space left"))
    return _answer(request, OurError(DISK_FULL if is_full else UNAVAILABLE), without_database=True)


def answer_unfit(request: Request, error: Exception) -> Response:
    """A text that no database takes, such as one with a NUL in it."""
    assert isinstance(error, DataError)  # noqa: S101
    return _answer(request, HttpError(400, "a value that no column can hold"))


def answer_nobody(_request: Request, _error: Exception) -> Response:
    """Read by nobody, and counted."""
    return Response(status_code=GONE)


def answer_broken(request: Request, error: Exception) -> Response:
    """The framework logs ``error`` with its traceback, and sends this outside of every middleware."""
    response = _answer(request, Broken(BROKEN), without_database=True)
    response.headers.update({**SECURITY_HEADERS, "Cache-Control": "no-store", REQUEST_ID: request.state.request_id})
    return response


def _answer(request: Request, error: AbgabeError, *, without_database: bool = False) -> Response:
    status = error.http_status
    if request.url.path.startswith(MACHINES):
        return problem_response(request, error, status)
    if isinstance(error, LoginRequired) and request.method == "GET":
        # without a host: which one the reader used is not ours to know behind a proxy
        return RedirectResponse(f"/login?{urlencode({'next': _local(request)})}", 303)
    visitor = stranger(request) if without_database else _visitor(request)
    return page(request, "error.html", status=status, visitor=visitor, error=error)


def _local(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _visitor(request: Request) -> Visitor:
    try:
        return visitor_of(request)
    except (OperationalError, InterfaceError):
        return stranger(request)
