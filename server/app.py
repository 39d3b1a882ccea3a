"""Puts the web application together: routes, guards, error pages. Starts nothing and owns nothing.

Whoever calls it brings the state and, where this process is to grade as well, runs a worker beside it.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from core.deps import Deps
from core.settings import Settings
from server import handlers, health, metrics
from server.api import exercises as api_exercises
from server.api import submissions as api_submissions
from server.api import tokens as api_tokens
from server.api.describing import BASE
from server.api.problems import describe_as_problems
from server.auth.sessions import Sessions
from server.auth.throttle import Throttle
from server.guards import BodyLimit, SecurityHeaders
from server.live import Readers
from server.pages import account, audit, exercises, exports, login, staff, submissions
from server.pages.rendering import STATIC
from server.requests import NotedRequests
from server.services import Services

DESCRIPTION = """Hand in exercises, follow the exam, read the result.

Every error is `application/problem+json` (RFC 9457) with a stable `code` and a `hint`. Send a token as
`Authorization: Bearer ag_…`; texts come in the language of `Accept-Language` (en, de). Ids are UUIDv7, times RFC 3339
in UTC."""


class Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        return describe_as_problems(super().openapi())


def create_app(settings: Settings, deps: Deps) -> FastAPI:
    app = Application(
        title="Abgabe",
        version="1",
        description=DESCRIPTION,
        openapi_url=f"{BASE}/openapi.json",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # its redirects would repeat whatever host the request names
    )
    sessions = Sessions(deps.database, settings.session_hours, deps.clock)
    app.state.services = Services(deps, sessions, Throttle(), Readers(deps), settings.secret_key())
    app.add_middleware(BodyLimit, max_upload_mib=settings.max_upload_mib)
    app.add_middleware(SecurityHeaders, https=settings.cookies_are_secure)
    app.add_middleware(NotedRequests)  # the last one added is the outermost
    handlers.install(app)
    app.include_router(_api())
    for part in (login, account, exercises, exports, submissions, staff, audit):
        app.include_router(part.router, include_in_schema=False)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def _api() -> APIRouter:
    api = APIRouter(prefix=BASE)
    for part in (api_tokens, api_exercises, api_submissions):
        api.include_router(part.router)
    return api
