"""A database as terms leave it: students with twenty hand-ins each, all graded but the latest; inserted in bulk.

More submissions mean more students, as every term brings new ones; what waits, is being graded or got stuck is as much
in a large database as in a small one.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from sqlalchemy import text

from core.database import Database
from core.models import (
    ApiToken,
    Attempt,
    AttemptState,
    AuditEntry,
    Base,
    CaseRow,
    Course,
    Exercise,
    LoginSession,
    Role,
    Submission,
    SubmissionState,
    User,
)
from core.scoring import GroupScore
from core.settings import Settings
from core.suites import find_suite
from exam.report import CaseResult, CaseSpec, Fault, Message, Verdict
from server.auth.sessions import digest

EXERCISES = ("ex0", "ex1", "ex2", "ex3", "ex4")
EACH = 20
"""Hand-ins of a student."""
CASES = 10
WAITING, STUCK = 200, 5
AUDITED = 5
"""One entry of the audit log for so many submissions."""
Rows = Iterator[dict[str, Any]]


@dataclass(frozen=True)
class Filled:
    """Handles on what was filled in. Tokens and cookies: of a student in the middle, and of an admin."""

    graded: str
    """The id of the newest submission that has a result."""
    graded_own: str
    """The student's own newest."""
    waiting: str
    """The last in line."""
    middle: str
    """The one in the middle of all."""
    audit_middle: int
    student_login: str
    student_token: str = "ag_student"
    admin_token: str = "ag_admin"


def fill(database: Database, submissions: int, waiting: int = WAITING) -> Filled:
    """Submissions, of which so many wait, with attempts, cases and audit entries, and everybody whom they need."""
    students = max(1, submissions // EACH)
    chance, now = random.Random(1), dt.datetime.now(dt.UTC)
    with database.write() as session:
        session.add(Course(id=1, slug="dl", title={"en": "Deep Learning"}))
        session.flush()
        exercises = enumerate(EXERCISES, 1)
        titled = ((number, slug, {"en": slug}) for number, slug in exercises)
        session.add_all(Exercise(id=one, course_id=1, slug=slug, title=title) for one, slug, title in titled)
    people = [_person(number, Role.STUDENT, now) for number in range(1, students + 1)]
    people.append(_person(students + 1, Role.ADMIN, now))
    _put(database, User, iter(people))
    rows = list(_submissions(submissions, waiting, students, chance, now))
    _put(database, Submission, iter(rows))
    graded = [row for row in rows if row["state"] is SubmissionState.DONE]
    _put(database, Attempt, (_attempt(row) for row in graded))
    _put(database, CaseRow, (_case(row, number, chance) for row in graded for number in range(CASES)))
    _put(database, AuditEntry, _audit(rows, now))
    student = max(1, students // 2)
    own = [row["id"] for row in graded if row["user_id"] == student][-1]
    middle = rows[submissions // 2]["id"], submissions // AUDITED // 2
    filled = Filled(graded[-1]["id"], own, rows[-1]["id"], *middle, f"s{student}")
    _let_in(database, {student: filled.student_token, students + 1: filled.admin_token}, now)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "ANALYZE"))
    return filled


def _person(number: int, role: Role, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": number,
        "login": f"s{number}",
        "display_name": f"Student {number}",
        "password_hash": None,
        "role": role,
        "language": None,
        "created_at": now,
    }


def _let_in(database: Database, people: dict[int, str], now: dt.datetime) -> None:
    """A token of the API and a login for each; the secret is the same."""
    later = now + dt.timedelta(days=1)
    with database.write() as session:
        for user_id, secret in people.items():
            session.add(ApiToken(user_id=user_id, name="bench", prefix="ag_", hash=digest(secret), last_used_at=now))
            session.add(LoginSession(id=digest(secret), user_id=user_id, csrf="c", expires_at=later))


def _submissions(count: int, waiting: int, students: int, chance: random.Random, now: dt.datetime) -> Rows:
    begin = now - dt.timedelta(minutes=count)
    for number in range(count):
        exercise_id = 1 + (number // students) % len(EXERCISES)
        left, at = count - number, begin + dt.timedelta(minutes=number)
        state = SubmissionState.QUEUED if left <= waiting else SubmissionState.DONE
        if waiting < left <= waiting + STUCK:
            state = SubmissionState.STUCK
        is_done = state is SubmissionState.DONE
        yield {
            "id": _id(at, chance),
            "user_id": 1 + number % students,
            "exercise_id": exercise_id,
            "number": 1 + number // students,
            "blob_sha256": "0" * 64, "size_bytes": 30_000, "filename": "submission.zip", "notices": [], "missing": [],
            "seed": number, "idempotency_key": None, "received_at": at,
            "state": state, "fence": int(is_done), "tries": 0, "due_at": at, "enqueued_at": at,
            "is_regrade": False, "turn": number // 10, "lap": number % 10,
            "costs": True, "superseded_by": None,
            "points": chance.choice((2.0, 5.0, 10.0)) if is_done else None,
            "max_points": 10.0 if is_done else None,
            "groups": _groups(exercise_id) if is_done else None,
            "finished_at": at + dt.timedelta(seconds=20) if is_done else None,
        }  # fmt: skip


@cache
def _groups(exercise_id: int) -> list[dict[str, Any]]:
    suite = find_suite(Settings().suites_dir, EXERCISES[exercise_id - 1])
    return [asdict(GroupScore(one.id, one.points / 2, one.points, 1, 2)) for one in suite.groups]


def _id(at: dt.datetime, chance: random.Random) -> str:
    return str(uuid.UUID(int=int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | chance.getrandbits(62)))


def _attempt(row: dict[str, Any]) -> dict[str, Any]:
    began = row["received_at"] + dt.timedelta(seconds=5)
    return {
        "id": row["id"], "submission_id": row["id"], "number": 1, "state": AttemptState.FINISHED, "worker": "w",
        "lease_until": began + dt.timedelta(seconds=30), "started_at": began, "finished_at": row["finished_at"],
        "plan": _plan(row["exercise_id"]), "suite_version": "1", "suite_digest": "0" * 64,
        "sandbox_kind": "docker", "image": "sha256:0", "fault": Fault.NOBODY, "error": None,
    }  # fmt: skip


@cache
def _plan(exercise_id: int) -> str:
    return _json([_spec(exercise_id, number).to_json() for number in range(CASES)])


def _spec(exercise_id: int, number: int) -> CaseSpec:
    groups = _groups(exercise_id)
    group = groups[number % len(groups)]["id"]
    title = {"en": "The gradient is summed over the batch", "de": "Der Gradient ist über den Batch summiert"}
    return CaseSpec(f"{group}.case_{number}", group, title, counts=True)


def _case(row: dict[str, Any], number: int, chance: random.Random) -> dict[str, Any]:
    verdict = Verdict.PASSED if chance.random() < 0.8 else Verdict.FAILED
    case_id, result = _result(row["exercise_id"], number, verdict)
    return {"attempt_id": row["id"], "position": number, "case_id": case_id, "verdict": verdict, "result": result}


@cache
def _result(exercise_id: int, number: int, verdict: Verdict) -> tuple[str, str]:
    """Its id, and the whole of it as JSON."""
    message = Message("passed") if verdict is Verdict.PASSED else Message.plain("Expected 3 columns, got 4.")
    result = CaseResult(_spec(exercise_id, number), verdict, message)
    return result.spec.id, _json(result.to_json())


def _audit(rows: list[dict[str, Any]], now: dt.datetime) -> Rows:
    actions = ("login", "submission.download", "submission.regrade")
    for number, row in enumerate(rows[::AUDITED], 1):
        yield {
            "id": number,
            "at": row["received_at"],
            "actor": f"tutor{number % 10}",
            "address": "127.0.0.1",
            "action": actions[number % 3],
            "subject": row["id"],
            "before": None,
            "after": None,
        }


def _put(database: Database, table: type[Base], rows: Rows) -> None:
    """Past the models, which would be ten times as slow."""
    names = list(table.__table__.columns.keys())
    raw = database.engine.raw_connection()
    is_postgresql = database.engine.dialect.name == "postgresql"
    lines = ([_plain(row[name], is_postgresql) for name in names] for row in rows)
    try:
        cursor = raw.cursor()
        if is_postgresql:
            with cursor.copy(f"COPY {table.__tablename__} ({', '.join(names)}) FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)
        else:
            cursor.execute("BEGIN")
            places = ", ".join("?" * len(names))
            cursor.executemany(f"INSERT INTO {table.__tablename__} ({', '.join(names)}) VALUES ({places})", lines)
        raw.commit()
    finally:
        raw.close()


def _plain(value: Any, is_postgresql: bool) -> Any:
    if isinstance(value, dt.datetime) and not is_postgresql:
        return f"{value.replace(tzinfo=None):%Y-%m-%d %H:%M:%S.%f}"
    return _json(value) if isinstance(value, (list, dict)) else value


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
