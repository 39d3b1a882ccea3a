"""What the page of one submission shows, in one language: its cases in groups, each with its look and its feedback."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from core.errors import TEXTS, AbgabeError
from core.intake import Notice
from core.models import Attempt, Submission, SubmissionState
from core.queries import SubmissionPage
from core.suites import Suite
from exam.report import CaseResult, CaseSpec, Language, Verdict
from server import looks
from server.i18n import pick
from server.looks import Look

REFRESH_S = 3
REFRESH_IN_QUEUE_S = 25
_DO_NOT_COMPILE = ("SyntaxError", "IndentationError", "TabError")


@dataclass(frozen=True)
class CaseView:
    position: int
    spec: CaseSpec
    result: CaseResult | None
    is_running: bool
    language: Language
    group_title: str = ""
    """Set where the case does not stand below its group's own heading."""
    is_over: bool = False
    """Whether its exam has ended: without a result it was not run."""

    @property
    def look(self) -> Look:
        verdict = self.result.verdict if self.result else None
        return looks.of_case(verdict, counts=self.spec.counts, is_running=self.is_running, is_over=self.is_over)

    @property
    def title(self) -> str:
        return pick(self.spec.title, self.language)

    @property
    def to_mend(self) -> bool:
        return self.result is not None and self.result.verdict is not Verdict.PASSED

    @property
    def message(self) -> str:
        return self.result.message.text(self.language) if self.result else ""

    @property
    def why(self) -> str:
        return "" if self.spec.counts else pick(self.spec.why, self.language)

    @property
    def hint(self) -> str:
        """The author's hint: about what the code computes, so of no use where it never came to that."""
        if self.result is None or self.result.verdict not in (Verdict.FAILED, Verdict.RAISED):
            return ""
        message = self.result.message
        never_ran = message.code == "missing_module" or message.params.get("type") in _DO_NOT_COMPILE
        return "" if never_ran else pick(self.spec.hint, self.language)

    @property
    def traceback(self) -> str:
        return self.result.traceback if self.result else ""

    @property
    def prints(self) -> str:
        return self.result.prints if self.result else ""

    @property
    def cpu_s(self) -> float | None:
        return self.result.cpu_s if self.result else None


@dataclass(frozen=True)
class GroupView:
    """A group's counting cases and what they earned; ``points`` is None until the submission is graded."""

    id: str
    title: str
    points: float | None
    max_points: float
    needs_all: bool
    """No points without every case."""
    cases: tuple[CaseView, ...]

    @property
    def passed(self) -> int:
        return _passed(self.cases)

    @property
    def icon(self) -> str:
        return {"good": "circle-check", "bad": "circle-x", "warn": "circle-alert"}.get(self.tone, "circle-dashed")

    @property
    def tone(self) -> str:
        if self.points is None:
            return "idle"
        if self.points >= self.max_points:
            return "good"
        return "bad" if self.points == 0 else "warn"


@dataclass(frozen=True)
class AttemptView:
    """A grading run, as staff see it."""

    row: Attempt
    language: Language

    @property
    def look(self) -> Look:
        return looks.ATTEMPTS[self.row.state]

    @property
    def error(self) -> str:
        if self.row.error is None:
            return ""
        code = str(self.row.error["code"])
        return AbgabeError(code, **self.row.error["params"]).text(self.language) if code in TEXTS else code


@dataclass(frozen=True)
class ExamView:
    page: SubmissionPage
    suite: Suite | None
    """The exercise's suite as it is now, for titles; None where it is gone or broken."""
    language: Language

    @property
    def submission(self) -> Submission:
        return self.page.submission

    @property
    def state(self) -> SubmissionState:
        return self.submission.state

    @property
    def is_final(self) -> bool:
        return self.state.is_final

    @property
    def has_result(self) -> bool:
        """Whether points are shown; also while it is graded again."""
        return self.submission.points is not None

    @property
    def is_over(self) -> bool:
        """Whether what is shown does not change any more, or only all at once."""
        return self.is_final or self.has_result

    @property
    def refresh_s(self) -> int | None:
        """How soon a browser without scripts loads the page again; None where nothing is worth waiting for."""
        if self.is_over:
            return None
        return REFRESH_S if self.state is SubmissionState.RUNNING else REFRESH_IN_QUEUE_S

    @property
    def can_be_cancelled(self) -> bool:
        return not self.is_over

    @property
    def look(self) -> Look:
        return looks.of_submission(self.submission)

    @property
    def tone(self) -> str:
        """Of the summary: good only where every point was earned."""
        is_full = self.submission.points is not None and self.submission.points == self.submission.max_points
        return "good" if is_full else self.look.tone

    @property
    def total(self) -> int:
        return len(self.page.plan)

    @property
    def finished(self) -> int:
        return len(self.page.results)

    @property
    def missing(self) -> list[str]:
        return self.submission.missing

    @property
    def notices(self) -> list[str]:
        notices = [Notice.from_json(one) for one in self.submission.notices]
        # what is missing has a list of its own
        return [notice.text(self.language) for notice in notices if notice.code != "intake.missing"]

    @property
    def attempts(self) -> list[AttemptView]:
        return [AttemptView(row, self.language) for row in self.page.attempts]

    @cached_property
    def cases(self) -> tuple[CaseView, ...]:
        """Every planned case in order. The examiner takes them one by one, so the first without a result is running."""
        is_running = self.state is SubmissionState.RUNNING
        views = []
        for position, (spec, result) in enumerate(self.page.cases):
            group_title = "" if spec.counts else self.title_of(spec.group)
            runs = is_running and result is None
            views.append(CaseView(position, spec, result, runs, self.language, group_title, self.is_final))
            is_running = is_running and not runs
        return tuple(views)

    @cached_property
    def groups(self) -> tuple[GroupView, ...]:
        return tuple(self._group(name) for name in dict.fromkeys(case.spec.group for case in self._counting))

    @property
    def advisory(self) -> tuple[CaseView, ...]:
        """The advisory cases; at the end only those that found something to mend."""
        return tuple(case for case in self._advisory if not self._is_quiet(case))

    @property
    def advisory_quiet(self) -> tuple[CaseView, ...]:
        """The other ones, at the end."""
        return tuple(case for case in self._advisory if self._is_quiet(case))

    def _is_quiet(self, case: CaseView) -> bool:
        return self.is_over and case.result is not None and not case.to_mend

    @property
    def passed(self) -> int:
        return _passed(self._counting)

    @property
    def counting(self) -> int:
        return len(self._counting)

    @property
    def _advisory(self) -> tuple[CaseView, ...]:
        return tuple(case for case in self.cases if not case.spec.counts)

    @property
    def _counting(self) -> tuple[CaseView, ...]:
        return tuple(case for case in self.cases if case.spec.counts)

    def title_of(self, group: str) -> str:
        """The group's title; its id where the suite of today has no such group."""
        titles = {one.id: one.title for one in self.suite.groups} if self.suite else {}
        return pick(titles.get(group, {}), self.language) or group

    def _group(self, name: str) -> GroupView:
        earned = {one["id"]: one for one in self.submission.groups or ()}.get(name)
        planned = {one.id: one for one in self.suite.groups}.get(name) if self.suite else None
        return GroupView(
            id=name,
            title=self.title_of(name),
            points=earned["points"] if earned else None,
            max_points=earned["max_points"] if earned else planned.points if planned else 0.0,
            needs_all=planned is not None and planned.rule == "all",
            cases=tuple(case for case in self._counting if case.spec.group == name),
        )


def _passed(cases: Iterable[CaseView]) -> int:
    return sum(case.result is not None and case.result.verdict is Verdict.PASSED for case in cases)
