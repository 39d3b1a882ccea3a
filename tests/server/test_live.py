"""Following a submission: nothing is lost, nothing told twice, several events are one look, and it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace

import anyio
import pytest

from core.forecast import Outlook
from core.live import MemoryLive, Watch
from core.queries import submission_page
from server import live
from server.live import IN_QUEUE_S, MOST_REST_S, RE_READ_S, Change, Readers, Seen, changes
from tests.server.makers import Grader, House, make_client


class ForgetfulLive(MemoryLive):
    """Loses every event; a watcher's waiting ends by its own limit, at once. Remembers these limits."""

    def __init__(self) -> None:
        super().__init__()
        self.limits_s: list[float] = []

    def publish(self, submission_id: str) -> None:
        """Say nothing."""

    def watch(self, submission_id: str) -> AbstractContextManager[Watch]:
        return nullcontext(_Impatient(self.limits_s))


class _Impatient:
    def __init__(self, limits_s: list[float]) -> None:
        self._limits_s = limits_s

    async def changed(self, timeout_s: float) -> bool:
        self._limits_s.append(timeout_s)
        await anyio.sleep(0)
        return False


@pytest.fixture
def grader(house: House) -> Grader:
    return house.grader(house.browser("ada").hand_in())


def _follow(
    house: House, grader: Grader, steps: list[Callable[[], object]], seen: Seen | None = None, at_most: int = 99
) -> list[Change]:
    """The changes until the end, one step done after each."""

    async def run() -> list[Change]:
        found = []
        async for change in changes(house.deps, Readers(house.deps), grader.submission_id, seen or Seen()):
            found.append(change)
            if len(found) == at_most:
                break
            if steps:
                await anyio.to_thread.run_sync(steps.pop(0))
        return found

    async def in_time() -> list[Change]:
        with anyio.fail_after(20):
            return await run()

    return anyio.run(in_time)


def test_each_step_is_one_change_and_the_end_is_the_end(house: House, grader: Grader) -> None:
    told = _follow(house, grader, [grader.start, grader.plan, lambda: grader.record(0), grader.finish])
    assert [str(change.after.state) for change in told] == ["queued", "running", "running", "running", "done"]
    assert [change.new_cases for change in told] == [[], [], [], [0], [1, 2, 3, 4, 5]]
    assert [change.is_upheaval for change in told] == [True, True, True, False, True]
    assert [change.is_final for change in told] == [False] * 4 + [True]


def test_many_events_are_one_look(house: House, grader: Grader) -> None:
    grader.start().plan()
    told = _follow(house, grader, [lambda: grader.record(0, 1, 2, 3), grader.finish])
    assert [change.new_cases for change in told] == [[], [0, 1, 2, 3], [4, 5]]


def test_a_lost_event_only_delays(house: House, grader: Grader) -> None:
    forgetful = ForgetfulLive()
    lonely = replace(house, deps=replace(house.deps, live=forgetful))
    assert [change.after.state for change in _follow(lonely, grader, [grader.grade])] == ["queued", "done"]
    # between events nobody asks the database more often than this
    assert set(forgetful.limits_s) <= {IN_QUEUE_S, RE_READ_S}


def test_who_waits_hears_unasked_that_the_queue_has_moved_on(house: House) -> None:
    first = house.grader(house.browser("bob").hand_in())
    mine = house.grader(house.browser("ada").hand_in())
    lonely = replace(house, deps=replace(house.deps, live=ForgetfulLive()))
    told = _follow(lonely, mine, [first.start], at_most=2)
    assert [(change.after.state, change.after.queue) for change in told] == [("queued", 2), ("queued", 1)]
    assert not told[1].is_upheaval


def test_a_server_that_ends_while_somebody_follows_has_nothing_to_complain_of(house: House, grader: Grader) -> None:
    complaints: list[object] = []

    async def tell(story: AsyncIterator[Change]) -> AsyncIterator[Change]:
        async for change in story:
            yield change

    async def run() -> list[AsyncIterator[Change]]:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        readers = Readers(house.deps)
        stories = [tell(changes(house.deps, readers, grader.submission_id, Seen())) for _ in range(10)]
        for story in stories:
            await anext(story)
        return stories  # nobody closes them: the loop does when it ends, in any order

    asyncio.run(run())
    assert complaints == []


def test_all_who_wait_share_one_look_at_the_queue(house: House) -> None:
    readers = Readers(house.deps)

    async def run() -> list[Outlook]:
        return await asyncio.gather(*[readers.outlook() for _ in range(20)])

    assert len({id(outlook) for outlook in anyio.run(run)}) == 1


def test_the_more_readers_there_are_the_longer_each_rests(house: House) -> None:
    readers = Readers(house.deps)
    with readers.one_more():
        alone_s = readers.rest_s
        with ExitStack() as stack:
            for _ in range(1000):
                stack.enter_context(readers.one_more())
            assert alone_s < readers.rest_s == MOST_REST_S
        assert readers.rest_s == alone_s


@pytest.mark.parametrize(("ahead", "limit_s"), [(0, IN_QUEUE_S), (1, RE_READ_S)])
def test_before_any_exam_has_ended_only_who_is_next_looks_often(house: House, ahead: int, limit_s: float) -> None:
    for _ in range(ahead):
        house.browser("bob").hand_in()
    page = submission_page(house.deps.database, house.browser("ada").hand_in(), house.clock())
    assert page is not None
    assert Change(page, Seen(), Seen.of(page)).re_read_s == limit_s


def test_who_knows_everything_is_told_only_the_end(house: House, grader: Grader) -> None:
    grader.grade()
    (first,) = _follow(house, grader, [])
    (again,) = _follow(house, grader, [], first.after)
    assert (again.new_cases, again.is_upheaval, again.is_final) == ([], False, True)


def test_an_event_between_two_looks_is_not_missed(house: House, grader: Grader) -> None:
    """The watch begins before the first look: what happens in between is seen at the second."""
    grader.start().plan()
    told = _follow(house, grader, [lambda: grader.record(0).record(1), grader.finish])
    assert [case for change in told for case in change.new_cases] == [0, 1, 2, 3, 4, 5]


def test_a_submission_that_is_not_there_ends_at_once(house: House) -> None:
    async def run() -> list[Change]:
        return [change async for change in changes(house.deps, Readers(house.deps), "none", Seen())]

    assert anyio.run(run) == []


class TestWhoMayNotReadItAnyMore:
    @pytest.mark.parametrize("way", ["page", "program"])
    def test_is_told_nothing_more(
        self, house: House, grader: Grader, way: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live, "RE_CHECK_S", 0.0)
        ada, program = house.browser("ada"), house.api("ada")
        client, path = {"page": (ada.http, "live"), "program": (program, "events")}[way]
        with client.stream("GET", f"/submissions/{grader.submission_id}/{path}") as answer:
            lines = answer.iter_lines()
            next(line for line in lines if line.startswith("id:"))
            ada.post("/logout")
            make_client(str(program.base_url), program.headers).delete("/tokens/current")
            grader.grade()
            assert [line for line in lines if line.startswith(("id:", "event: done"))] == []

    def test_is_not_asked_about_with_every_change(self, house: House, grader: Grader) -> None:
        asked: list[bool] = []

        async def run() -> list[Change]:
            story = changes(house.deps, Readers(house.deps), grader.submission_id, Seen())
            return [change async for change in live.while_allowed(lambda: not asked.append(True), story)]

        grader.grade()
        assert anyio.run(run)[-1].is_final
        assert asked == []


class TestSeen:
    def test_survives_the_trip_to_the_reader_and_back(self) -> None:
        seen = Seen(attempt=2, state="running", queue=3, eta_s=40, is_planned=True, ended=0b1011)
        assert Seen.parse(str(seen)) == seen

    @pytest.mark.parametrize("text", ["", "1", "1.2.3", "a.b.c.d.e", "1.running.0.1.xyz", "9" * 5000 + ".a.0.1.0"])
    def test_nonsense_knows_nothing(self, text: str) -> None:
        assert Seen.parse(text) == Seen()
