"""How long the server waits for a request that is only half sent; uvicorn itself would wait for ever.

A proxy in front should do the same, and does it better: nginx's ``client_header_timeout`` and ``client_body_timeout``.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS_S = 20.0
BODY_S = 30.0
LEAST_KIB_PER_S = 8
"""A body has ``BODY_S``, and a second more for each of so many KiB that have come."""


def body_patience_s(received_bytes: int) -> float:
    """How long after its headers more of a body may be waited for, when so much of it has come."""
    return BODY_S + received_bytes / (LEAST_KIB_PER_S * 1024)


class PatientHttp(HttpToolsProtocol):
    """uvicorn's protocol, which drops a connection whose request has no complete headers after ``headers_s``."""

    headers_s = HEADERS_S
    _giving_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # blank lines before a request begin none, and yet end uvicorn's own patience with an idle connection
        if self._giving_up is None and not self._is_answering() and not self.transport.is_closing():
            self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._stop_waiting()
        self._giving_up = self.loop.call_later(self.headers_s, self._give_up)

    def _stop_waiting(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None

    def _give_up(self) -> None:
        if self._is_answering():
            self._wait()  # the half request stands behind one whose answer is still being sent
        else:
            self.transport.abort()
