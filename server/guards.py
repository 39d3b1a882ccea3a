"""What holds for every request, as plain ASGI: security headers on each answer, and a limit on each body."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.intake_texts import TOO_LARGE
from server.errors import BODY_TOO_LARGE, TooLarge, TooSlow
from server.patience import body_patience_s

SECURITY_HEADERS = {
    # data: is for the small icons inside Pico's style sheet
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"
SMALL_BODY_KIB = 64
FRAMING_KIB = 256
"""Room for the boundaries and headers of a multipart upload, beyond the files themselves."""


class SecurityHeaders:
    """Sets them where the answer has none; static files may be kept for ever, everything else by nobody."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._always = {**SECURITY_HEADERS, **({"Strict-Transport-Security": HSTS} if https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_static = scope["path"].startswith("/static/") and message["status"] in (200, 304)
                for name, value in self._always.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "public, max-age=31536000, immutable" if is_static else "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


class _Limit(NamedTuple):
    max_kib: int
    error: TooLarge

    @property
    def max_bytes(self) -> int:
        return self.max_kib * 1024


class BodyLimit:
    """Refuses to read on where a body is announced too large, turns out to be, or does not come.

    It is raised where the body is read, so that whoever may not send anything is told that instead, and our own error
    page can answer; the framework's limit answers in plain text.
    """

    def __init__(
        self, app: ASGIApp, *, max_upload_mib: int, patience_s: Callable[[int], float] = body_patience_s
    ) -> None:
        self._app = app
        self._max_upload_mib = max_upload_mib
        self._patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        announced = Headers(scope=scope).get("content-length", "0")
        received, began, is_complete = 0, time.monotonic(), False

        async def receive_within_limit() -> Message:
            nonlocal received, is_complete
            if announced.isdecimal() and int(announced) > limit.max_bytes:
                raise limit.error
            if is_complete:
                return await receive()  # that the client has left: as long as it takes
            message = await _in_time(receive, began + self._patience_s(received))
            received += len(message.get("body", b""))
            is_complete = not message.get("more_body", False)
            if received > limit.max_bytes:
                raise limit.error
            return message

        async def send_and_close(message: Message) -> None:
            too_slow = message["type"] == "http.response.start" and message["status"] == HTTPStatus.REQUEST_TIMEOUT
            if too_slow and not is_complete:
                MutableHeaders(scope=message)["Connection"] = "close"  # the rest of the body was waited for already
            await send(message)

        await self._app(scope, receive_within_limit, send_and_close)

    def _limit(self, path: str) -> _Limit:
        if path.endswith("/submissions"):
            return _Limit(
                self._max_upload_mib * 1024 + FRAMING_KIB, TooLarge(TOO_LARGE, limit_mib=self._max_upload_mib)
            )
        return _Limit(SMALL_BODY_KIB, TooLarge(BODY_TOO_LARGE, limit_kib=SMALL_BODY_KIB))


async def _in_time(receive: Receive, deadline: float) -> Message:
    try:
        async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
            return await receive()
    except TimeoutError as error:
        raise TooSlow from error
