"""Listens on a Unix socket, asks the engine what the rules let pass, and tells its answer.

``python -m worker.filter.serve /engine/docker.sock /var/run/docker.sock [--below FOLDER]``; without ``--below`` it runs
in a container, and sources of mounts must lie on the volume that is mounted at its /boxes.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import signal
import socket
import socketserver
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path, PurePosixPath
from typing import Any

from core.settings import get_settings
from worker.filter.rules import (
    BUILD,
    CREATE,
    INSPECT,
    MOST_CONFIG_BYTES,
    BoxRules,
    Call,
    Refused,
    call_of,
    folder_of,
    is_box,
)

BOXES = Path("/boxes")
_BLOCK_BYTES = 1 << 16
_SHOWN = ("Id", "Mounts")
"""What a worker may learn of a container that is no box: enough to find itself."""


class Engine(http.client.HTTPConnection):
    """A connection to the engine's socket."""

    def __init__(self, path: str) -> None:
        super().__init__("engine")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)

    def inspect(self, container: str) -> dict[str, Any] | None:
        self.request("GET", f"/containers/{container}/json")
        answer = self.getresponse()
        found: dict[str, Any] = json.loads(answer.read())
        return found if answer.status == http.HTTPStatus.OK else None


class Filter(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, path: str, engine: str, rules: BoxRules) -> None:
        Path(path).unlink(missing_ok=True)
        before = os.umask(0o117)  # for our user and group
        super().__init__(path, Handler)
        os.umask(before)
        self.engine = engine
        self.rules = rules

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a worker that does not wait for an answer
            super().handle_error(request, client_address)


class _Part:
    """The next ``left`` bytes of a stream, as a file."""

    def __init__(self, stream: Any, left: int) -> None:
        self._stream = stream
        self.left = left

    def read(self, size: int = _BLOCK_BYTES) -> bytes:
        block: bytes = self._stream.read(min(size, self.left))
        self.left -= len(block)
        return block


Body = bytes | _Part | None


class Handler(BaseHTTPRequestHandler):
    server: Filter
    protocol_version = "HTTP/1.1"

    def _ask(self) -> None:
        with contextlib.closing(Engine(self.server.engine)) as engine:
            try:
                call = call_of(self.command, self.path)
                body = self._body(call)
                container = engine.inspect(call.container) if call.container else None
                if call.container and (container is None or not is_box(container)):
                    self._say_of_another(call, container)
                    return
                answer = self._asked(engine, call, container, body)
            except Refused as refused:
                self._refuse(str(refused))
            except OSError as error:
                self._say(http.HTTPStatus.BAD_GATEWAY, {"message": f"the engine does not answer: {error}"})
            else:
                self._pass_on(answer)

    do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = _ask  # noqa: N815 - the names that http.server looks for

    def _say_of_another(self, call: Call, container: dict[str, Any] | None) -> None:
        """The engine has no such container, or it is no box: who asks learns no more than how to find itself."""
        if container is None:
            self._say(http.HTTPStatus.NOT_FOUND, {"message": f"No such container: {call.container}"})
        elif call.rule is INSPECT:
            self._say(http.HTTPStatus.OK, {name: container[name] for name in _SHOWN})
        else:
            self._refuse(f"{self.command} of a container that is no box")

    def _body(self, call: Call) -> Body:
        if self.headers.get("Transfer-Encoding"):
            raise Refused("a body of unknown length")
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()):
            raise Refused("a body of unknown length")
        size = int(length)
        if call.rule is BUILD:
            return _Part(self.rfile, size)
        if call.rule is CREATE and size <= MOST_CONFIG_BYTES:
            return self.server.rules.cleaned(self.rfile.read(size))
        if size:
            raise Refused(f"a body of {self.command} {call.path}")
        return None

    def _asked(
        self, engine: Engine, call: Call, container: dict[str, Any] | None, body: Body
    ) -> http.client.HTTPResponse:
        path = call.path.replace(f"/{call.container}", f"/{container['Id']}", 1) if container else call.path
        headers = {}
        if isinstance(body, _Part):
            headers = {"Content-Type": "application/tar", "Content-Length": str(body.left)}
        elif body is not None:
            headers = {"Content-Type": "application/json"}
        engine.request(self.command, f"{call.version}{path}?{call.query}", body, headers)
        return engine.getresponse()

    def _pass_on(self, answer: http.client.HTTPResponse) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type", "application/json"))
        has_body = answer.status not in (http.HTTPStatus.NO_CONTENT, http.HTTPStatus.NOT_MODIFIED)
        if has_body:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()  # an answer that begins before its end is known: wait
        while has_body and (block := answer.read1(_BLOCK_BYTES)):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(block), block))
        if has_body:
            self.wfile.write(b"0\r\n\r\n")

    def _refuse(self, what: str) -> None:
        self.log_message("refused: %s", what)
        self.close_connection = True  # what is left of the body is no request
        self._say(http.HTTPStatus.FORBIDDEN, {"message": f"The filter does not let pass: {what}"})

    def _say(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """What passes is not worth a line."""

    def address_string(self) -> str:
        return "worker"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("listen")
    parser.add_argument("engine")
    parser.add_argument("--below", type=PurePosixPath)
    options = parser.parse_args()
    below = options.below
    if below is None:
        own = Engine(options.engine).inspect(socket.gethostname())
        if own is None:
            sys.exit("This is no container of that engine: --below says where the sources of mounts must lie.")
        below = folder_of(own, BOXES)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        contextlib.suppress(KeyboardInterrupt),
        Filter(options.listen, options.engine, BoxRules(below, get_settings().docker_runtime)) as server,
    ):
        print(f"Sources of mounts must lie below {below}.", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
