"""Half-sent requests: a connection that sends nothing more is not kept for ever, and a slow but honest one is."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn

from server.app import create_app
from server.guards import BodyLimit
from server.patience import PatientHttp, body_patience_s
from tests.server.makers import House

HALF = b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


class Hasty(PatientHttp):
    headers_s = 0.3
    body_patience_s = staticmethod(lambda received: 0.3 + received / 10_000)


Connect = Callable[[], socket.socket]


@pytest.fixture
def connect(house: House) -> Iterator[Connect]:
    """Connections to a server that waits 0.3 s for headers and 0.3 s for a body."""
    app = create_app(house.deps.settings, house.deps)
    limit = next(one for one in app.user_middleware if one.cls is BodyLimit)
    limit.kwargs["patience_s"] = lambda received: 0.3
    opened: list[socket.socket] = []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        config = uvicorn.Config(app, http=Hasty, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()

        def connect() -> socket.socket:
            opened.append(socket.create_connection(listening.getsockname(), timeout=10))
            return opened[-1]

        yield connect
        for one in opened:
            one.close()
        server.should_exit = True
        thread.join()


def rest(sock: socket.socket) -> bytes:
    """What comes until the server closes the connection."""
    parts = []
    try:
        while part := sock.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


@pytest.mark.parametrize("begin", [b"", b"GE", HALF, b"\r\n"])
def test_headers_that_do_not_come_end_the_connection(connect: Connect, begin: bytes) -> None:
    sock = connect()
    sock.sendall(begin)
    assert rest(sock) == b""


@pytest.mark.parametrize("then", [b"GET", b"\r\n"])
def test_so_do_those_of_a_second_request(connect: Connect, then: bytes) -> None:
    sock = connect()
    sock.sendall(WHOLE)
    assert sock.recv(65536).startswith(b"HTTP/1.1 200")
    began = time.monotonic()
    sock.sendall(then)
    rest(sock)
    assert time.monotonic() - began < 4, "only uvicorn's own limit for idle connections, 5 s, struck"


def test_a_body_that_does_not_come_is_answered_and_ends_the_connection(connect: Connect) -> None:
    sock = connect()
    sock.sendall(HALF + b"Content-Length: 100\r\n\r\ncsrf=")
    answer = rest(sock)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in answer.lower()
    assert b"did not arrive in time" in answer


REFUSED = b"POST /api/v1/exercises/ex1/submissions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"


def test_who_is_refused_early_may_send_to_the_end_and_then_reads_why(connect: Connect) -> None:
    sock, size = connect(), 20_000
    sock.sendall(REFUSED % size)
    began = time.monotonic()
    for _ in range(10):
        sock.sendall(bytes(size // 10))
        time.sleep(0.06)  # a line of 32 kB/s
    assert time.monotonic() - began > 2 * Hasty.headers_s - 0.1
    sock.sendall(WHOLE)
    answers = b""
    while b"HTTP/1.1 200" not in answers:
        part = sock.recv(65536)
        assert part, answers
        answers += part
    assert answers.startswith(b"HTTP/1.1 401")


def test_a_refused_body_that_does_not_come_ends_the_connection(connect: Connect) -> None:
    sock = connect()
    sock.sendall(REFUSED % 20_000 + bytes(100))
    began = time.monotonic()
    assert rest(sock).startswith(b"HTTP/1.1 401")
    assert time.monotonic() - began < 4, "only uvicorn's own limit for idle connections, 5 s, struck"


def test_programs_are_told_as_a_problem(connect: Connect) -> None:
    sock = connect()
    sock.sendall(
        b"POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    answer = rest(sock)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"code":"request.too_slow"' in answer


def test_an_honest_upload_over_a_slow_line_has_time() -> None:
    line_kib_per_s, size_kib = 16, 10 * 1024
    for sent_kib in range(0, size_kib, 64):
        assert sent_kib / line_kib_per_s < body_patience_s(sent_kib * 1024)
