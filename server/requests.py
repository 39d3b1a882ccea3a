"""What is noted of every request: an id, which its log lines and its answer carry, one line at its end, and a count.

Neither the query nor the body is ever logged: logins, tokens and what students write stand there.
"""

from __future__ import annotations

import secrets
import time
from traceback import format_exception
from typing import Any

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from core import metrics
from server.api.describing import BASE

REQUEST_ID = "X-Request-ID"
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
QUIET = ("/static/", "/healthz", "/readyz", "/metrics")
"""Asked for all the time; their successes are worth a line to nobody."""
BROKEN = 500

log = structlog.get_logger(__name__)


class NotedRequests:
    """Plain ASGI, the outermost of ours: what the others answer is noted as well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # ours and not the client's: whoever chooses an id could pass for somebody else
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id  # for the answer to what nobody foresaw
        began, status = time.monotonic(), BROKEN

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        with bound_contextvars(request=request_id):
            try:
                await self._app(scope, receive, send_noted)
            except Exception as error:
                log.error("request.broken", path=scope["path"], traceback="".join(format_exception(error)))
                raise
            finally:
                _note(scope, status, time.monotonic() - began)


def _note(scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in METHODS else "OTHER"
    route = route_of(scope)
    metrics.REQUESTS.labels(method, route, status).inc()
    metrics.REQUEST_SECONDS.labels(route).observe(seconds)
    say = log.warning if status >= BROKEN else log.debug if scope["path"].startswith(QUIET) else log.info
    say("request.done", method=method, path=scope["path"], status=status, seconds=round(seconds, 4))


def route_of(scope: Scope) -> str:
    """The pattern that the path matched, such as ``/submissions/{submission_id}``; ``none`` where there is none."""
    route: Any = scope.get("route")
    pattern = getattr(route, "path_format", None) or getattr(route, "path", None)
    if pattern is None:
        return "static" if scope["path"].startswith("/static/") else "none"
    is_api = scope["path"].startswith(f"{BASE}/") and not pattern.startswith(BASE)
    return f"{BASE}{pattern}" if is_api else str(pattern)
