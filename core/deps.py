"""What the life of a submission depends on, gathered once per process and handed to every function that needs it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.database import Database
from core.live import Live
from core.models import utc_now
from core.settings import Settings
from core.storage import BlobStore


class Queue(Protocol):
    """Tells workers that there is work. Only a hint: a lost message is found missing by the reconciler."""

    def enqueue(self, submission_id: str) -> None:
        """Raises OurError where the broker cannot be reached."""

    def waiting(self) -> int:
        """How many messages no worker has taken yet. Raises OurError likewise."""


@dataclass(frozen=True)
class Deps:
    """``clock`` is every process's own: leases allow for seconds of difference between machines, fencing for any."""

    settings: Settings
    database: Database
    blobs: BlobStore
    queue: Queue
    live: Live
    clock: Callable[[], dt.datetime] = utc_now
