"""Tells whoever watches a submission to look again. An event carries no news: the database is the truth.

Publishing never fails and hardly waits; a lost event costs a watcher the wait it has set itself as a limit.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import redis
import structlog

CHANNEL = "abgabe.live."
RECONNECT_S = 1.0
ANSWER_S = 2.0
PAUSE_S = 10.0
"""After a failure nothing is published for so long: an exam tells of each case, and must not wait for each."""

log = structlog.get_logger(__name__)


class Watch(Protocol):
    """One watcher's view of one submission."""

    async def changed(self, timeout_s: float) -> bool:
        """Wait until something changed since the last call (True), or for ``timeout_s`` (False)."""


class Live(Protocol):
    def publish(self, submission_id: str) -> None:
        """Say that the submission has changed. From any thread."""

    def watch(self, submission_id: str) -> AbstractContextManager[Watch]:
        """Hear of changes from now on. Enter it before reading the database, so that nothing falls between."""

    def close(self) -> None: ...


class _MemoryWatch:
    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def ring(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._event.set)
        except RuntimeError:  # the watcher's loop has just been closed
            log.debug("live.watcher_gone")

    async def changed(self, timeout_s: float) -> bool:
        try:
            await asyncio.wait_for(self._event.wait(), timeout_s)
        except TimeoutError:
            return False
        self._event.clear()
        return True


class MemoryLive:
    """Threads of this process tell coroutines of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watches: dict[str, set[_MemoryWatch]] = {}

    def publish(self, submission_id: str) -> None:
        with self._lock:
            watches = tuple(self._watches.get(submission_id, ()))
        for watch in watches:
            watch.ring()

    def publish_all(self) -> None:
        """Let every watcher look again."""
        with self._lock:
            submission_ids = tuple(self._watches)
        for submission_id in submission_ids:
            self.publish(submission_id)

    @contextmanager
    def watch(self, submission_id: str) -> Iterator[Watch]:
        watch = _MemoryWatch()
        with self._lock:
            self._watches.setdefault(submission_id, set()).add(watch)
        try:
            yield watch
        finally:
            with self._lock:
                self._watches[submission_id].discard(watch)
                if not self._watches[submission_id]:
                    del self._watches[submission_id]

    def close(self) -> None:
        """Nothing to give back."""


class RedisLive:
    """Any process tells any process through Redis. One connection per process listens, from the first watcher on."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_connect_timeout=ANSWER_S, socket_timeout=ANSWER_S)
        self._silent_until = 0.0
        self._local = MemoryLive()
        self._lock = threading.Lock()
        self._listener: threading.Thread | None = None
        self._closed = threading.Event()

    def publish(self, submission_id: str) -> None:
        if time.monotonic() < self._silent_until:
            return
        try:
            self._redis.publish(CHANNEL + submission_id, "")
        except redis.RedisError as error:
            self._silent_until = time.monotonic() + PAUSE_S
            log.warning("live.not_published", submission=submission_id, error=str(error))

    @contextmanager
    def watch(self, submission_id: str) -> Iterator[Watch]:
        with self._local.watch(submission_id) as watch:
            self._ensure_listener()
            yield watch

    def close(self) -> None:
        self._closed.set()
        if self._listener is not None:
            self._listener.join()
        self._redis.close()

    def _ensure_listener(self) -> None:
        with self._lock:
            if self._listener is None:
                self._listener = threading.Thread(target=self._listen, name="live-listener", daemon=True)
                self._listener.start()

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                with redis.client.PubSub(self._redis.connection_pool) as pubsub:
                    pubsub.psubscribe(CHANNEL + "*")
                    self._forward(pubsub)
            except redis.RedisError as error:
                log.warning("live.not_listening", error=str(error))
                self._closed.wait(RECONNECT_S)

    def _forward(self, pubsub: redis.client.PubSub) -> None:
        while not self._closed.is_set():
            message = pubsub.get_message(timeout=0.5)
            if message is None:
                continue
            if message["type"] == "psubscribe":
                self._local.publish_all()  # whatever was said before we listened is lost
            else:
                self._local.publish(message["channel"].decode().removeprefix(CHANNEL))
