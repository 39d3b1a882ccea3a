"""What each process counts for Prometheus. Labels take few values: routes, exercises, codes of ours, never a person.

A counter lives in one process and begins at 0 with it. What all processes together know, such as the length of the
queue, is read from the database when somebody asks (``server.metrics``).
"""

from __future__ import annotations

import hmac

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

from core.models import AttemptState
from exam.report import Fault, Report

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

_SECONDS_OF_EXAMS = (1, 2, 3, 5, 8, 13, 20, 30, 60, 120, 300, 600, 1800, 3600)
_SECONDS_OF_REQUESTS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
_BYTES = tuple(4.0**power for power in range(5, 14))

REQUESTS = Counter("abgabe_http_requests", "Requests answered.", ("method", "route", "status"), registry=REGISTRY)
REQUEST_SECONDS = Histogram(
    "abgabe_http_request_seconds",
    "From a request's headers to the end of its answer.",
    ("route",),
    buckets=_SECONDS_OF_REQUESTS,
    registry=REGISTRY,
)
LOGINS = Counter("abgabe_logins", "Passwords tried, by outcome.", ("outcome",), registry=REGISTRY)

HAND_INS = Counter(
    "abgabe_hand_ins", "Hand-ins: accepted, refused, or failed through us.", ("exercise", "outcome"), registry=REGISTRY
)
REFUSALS = Counter("abgabe_refusals", "Hand-ins that were not accepted, by reason.", ("code",), registry=REGISTRY)
INTAKE_SECONDS = Histogram(
    "abgabe_intake_seconds",
    "Reading, checking and storing a hand-in.",
    buckets=_SECONDS_OF_REQUESTS,
    registry=REGISTRY,
)
HAND_IN_BYTES = Histogram("abgabe_hand_in_bytes", "Size of accepted hand-ins.", buckets=_BYTES, registry=REGISTRY)
NOT_ENQUEUED = Counter("abgabe_not_enqueued", "Messages that the broker did not take.", registry=REGISTRY)

ATTEMPTS = Counter(
    "abgabe_attempts",
    "Attempts that ended: finished, failed, abandoned, and through whose fault.",
    ("exercise", "state", "fault"),
    registry=REGISTRY,
)
LEASES_EXPIRED = Counter("abgabe_leases_expired", "Attempts whose worker died or fell silent.", registry=REGISTRY)
VERDICTS = Counter("abgabe_verdicts", "Verdicts of cases.", ("exercise", "verdict", "fault"), registry=REGISTRY)
FIRST_VERDICT_SECONDS = Histogram(
    "abgabe_first_verdict_seconds",
    "From accepting a hand-in to the first verdict that its student sees.",
    ("exercise",),
    buckets=_SECONDS_OF_EXAMS,
    registry=REGISTRY,
)
FINAL_VERDICT_SECONDS = Histogram(
    "abgabe_final_verdict_seconds",
    "From accepting a hand-in to its points.",
    ("exercise",),
    buckets=_SECONDS_OF_EXAMS,
    registry=REGISTRY,
)
EXAM_SECONDS = Histogram(
    "abgabe_exam_seconds",
    "From claiming a submission to the end of the attempt.",
    ("exercise",),
    buckets=_SECONDS_OF_EXAMS,
    registry=REGISTRY,
)


def count_attempt(exercise: str, state: AttemptState, fault: Fault) -> None:
    ATTEMPTS.labels(exercise, state.value, fault.value).inc()


def count_verdicts(exercise: str, report: Report) -> None:
    for case in report.cases:
        VERDICTS.labels(exercise, case.verdict.value, case.verdict.fault.value).inc()


def may_read(token: str, authorization: str) -> bool:
    """Whether the header ``authorization`` carries ``token``, told in a time that says nothing about it."""
    scheme, _, sent = authorization.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(sent.strip().encode(), token.encode())
