"""What the API says, as types. Field names are part of the contract: add, never rename."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from core.models import Role, SubmissionState
from exam.report import Verdict


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class FieldProblem(BaseModel):
    pointer: Annotated[str, Field(description="Where, as a JSON pointer.")]
    message: str


class Problem(BaseModel):
    """An error (RFC 9457). `code` is stable; `detail` and `hint` are for people, in their language."""

    model_config = _example(
        type="about:blank",
        title="Unprocessable Entity",
        status=422,
        detail="The upload contains no files.",
        hint="Hand in submission.zip, or your .py files.",
        code="upload.empty",
        instance="/api/v1/exercises/ex1/submissions",
        errors=[],
    )
    type: str = "about:blank"
    title: Annotated[str, Field(description="The HTTP status in words.")]
    status: int
    detail: Annotated[str, Field(description="What is wrong.")]
    hint: Annotated[str, Field(description="What to do about it; may be empty.")]
    code: Annotated[str, Field(description="Stable name of the error.")]
    instance: Annotated[str, Field(description="Path of the request.")]
    errors: list[FieldProblem] = []


class TokenOrder(BaseModel):
    model_config = _example(login="ada", password="correct horse battery", name="laptop", days=90)  # noqa: S106
    login: Annotated[str, Field(max_length=80)]
    password: Annotated[str, Field(max_length=256)]
    name: Annotated[str, Field(min_length=1, max_length=80, description="To recognise the token by.")] = "API"
    days: Annotated[float, Field(gt=0, le=366, description="How long it is valid.")] = 180


class NewToken(BaseModel):
    model_config = _example(token="ag_EXAMPLE", name="laptop", expires_at="2027-01-31T12:00:00Z")  # noqa: S106
    token: Annotated[str, Field(description="Shown this once only.")]
    name: str
    expires_at: dt.datetime | None


class TokenInfo(BaseModel):
    name: str
    prefix: Annotated[str, Field(description="The token's first characters.")]
    expires_at: dt.datetime | None


class Me(BaseModel):
    """Who the token belongs to."""

    login: str
    name: str
    role: Role
    token: TokenInfo


class AskedFiles(BaseModel):
    required: list[str]
    optional: list[str]


class AllowanceOut(BaseModel):
    """How often one may hand in; null: without limit, or now. Our failures and what was cancelled in time are free."""

    per_day: int | None
    left_today: Annotated[int | None, Field(description="The day ends at midnight where the server is.")]
    cool_down_minutes: Annotated[int | None, Field(description="Pause after each hand-in.")]
    next_at: Annotated[dt.datetime | None, Field(description="No hand-in before this.")]


class ExerciseOut(BaseModel):
    model_config = _example(
        slug="ex1",
        title="Neural networks from scratch",
        course="deep-learning",
        closes_at="2027-01-31T22:59:00Z",
        max_points=6,
        files={"required": ["Layers/ReLU.py"], "optional": []},
    )
    slug: str
    title: str
    course: str
    opens_at: dt.datetime | None = None
    closes_at: dt.datetime | None = None
    max_points: float
    files: AskedFiles
    allowance: Annotated[AllowanceOut | None, Field(description="Null for staff, whom nothing limits.")] = None
    supersedes: Annotated[bool, Field(description="A hand-in replaces one of yours that still waits.")] = False


class Exercises(BaseModel):
    items: list[ExerciseOut]


class Links(BaseModel):
    self: str
    result: str
    events: str
    page: Annotated[str, Field(description="The same for people.")]


class NoticeOut(BaseModel):
    code: str
    text: str


class SubmissionOut(BaseModel):
    """One hand-in and where it stands. `points` are null until it is graded, and stay while it is graded again."""

    model_config = _example(
        id="01936a1e-7c1a-7c3e-9d5b-2f6a1b0c9d8e",
        exercise="ex1",
        student="ada",
        number=3,
        state="queued",
        queue_position=1,
        eta_s=20,
        received_at="2026-11-24T08:00:00Z",
        filename="submission.zip",
        size_bytes=8123,
        missing=["Optimization/Optimizers.py"],
        notices=[],
        links={
            "self": "/api/v1/submissions/01936a1e-7c1a-7c3e-9d5b-2f6a1b0c9d8e",
            "result": "/api/v1/submissions/01936a1e-7c1a-7c3e-9d5b-2f6a1b0c9d8e/result",
            "events": "/api/v1/submissions/01936a1e-7c1a-7c3e-9d5b-2f6a1b0c9d8e/events",
            "page": "/submissions/01936a1e-7c1a-7c3e-9d5b-2f6a1b0c9d8e",
        },
    )
    id: str
    exercise: str
    student: str
    number: Annotated[int, Field(description="1, 2, … per student and exercise.")]
    state: SubmissionState
    queue_position: Annotated[int | None, Field(description="1: next. Null: not waiting, or in a list.")] = None
    eta_s: Annotated[
        int | None, Field(description="Seconds until the result, about; null: unknown, or not waiting.")
    ] = None
    superseded_by: Annotated[int | None, Field(description="Number of the hand-in that replaced it.")] = None
    received_at: dt.datetime
    finished_at: dt.datetime | None = None
    filename: str
    size_bytes: int
    missing: Annotated[list[str], Field(description="Files of the exercise that were not handed in.")]
    notices: Annotated[list[NoticeOut], Field(description="How the hand-in was read.")]
    points: float | None = None
    max_points: float | None = None
    links: Links


class SubmissionList(BaseModel):
    items: list[SubmissionOut]
    next_cursor: Annotated[str | None, Field(description="`cursor` of the next page; null: this was the last.")]


class SuiteOut(BaseModel):
    version: Annotated[str, Field(description="Empty until the exam has begun.")]


class SandboxOut(BaseModel):
    kind: Annotated[str, Field(description="Empty until the exam has begun.")]
    image: str


class GroupOut(BaseModel):
    id: str
    title: str
    points: float
    max_points: float


class CaseOut(BaseModel):
    """One case. `verdict` is null until it has ended; a case that does not count costs no points."""

    model_config = _example(
        id="ReLU.trainable",
        group="ReLU",
        group_title="ReLU",
        title="ReLU has nothing to train",
        counts=True,
        verdict="passed",
        message="Passed.",
        hint="",
        why="",
        traceback="",
        prints="",
        cpu_s=0.012,
        wall_s=0.015,
    )
    id: str
    group: str
    group_title: str = ""
    title: str
    counts: bool
    verdict: Verdict | None = None
    message: str = ""
    hint: str = ""
    why: Annotated[str, Field(description="Why an advisory case exists.")] = ""
    traceback: Annotated[str, Field(description="The student's own frames.")] = ""
    prints: Annotated[str, Field(description="What the student's code printed, cut.")] = ""
    cpu_s: float | None = None
    wall_s: float | None = None


class ResultOut(BaseModel):
    """The exam's result so far; final unless `state` is `queued` or `running`. The shape of `abgabe grade --json`."""

    submission_id: str
    state: SubmissionState
    exercise: str
    suite: SuiteOut
    points: float | None
    max_points: float | None
    groups: Annotated[list[GroupOut], Field(description="Empty until the submission is graded.")]
    cases: list[CaseOut]
    warnings: list[str]
    sandbox: SandboxOut


class StateEvent(BaseModel):
    """Data of the events `state` and `done`."""

    state: SubmissionState
    attempt: Annotated[int, Field(description="A greater number: the exam began anew, forget its cases.")]
    queue_position: int | None
    eta_s: Annotated[int | None, Field(description="Seconds until the result, about; null: unknown, or not waiting.")]
    cases: Annotated[int, Field(description="How many cases are planned; 0: not yet known.")]
    points: float | None
    max_points: float | None
