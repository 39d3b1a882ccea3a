"""Following one submission: wait until somebody says that it changed, read the database once, tell what is new.

The database is the truth. A reader's place in the story is a short text (``Seen``) that goes out with every event and
comes back when the reader connects again: nothing is told twice or lost, whatever server process answers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from core.deps import Deps
from core.queries import SubmissionPage, submission_page

RE_READ_S = 15.0
"""An event may be lost; look at least so often."""
IN_QUEUE_S = 2.0
"""Nobody says that the queue has moved on; whoever is soon to be graded looks as often as this."""


@dataclass(frozen=True)
class Seen:
    """What a reader knows: attempt, state, place in the queue and estimated seconds, and which cases have ended (one
    bit each)."""

    attempt: int = -1
    state: str = ""
    queue: int = 0
    eta_s: int = 0
    is_planned: bool = False
    ended: int = 0

    @classmethod
    def of(cls, page: SubmissionPage) -> Seen:
        ended = sum(1 << position for position in page.results)
        number = page.attempt.number if page.attempt else 0
        forecast = page.forecast
        place = (forecast.position, forecast.shown_s or 0) if forecast else (0, 0)
        return cls(number, page.submission.state.value, *place, bool(page.plan), ended)

    @classmethod
    def parse(cls, text: str) -> Seen:
        """What ``str`` wrote; knowing nothing where the text is not that."""
        try:
            attempt, state, queue, eta_s, is_planned, ended = text.split(".")
            return cls(int(attempt), state, int(queue), int(eta_s), is_planned == "1", int(ended, 16))
        except ValueError:
            return cls()

    def __str__(self) -> str:
        return f"{self.attempt}.{self.state}.{self.queue}.{self.eta_s}.{int(self.is_planned)}.{self.ended:x}"


@dataclass(frozen=True)
class Change:
    page: SubmissionPage
    before: Seen
    after: Seen

    @property
    def is_upheaval(self) -> bool:
        """Whether more changed than some cases having ended."""
        shape_before = (self.before.attempt, self.before.state, self.before.is_planned)
        return shape_before != (self.after.attempt, self.after.state, self.after.is_planned)

    @property
    def known(self) -> int:
        """The cases of this attempt of whose end the reader knows, one bit each."""
        return self.before.ended if self.before.attempt == self.after.attempt else 0

    @property
    def new_cases(self) -> list[int]:
        """Positions of the cases that ended since, in order."""
        return [position for position in sorted(self.page.results) if not self.known >> position & 1]

    @property
    def is_final(self) -> bool:
        return self.page.submission.state.is_final

    @property
    def re_read_s(self) -> float:
        """How soon to look again unasked: in the queue the more often the nearer the result is."""
        forecast = self.page.forecast
        if forecast is None:
            return RE_READ_S
        if forecast.eta_s is None:  # no exam has ended yet
            return IN_QUEUE_S if forecast.position == 1 else RE_READ_S
        return min(RE_READ_S, max(IN_QUEUE_S, forecast.eta_s / 10))


async def changes(deps: Deps, submission_id: str, seen: Seen) -> AsyncIterator[Change]:
    """What happens to the submission from ``seen`` on, until its end. Several events in a row are one change."""
    async with deps.live.watch(submission_id) as watch:
        while True:
            page = await run_in_threadpool(submission_page, deps.database, submission_id, deps.clock())
            if page is None:
                return
            change = Change(page, seen, Seen.of(page))
            if change.after != seen or change.is_final:
                yield change
            if change.is_final:
                return
            seen = change.after
            await watch.changed(change.re_read_s)
