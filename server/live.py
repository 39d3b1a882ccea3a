"""Following one submission: wait until somebody says that it changed, read the database once, tell what is new.

The database is the truth. A reader's place in the story is a short text (``Seen``) that goes out with every event and
comes back when the reader connects again: nothing is told twice or lost, whatever server process answers. Many readers
cost little more than a few: those who wait in the queue share one look at it, and each rests between two of its looks.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace

from starlette.concurrency import run_in_threadpool

from core.deps import Deps
from core.forecast import Outlook
from core.queries import SubmissionPage, submission_page

RE_READ_S = 15.0
"""An event may be lost; look at least so often."""
IN_QUEUE_S = 2.0
"""Nobody says that the queue has moved on; whoever is soon to be graded looks as often as this."""
RE_CHECK_S = 10.0
"""So long at most is somebody told what happens who may not read it any more: logged out, say."""
SHARE = 0.05
"""Of its time at most does a process spend with looks at the queue, however long that is."""
REST_PER_READER_S, MOST_REST_S = 0.0005, 0.25
"""A reader rests so long between two looks at its submission: the longer, the more there are."""


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


class Readers:
    """What those who follow submissions in this process share."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._count = 0
        self._looking = asyncio.Lock()
        self._outlook: Outlook | None = None
        self._fresh_until = 0.0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        self._count += 1
        try:
            yield
        finally:
            self._count -= 1

    @property
    def rest_s(self) -> float:
        return min(MOST_REST_S, self._count * REST_PER_READER_S)

    async def outlook(self) -> Outlook:
        """The queue as it was ``IN_QUEUE_S`` ago at most; where reading it takes long, it is read less often."""
        async with self._looking:
            if self._outlook is None or time.monotonic() >= self._fresh_until:
                began = time.monotonic()
                self._outlook = await run_in_threadpool(self._look)
                took_s = time.monotonic() - began
                self._fresh_until = began + max(IN_QUEUE_S, took_s / SHARE)
            return self._outlook

    def _look(self) -> Outlook:
        with self._deps.database.read() as session:
            return Outlook(session, self._deps.clock())

    async def moved(self, last: Change) -> Change | None:
        """How the queue has moved on for a submission that waits; None where that is not all one has to know."""
        if last.page.forecast is None:
            return None
        forecast = (await self.outlook()).forecast(last.page.submission)
        if forecast is None:
            return None
        page = replace(last.page, forecast=forecast)
        return Change(page, last.after, Seen.of(page))


async def while_allowed(is_allowed: Callable[[], bool], story: AsyncGenerator[Change]) -> AsyncIterator[Change]:
    """The ``story``, until there is something to tell to somebody who may not read it any more."""
    checked = time.monotonic()
    async with aclosing(story):
        async for change in story:
            if time.monotonic() >= checked + RE_CHECK_S:
                if not await run_in_threadpool(is_allowed):
                    return
                checked = time.monotonic()
            yield change


async def changes(deps: Deps, readers: Readers, submission_id: str, seen: Seen) -> AsyncGenerator[Change]:
    """What happens to the submission from ``seen`` on, until its end. Several events in a row are one change."""
    with readers.one_more(), deps.live.watch(submission_id) as watch:
        while True:
            looked = time.monotonic()
            page = await run_in_threadpool(submission_page, deps.database, submission_id, deps.clock())
            if page is None:
                return
            change = Change(page, seen, Seen.of(page))
            if change.after != seen or change.is_final:
                yield change
            if change.is_final:
                return
            while not await watch.changed(change.re_read_s) and (moved := await readers.moved(change)):
                if moved.after != moved.before:
                    yield moved
                change = moved
            seen = change.after
            await asyncio.sleep(max(0.0, looked + readers.rest_s - time.monotonic()))
