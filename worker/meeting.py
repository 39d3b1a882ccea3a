"""The private folder in which the processes of one exam meet: ``control/`` is the worker's and the examiner's,
``seam/`` the examiner's and the candidate's. It names its maker, so that what a dead worker has left can be told."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from worker.sandbox.base import Role
from worker.sandbox.owner import box_name, host, is_orphan

_PREFIX = "abgabe-exam-"
_LONG_S = 86400.0
"""No exam lasts so long: after that a folder is lost, whoever made it."""


def meeting_place() -> Path:
    """A new one."""
    place = Path(tempfile.mkdtemp(prefix=_PREFIX))
    (place / "maker").write_text(f"{host()} {box_name(Role.EXAMINER)}")
    for name in ("control", "seam"):
        (place / name).mkdir()
        os.chmod(place / name, 0o777)  # noqa: S103 - the sandboxes have user ids of their own; the parent is private
    return place


def remove_lost_places() -> int:
    """Remove those of workers that are gone; how many that were."""
    lost = [place for place in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*") if _is_lost(place)]
    for place in lost:
        shutil.rmtree(place, ignore_errors=True)
    return len(lost)


def _is_lost(place: Path) -> bool:
    try:
        if time.time() - place.stat().st_mtime > _LONG_S:
            return True
        machine, _, box = (place / "maker").read_text().partition(" ")
    except OSError:
        return False  # somebody else's, just being made, or just being removed
    return machine == host() and is_orphan(box)
