"""The Celery app: task names, queues, and the promise that a message holds an id and nothing else.

``celery -A core.queue worker -Q grade`` runs a worker process on the settings of its environment. The task itself lives
in ``worker.binding``, which Celery includes by name: core knows no worker.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import redis
from celery import Celery
from kombu.exceptions import ChannelError, OperationalError

from core.database import open_database
from core.deps import Deps
from core.errors import OurError, texts
from core.live import Live, MemoryLive, RedisLive
from core.memory_broker import Board
from core.settings import Settings, get_settings
from core.storage import Blobs

GRADE_TASK = "abgabe.grade"
GRADE_QUEUE = "grade"

BROKER_DOWN = texts(
    "queue.broker_down",
    en=("The message broker cannot be reached ({reason}).", "Is Redis running, and ABGABE_BROKER_URL right?"),
    de=("Der Nachrichtendienst ist nicht erreichbar ({reason}).", "Läuft Redis, und stimmt ABGABE_BROKER_URL?"),
)

COMMON = {
    "accept_content": ["json"],
    "task_serializer": "json",
    "event_serializer": "json",
    "result_accept_content": ["json"],
    "task_ignore_result": True,
    "task_default_queue": GRADE_QUEUE,
    "task_create_missing_queues": True,
    # a worker takes no more than it grades
    "task_acks_late": True,
    "worker_prefetch_multiplier": 1,
    # an exam is processes elsewhere; threads wait for them, and share one connection to the sandboxes
    "worker_pool": "threads",
    "worker_hijack_root_logger": False,
    "worker_send_task_events": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,  # a worker waits for Redis however long it is away
}


SILENCE = {  # of Redis or the network; seconds
    # a hand-in waits this long at most
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "max_retries": 0,
    # A worker that waits for work sends nothing, and would not learn that its peer is gone. Each second it should get
    # an answer; after two of these intervals without any it connects anew.
    "health_check_interval": 5,
}

FORGETFUL = {
    # Else a message stays in Redis until its exam has ended, and a worker that loses Redis during an exam ends: it
    # tries to put the message back over a connection that it has already taken apart. The database knows what waits.
    "ack_emulation": False,
}


@dataclass
class Worker:
    """Who grades in this process. ``deps`` is a ``worker.tasks.GradeDeps``; None: made from settings when needed."""

    name: str
    stopping: threading.Event = field(default_factory=threading.Event)
    deps: Any = None


class App(Celery):  # type: ignore[misc]  # celery has no types
    """A Celery app that knows its settings and who grades in its process."""

    settings: Settings
    board: Board | None
    worker: Worker


def make_app(settings: Settings, include: Sequence[str] = ("worker.binding",)) -> App:
    """An app for ``settings``; ``include`` names the modules whose tasks its workers know."""
    app = App("abgabe", include=list(include), set_as_current=False)
    app.settings = settings
    app.worker = Worker(worker_name())
    app.board = Board() if settings.embedded else None
    app.conf.update(COMMON, broker_url=settings.broker_url, worker_concurrency=settings.workers)
    if app.board:
        app.conf.update(
            broker_url="memory://localhost",  # kombu warns of a URL without a host
            broker_transport="core.memory_broker:Transport",
            broker_transport_options={"board": app.board},
            worker_enable_remote_control=False,
        )
    else:
        app.conf.update(broker_transport_options=SILENCE | FORGETFUL)
    return app


def worker_name(prefix: str = "") -> str:
    """Host, process and a token: no two processes ever share it, also after a reboot."""
    return f"{prefix}{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


class CeleryQueue:
    """A ``core.deps.Queue`` on a Celery app."""

    def __init__(self, app: App) -> None:
        self.app = app

    def enqueue(self, submission_id: str) -> None:
        try:
            self.app.send_task(GRADE_TASK, (submission_id,), queue=GRADE_QUEUE, retry=False)
        except (OperationalError, redis.RedisError, OSError) as error:
            raise OurError(BROKER_DOWN, reason=str(error)) from error

    def waiting(self) -> int:
        try:
            with self.app.connection_for_write() as connection:
                return int(connection.default_channel.queue_declare(GRADE_QUEUE, passive=True).message_count)
        except ChannelError:
            return 0  # nothing was ever enqueued
        except (OperationalError, redis.RedisError, OSError) as error:
            raise OurError(BROKER_DOWN, reason=str(error)) from error


def open_deps(settings: Settings, app: App | None = None) -> Deps:
    """What a process of this installation needs to receive and grade."""
    live: Live = MemoryLive() if settings.embedded else RedisLive(settings.broker_url)
    blobs = Blobs(settings.blobs_dir)
    blobs.clean_up()
    return Deps(settings, open_database(settings.database), blobs, CeleryQueue(app or make_app(settings)), live)


@cache
def _process_app() -> App:
    return make_app(get_settings())


def __getattr__(name: str) -> Any:
    """``core.queue.app``, made when the celery command asks for it: importing this module reads no settings."""
    if name == "app":
        return _process_app()
    raise AttributeError(name)
