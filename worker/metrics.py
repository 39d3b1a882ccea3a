"""What a worker tells Prometheus beside its counters: its pairs of sandboxes, and, on a port of its own, all of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any, NamedTuple, Protocol
from weakref import WeakSet
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from core.errors import OurError, texts
from core.metrics import REGISTRY, may_read
from core.settings import Settings

PORT_TAKEN = texts(
    "metrics.port_taken",
    en=("The metrics cannot be served on {host}:{port} ({reason}).", "Choose another ABGABE_METRICS_PORT, or 0."),
    de=(
        "Die Messwerte können nicht auf {host}:{port} bereitgestellt werden ({reason}).",
        "Bitte einen anderen ABGABE_METRICS_PORT wählen oder 0.",
    ),
)

log = structlog.get_logger(__name__)


class Census(NamedTuple):
    ready: int
    starting: int
    lent: int
    oldest_s: float
    """Age of the oldest spare; 0 where there is none."""


class Counted(Protocol):
    def census(self) -> Census:
        """How many pairs there are now, and in which state."""


PAIRS = Gauge("abgabe_pairs", "Pairs of sandboxes: ready, starting, lent to an exam.", ("state",), registry=REGISTRY)
OLDEST_SPARE_SECONDS = Gauge("abgabe_oldest_spare_seconds", "Age of the oldest spare pair.", registry=REGISTRY)
PAIRS_TAKEN = Counter(
    "abgabe_pairs_taken", "Pairs given to exams: a spare, or one started for the exam.", ("kind",), registry=REGISTRY
)
SPARES_DISCARDED = Counter(
    "abgabe_spares_discarded",
    "Spare pairs thrown away unused: dead, failed to start, old, surplus.",
    ("why",),
    registry=REGISTRY,
)
PAIR_STARTS = Counter("abgabe_pair_starts", "Pairs that were started, or failed to.", ("outcome",), registry=REGISTRY)
PAIR_START_SECONDS = Histogram(
    "abgabe_pair_start_seconds",
    "Starting the two sandboxes of a pair.",
    buckets=(0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60),
    registry=REGISTRY,
)

_counted: WeakSet[Counted] = WeakSet()


def watch(pairs: Counted) -> None:
    """Count these pairs in for as long as they exist."""
    _counted.add(pairs)


def _sum_of(part: str) -> Callable[[], float]:
    return lambda: float(sum(getattr(pairs.census(), part) for pairs in list(_counted)))


for _state in ("ready", "starting", "lent"):
    PAIRS.labels(_state).set_function(_sum_of(_state))
OLDEST_SPARE_SECONDS.set_function(lambda: max((pairs.census().oldest_s for pairs in list(_counted)), default=0.0))
# From 0 on: what is first seen as 1 has never grown, for Prometheus.
for _kind in ("spare", "started"):
    PAIRS_TAKEN.labels(_kind)
for _why in ("dead", "failed", "old", "surplus"):
    SPARES_DISCARDED.labels(_why)
for _outcome in ("started", "failed"):
    PAIR_STARTS.labels(_outcome)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the readings of Prometheus are no news."""


class MetricsServer:
    """Serves this process's metrics until ``stop``; to whoever sends the token, where one is set."""

    def __init__(self, settings: Settings) -> None:
        """Raises OurError where the port cannot be had."""
        self._token = settings.metrics_token
        host, port = settings.metrics_host, settings.metrics_port
        try:
            self._server = make_server(host, port, self._answer, _Server, _Silent)
        except OSError as error:
            raise OurError(PORT_TAKEN, host=host, port=port, reason=error.strerror or str(error)) from error
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True).start()
        log.info("metrics.served", host=host, port=self.port)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/metrics":
            start_response("404 Not Found", [])
            return []
        if self._token and not may_read(self._token, environ.get("HTTP_AUTHORIZATION", "")):
            start_response("401 Unauthorized", [("WWW-Authenticate", "Bearer")])
            return []
        start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
        return [generate_latest(REGISTRY)]
