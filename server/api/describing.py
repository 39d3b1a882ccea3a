"""From rows to what the API says of them."""

from __future__ import annotations

from core.forecast import Forecast
from core.intake import Notice
from core.models import Exercise, Submission, SubmissionState, User
from core.queries import SubmissionPage
from core.results import case_json, result_json
from core.scoring import GroupScore, Score
from core.submissions import Allowance
from core.suites import Suite
from exam.report import CaseResult, CaseSpec, Language
from server.api.schemas import (
    AllowanceOut,
    AskedFiles,
    CaseOut,
    ExerciseOut,
    Links,
    NoticeOut,
    ResultOut,
    StateEvent,
    SubmissionOut,
)
from server.i18n import pick
from server.views import ExamView

BASE = "/api/v1"


def describe_exercise(
    exercise: Exercise, course: str, suite: Suite, language: Language, allowed: Allowance | None
) -> ExerciseOut:
    return ExerciseOut(
        slug=exercise.slug,
        title=pick(exercise.title, language),
        course=course,
        opens_at=exercise.opens_at,
        closes_at=exercise.closes_at,
        max_points=suite.max_points,
        files=AskedFiles(required=list(suite.tree.required), optional=list(suite.tree.optional)),
        allowance=allowed and _describe_allowance(allowed),
        supersedes=exercise.supersedes,
    )


def _describe_allowance(allowed: Allowance) -> AllowanceOut:
    return AllowanceOut(
        per_day=allowed.per_day,
        left_today=allowed.left,
        cool_down_minutes=allowed.cool_down_minutes,
        next_at=allowed.next_at,
    )


def describe_page(page: SubmissionPage, language: Language) -> SubmissionOut:
    """One submission with its place in the queue."""
    return describe_submission(page.submission, page.exercise, page.user, language, page.forecast)


def describe_submission(
    submission: Submission, exercise: Exercise, user: User, language: Language, forecast: Forecast | None = None
) -> SubmissionOut:
    notices = [Notice.from_json(one) for one in submission.notices]
    return SubmissionOut(
        id=submission.id,
        exercise=exercise.slug,
        student=user.login,
        number=submission.number,
        state=submission.state,
        queue_position=forecast and forecast.position,
        eta_s=forecast and forecast.shown_s,
        superseded_by=submission.superseded_by if submission.state is SubmissionState.SUPERSEDED else None,
        received_at=submission.received_at,
        finished_at=submission.finished_at,
        filename=submission.filename,
        size_bytes=submission.size_bytes,
        missing=submission.missing,
        notices=[NoticeOut(code=notice.code, text=notice.text(language)) for notice in notices],
        points=submission.points,
        max_points=submission.max_points,
        links=links(submission.id),
    )


def links(submission_id: str) -> Links:
    own = f"{BASE}/submissions/{submission_id}"
    return Links(self=own, result=f"{own}/result", events=f"{own}/events", page=f"/submissions/{submission_id}")


def describe_result(exam: ExamView) -> ResultOut:
    attempt, suite = exam.page.attempt, exam.suite
    base = result_json(
        exercise=exam.page.exercise.slug,
        suite_version=(attempt and attempt.suite_version) or "",
        score=_score(exam.submission),
        titles={group.id: group.title for group in suite.groups} if suite else {},
        cases=(),
        warnings=[Notice.from_json(one).text(exam.language) for one in exam.submission.notices],
        sandbox_kind=(attempt and attempt.sandbox_kind) or "",
        image=(attempt and attempt.image) or "",
        language=exam.language,
    )
    base["cases"] = [describe_case(spec, result, exam) for spec, result in exam.page.cases]
    return ResultOut(submission_id=exam.submission.id, state=exam.state, **base)


def _score(submission: Submission) -> Score | None:
    if submission.points is None or submission.max_points is None:
        return None
    groups = tuple(GroupScore(**group) for group in submission.groups or ())
    return Score(submission.points, submission.max_points, groups)


def describe_case(spec: CaseSpec, result: CaseResult | None, exam: ExamView) -> CaseOut:
    language, group_title = exam.language, exam.title_of(spec.group)
    if result is None:
        title = pick(spec.title, language)
        return CaseOut(id=spec.id, group=spec.group, group_title=group_title, title=title, counts=spec.counts)
    return CaseOut(
        **case_json(result, language),
        group_title=group_title,
        hint=pick(spec.hint, language),
        why=pick(spec.why, language),
        traceback=result.traceback,
        prints=result.prints,
    )


def describe_state(exam: ExamView) -> StateEvent:
    return StateEvent(
        state=exam.state,
        attempt=exam.page.attempt.number if exam.page.attempt else 0,
        queue_position=exam.page.queue_position,
        eta_s=exam.page.forecast and exam.page.forecast.shown_s,
        cases=exam.total,
        points=exam.submission.points,
        max_points=exam.submission.max_points,
    )
