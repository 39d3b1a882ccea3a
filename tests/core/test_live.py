"""Live events: who watches a submission is told to look again, by any thread, or by any process through Redis."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from typing import Any

from core.live import Live, MemoryLive, RedisLive
from tests.real_parts import RedisServer, wait_until

LONG_S = 10.0


async def in_thread(action: Callable[[], None]) -> None:
    await asyncio.get_running_loop().run_in_executor(None, action)


def run(watcher: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(watcher, 30))


async def arrives(live: Live, sender: Live) -> None:
    with live.watch("a") as watch:
        await in_thread(lambda: sender.publish("a"))
        assert await watch.changed(LONG_S)


class TestMemory:
    def test_a_watcher_hears_of_a_change_from_another_thread(self) -> None:
        live = MemoryLive()
        run(arrives(live, live))

    def test_nothing_changed_is_known_after_the_time_limit(self) -> None:
        async def watcher() -> None:
            with MemoryLive().watch("a") as watch:
                assert not await watch.changed(0.01)

        run(watcher())

    def test_only_the_watched_submission_counts(self) -> None:
        async def watcher() -> None:
            live = MemoryLive()
            with live.watch("a") as watch:
                await in_thread(lambda: live.publish("b"))
                assert not await watch.changed(0.01)

        run(watcher())

    def test_many_changes_are_one_reason_to_look_again(self) -> None:
        async def watcher() -> None:
            live = MemoryLive()
            with live.watch("a") as watch:
                for _ in range(100):
                    live.publish("a")
                assert await watch.changed(LONG_S)
                assert not await watch.changed(0.01)

        run(watcher())

    def test_every_watcher_hears_and_one_that_left_does_not_matter(self) -> None:
        async def watcher() -> None:
            live = MemoryLive()
            with live.watch("a") as first, live.watch("a") as second:
                with live.watch("a"):
                    pass
                live.publish("a")
                assert await first.changed(LONG_S)
                assert await second.changed(LONG_S)

        run(watcher())

    def test_publishing_to_a_closed_loop_does_no_harm(self) -> None:
        live = MemoryLive()
        loop = asyncio.new_event_loop()

        async def enter(stack: ExitStack) -> None:
            stack.enter_context(live.watch("a"))

        with ExitStack() as stack:
            loop.run_until_complete(enter(stack))
            loop.close()
            live.publish("a")


class TestRedis:
    def test_a_change_crosses_processes(self, redis_server: RedisServer) -> None:
        server, worker = RedisLive(redis_server.url), RedisLive(redis_server.url)

        async def watcher() -> None:
            with server.watch("a") as watch, server.watch("b") as other:
                assert await watch.changed(LONG_S)  # the listener is there: it lets everybody look once
                await other.changed(0.2)  # it has been told as well, unless it came after the listener
                await in_thread(lambda: worker.publish("a"))
                assert await watch.changed(LONG_S)
                assert not await other.changed(0.01)

        run(watcher())
        for live in (server, worker):
            live.close()

    def test_publishing_without_redis_is_quick_and_silent(self, redis_server: RedisServer) -> None:
        live = RedisLive(redis_server.url)
        redis_server.kill()
        start = time.monotonic()
        live.publish("a")
        assert time.monotonic() - start < 5
        live.close()

    def test_an_exam_does_not_wait_for_a_silent_redis_at_each_case(self, redis_server: RedisServer) -> None:
        live = RedisLive(redis_server.url)
        redis_server.freeze()
        began = time.monotonic()
        for _ in range(100):
            live.publish("one")
        assert time.monotonic() - began < 5
        redis_server.thaw()

    def test_a_watcher_survives_a_restart_of_redis(self, redis_server: RedisServer) -> None:
        live = RedisLive(redis_server.url)
        heard = threading.Event()

        async def watcher() -> None:
            with live.watch("a") as watch:
                assert await watch.changed(LONG_S)  # the listener is there
                redis_server.kill()
                redis_server.start()
                # first the reconnected listener's own "look again", then a new event
                assert await watch.changed(LONG_S)
                live.publish("a")
                assert await watch.changed(LONG_S)
            heard.set()

        run(watcher())
        assert heard.is_set()
        live.close()

    def test_close_ends_the_listener(self, redis_server: RedisServer) -> None:
        live = RedisLive(redis_server.url)
        run(arrives(live, live))
        live.close()
        wait_until("the end of the listener", lambda: "live-listener" not in {t.name for t in threading.enumerate()})
