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
    """uvicorn's protocol, which drops a connection whose request has no complete headers after ``headers_s``.

    A request may be answered, refused say, while its body is still being sent, and many clients read no answer before
    they have sent everything: the rest of such a body is taken and thrown away for as long as a body's patience lasts.
    """

    headers_s = HEADERS_S
    body_patience_s = staticmethod(body_patience_s)
    _giving_up: asyncio.TimerHandle | None = None
    _body_began: float | None = None
    """When the headers of the body that is still coming were complete, by the loop's clock."""
    _body_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_answering() or self.transport.is_closing():
            return
        if self._body_began is not None:
            self._wait_for_body(self._body_began)
        elif self._giving_up is None:
            # blank lines before a request begin none, and yet end uvicorn's own patience with an idle connection
            self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        self._body_began, self._body_bytes = self.loop.time(), 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._body_began = None
        self._stop_waiting()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._body_began is not None and not self._is_answering() and not self.transport.is_closing():
            self._unset_keepalive_if_required()
            self._wait_for_body(self._body_began)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._stop_waiting()
        self._giving_up = self.loop.call_later(self.headers_s, self._give_up)

    def _wait_for_body(self, began: float) -> None:
        self._stop_waiting()
        self._giving_up = self.loop.call_at(began + self.body_patience_s(self._body_bytes), self._give_up)

    def _stop_waiting(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None

    def _give_up(self) -> None:
        if self._is_answering():
            self._wait()  # the half request stands behind one whose answer is still being sent
        else:
            self.transport.abort()
