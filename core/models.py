"""The tables: who hands in, what for, and the life of each submission. Columns and constraints only, no behaviour.

A submission changes in ``core.submissions`` and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
import secrets
import time
import uuid
from typing import Any

from sqlalchemy import DateTime, Enum, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from exam.report import Fault, Verdict


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def new_id() -> str:
    """A UUID of version 7 (RFC 9562, method 3): ids sort by the time of their making, to a quarter microsecond."""
    ms, ns = divmod(time.time_ns(), 1_000_000)
    fraction = (ns << 12) // 1_000_000
    return str(uuid.UUID(int=ms << 80 | 7 << 76 | fraction << 64 | 2 << 62 | secrets.randbits(62)))


class UtcTime(TypeDecorator[dt.datetime]):
    """A moment in UTC, aware on both sides; SQLite alone would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return value.astimezone(dt.UTC) if value else None

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Json(TypeDecorator[Any]):
    """A JSON value kept as text. PostgreSQL's own type refuses NaN and NUL, which students do compute and print."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, separators=(",", ":"), default=str)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def _words(kind: type[enum.StrEnum]) -> Enum:
    """A column that holds one of the words of ``kind``, as text."""
    return Enum(kind, native_enum=False, length=16, values_callable=lambda words: [word.value for word in words])


class Role(enum.StrEnum):
    STUDENT = "student"
    TUTOR = "tutor"
    ADMIN = "admin"

    @property
    def is_staff(self) -> bool:
        return self is not Role.STUDENT


class SubmissionState(enum.StrEnum):
    QUEUED = "queued"  # waits for a worker, maybe after a failed attempt
    RUNNING = "running"  # an attempt holds a lease
    DONE = "done"  # graded; final
    STUCK = "stuck"  # every attempt failed through our or the suite's fault; staff must act
    CANCELLED = "cancelled"  # its student took it back before it was graded
    SUPERSEDED = "superseded"  # a newer hand-in of the same student took its place while it waited

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens by itself."""
        return self not in (SubmissionState.QUEUED, SubmissionState.RUNNING)


class AttemptState(enum.StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"  # ended by our or the suite's fault
    ABANDONED = "abandoned"  # its worker fell silent, or was told to stop


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class User(Base):
    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(80), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    role: Mapped[Role] = mapped_column(_words(Role))
    language: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=utc_now)


class LoginSession(Base):
    __tablename__ = "login_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the cookie's value, in hex: the table alone lets nobody in."""
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=utc_now)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcTime, index=True)


class ApiToken(Base):
    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    prefix: Mapped[str] = mapped_column(String(16))
    """The token's first characters, by which its owner recognises it."""
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token, in hex."""
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=utc_now)
    last_used_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)


class Course(Base):
    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[dict[str, str]] = mapped_column(Json)


class Exercise(Base):
    __tablename__ = "exercise"
    __table_args__ = (UniqueConstraint("course_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    slug: Mapped[str] = mapped_column(String(64))
    """The id of its suite."""
    title: Mapped[dict[str, str]] = mapped_column(Json)
    position: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    closes_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)

    # how often a student may hand in; None: as often as they like
    per_day: Mapped[int | None]
    cool_down_minutes: Mapped[int | None]
    supersedes: Mapped[bool] = mapped_column(default=False)
    """Whether a hand-in takes the place of the same student's that still waits."""


class Submission(Base):
    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("user_id", "exercise_id", "number"),
        UniqueConstraint("user_id", "idempotency_key"),
        Index(None, "user_id", "id"),
        Index(None, "exercise_id", "id"),
        Index(None, "state", "id"),
        # two filters at once, newest first: without these, SQLite reads every hand-in to the exercise
        Index(None, "user_id", "exercise_id", "id"),
        Index(None, "exercise_id", "state", "id"),
        Index(None, "state", "is_regrade", "turn", "lap", "id"),
        Index(None, "exercise_id", "turn", "lap"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)

    # what was handed in, by whom; never changes
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    exercise_id: Mapped[int] = mapped_column(ForeignKey("exercise.id"))
    number: Mapped[int]
    """1, 2, … per user and exercise."""
    blob_sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int]
    filename: Mapped[str] = mapped_column(Text)
    notices: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """What the intake told the student: ``{"code", "params"}`` each."""
    missing: Mapped[list[str]] = mapped_column(Json)
    """Canonical paths that were not handed in."""
    seed: Mapped[int]
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    received_at: Mapped[dt.datetime] = mapped_column(UtcTime)

    # where it stands
    state: Mapped[SubmissionState] = mapped_column(_words(SubmissionState))
    fence: Mapped[int] = mapped_column(default=0)
    """Number of the latest attempt; only that attempt may write. It never shrinks."""
    tries: Mapped[int] = mapped_column(default=0)
    """Attempts of this round that failed or were lost, through no fault of the student's."""
    due_at: Mapped[dt.datetime] = mapped_column(UtcTime)
    """While queued: not to be claimed before this."""
    enqueued_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    """When a worker was last told of it; null: the broker could not be reached."""

    # its place in the queue: see core.submissions.ordering
    is_regrade: Mapped[bool] = mapped_column(default=False)
    """Whether staff asked for it again: claimed only while no other work waits."""
    turn: Mapped[int] = mapped_column(default=0)
    """The round in which it is its student's turn."""
    lap: Mapped[int] = mapped_column(default=0)
    """The round, within that turn, in which it is its exercise's."""

    # how it ended
    costs: Mapped[bool] = mapped_column(default=True)
    """Whether it counts towards the limits of the exercise; not where it was taken back before it was examined."""
    superseded_by: Mapped[int | None]
    """Number of the hand-in that took its place."""
    points: Mapped[float | None]
    max_points: Mapped[float | None]
    groups: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    """One ``core.scoring.GroupScore`` each."""
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)


class Attempt(Base):
    """One grading run. Its ``number`` is its fencing number: see ``Submission.fence``."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("submission_id", "number"), Index(None, "state", "lease_until"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"))
    number: Mapped[int]
    state: Mapped[AttemptState] = mapped_column(_words(AttemptState))
    worker: Mapped[str] = mapped_column(Text)
    lease_until: Mapped[dt.datetime] = mapped_column(UtcTime)
    started_at: Mapped[dt.datetime] = mapped_column(UtcTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)

    # what it was examined with; known once the examiner has read the suite
    plan: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    """Every case to come, in order: ``exam.report.CaseSpec`` each."""
    suite_version: Mapped[str | None] = mapped_column(Text)
    suite_digest: Mapped[str | None] = mapped_column(String(64))
    sandbox_kind: Mapped[str | None] = mapped_column(String(32))
    image: Mapped[str | None] = mapped_column(Text)

    # how it ended
    fault: Mapped[Fault | None] = mapped_column(_words(Fault))
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """``{"code", "params"}`` of the ``core.errors.AbgabeError`` that ended it."""


class CaseRow(Base):
    __tablename__ = "case_result"

    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    """Place in the attempt's plan, from 0."""
    case_id: Mapped[str] = mapped_column(Text)
    verdict: Mapped[Verdict] = mapped_column(_words(Verdict))
    result: Mapped[dict[str, Any]] = mapped_column(Json)
    """The whole ``exam.report.CaseResult``."""


class AuditEntry(Base):
    """One deed of a member of staff. Written by ``core.audit.note`` and by nothing else; never changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "actor", "id"), Index(None, "action", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(UtcTime, default=utc_now)
    actor: Mapped[str] = mapped_column(String(80))
    """The login as it was then, so that an entry outlives the account; on the command line ``cli:`` and the user."""
    address: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(32))
    """A ``core.audit.Action``; as text, for a later version may have dropped it."""
    subject: Mapped[str] = mapped_column(String(200))
    """What it was done to: a login, a course, a submission's id."""
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
