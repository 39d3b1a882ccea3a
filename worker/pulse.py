"""For whoever watches a worker process from outside: a file that is touched at each heartbeat. It grows old where the
worker hangs, or has lost its broker. ``celery -A core.queue worker -I worker.pulse``.
"""

# mypy: disallow-untyped-decorators=False
# (celery has no types)

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery import signals

PULSE = Path("/tmp/pulse")  # noqa: S108 - on the container's own scratch disk
_ready = False


@signals.worker_ready.connect
def _on_ready(**_: Any) -> None:
    """What is sent before that says that the worker comes, not that it grades."""
    global _ready
    _ready = True


@signals.heartbeat_sent.connect
def _on_heartbeat(**_: Any) -> None:
    if _ready:
        PULSE.touch()
