"""``/metrics``: what this process has counted, and what the database says at this moment.

Read by Prometheus with the token of the settings, or by an admin in a browser. The address a request comes from proves
nothing: behind a proxy on the same machine the whole world comes from loopback.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import structlog
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core import metrics
from core.deps import Deps
from core.models import Attempt, AttemptState, Submission, SubmissionState
from server.auth.visitor import admin, logged_in, visitor_of
from server.errors import TokenInvalid
from server.health import check_all
from server.services import ServicesDep

router = APIRouter(include_in_schema=False)
WAITING = (SubmissionState.QUEUED, SubmissionState.RUNNING, SubmissionState.STUCK)
"""The states that are few; counting everything ever graded would be slow, and says nothing."""

log = structlog.get_logger(__name__)


@router.get("/metrics")
def show_metrics(request: Request, services: ServicesDep) -> Response:
    _check_reader(request, services.settings.metrics_token)
    registry = CollectorRegistry()
    registry.register(Truth(services.deps))
    content = generate_latest(metrics.REGISTRY) + generate_latest(registry)
    return Response(content, media_type=CONTENT_TYPE_LATEST)


def _check_reader(request: Request, token: str) -> None:
    """Raises TokenInvalid, LoginRequired or AdminOnly."""
    header = request.headers.get("authorization")
    if header is None:
        admin(logged_in(visitor_of(request)))
    elif not token or not metrics.may_read(token, header):
        raise TokenInvalid


class Truth(Collector):
    """Gauges that every server process shows alike, because they are read where all of them look."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    def describe(self) -> list[Metric]:
        return []  # nothing is read before somebody asks

    def collect(self) -> Iterator[Metric]:
        checks = check_all(self._deps)
        ready = GaugeMetricFamily("abgabe_check", "1 where a check of /readyz is well, else 0.", labels=["check"])
        for name, result in checks.items():
            ready.add_metric([name], float(result.is_well))
        yield ready
        yield from self._disk()
        try:
            with self._deps.database.read() as session:
                yield from self._queue(session)
        except SQLAlchemyError as error:
            log.warning("metrics.no_database", error=str(error))

    def _disk(self) -> Iterator[Metric]:
        try:
            usage = shutil.disk_usage(self._deps.settings.data_dir)
        except OSError:
            return
        yield GaugeMetricFamily("abgabe_data_free_bytes", "Free space at the data directory.", usage.free)
        yield GaugeMetricFamily("abgabe_data_size_bytes", "Size of the disk of the data directory.", usage.total)

    def _queue(self, session: Session) -> Iterator[Metric]:
        now = self._deps.clock()
        counted = select(Submission.state, func.count()).where(Submission.state.in_(WAITING)).group_by(Submission.state)
        found = dict(session.execute(counted).all())
        states = GaugeMetricFamily("abgabe_submissions", "Submissions that are not done.", labels=["state"])
        for state in WAITING:
            states.add_metric([state.value], found.get(state, 0))
        yield states
        # regrades wait behind all others, for hours if need be; what is tried again waits since it came
        waits = (Submission.state == SubmissionState.QUEUED) & Submission.is_regrade.is_(False)
        oldest = session.scalar(select(func.min(Submission.received_at)).where(waits))
        waited_s = (now - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily("abgabe_oldest_waiting_seconds", "How long the first in line has waited.", waited_s)
        silent = (Attempt.state == AttemptState.RUNNING) & (Attempt.lease_until < now)
        lost = session.scalar(select(func.count()).select_from(Attempt).where(silent)) or 0
        yield GaugeMetricFamily("abgabe_silent_attempts", "Attempts whose lease is over and nobody has noticed.", lost)
