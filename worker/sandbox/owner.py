"""Who made a box: written into its name and labels, so that another worker can tell a dead worker's left-overs from a
living one's boxes."""

from __future__ import annotations

import os
import re
import secrets
import socket
from pathlib import Path

from worker.sandbox.base import Role

_NAME = re.compile(r"abgabe-(?P<pid>\d+)-(?P<started>\d+)-")


def host() -> str:
    """What process ids are relative to: the host, or the container, that this worker runs on."""
    return socket.gethostname()


def owner() -> str:
    """This process; its id alone could come again."""
    return f"{os.getpid()}-{_started(os.getpid())}"


def box_name(role: Role) -> str:
    return f"abgabe-{owner()}-{role}-{secrets.token_hex(4)}"


def is_orphan(name: str) -> bool:
    """Whether ``name`` is that of a box whose maker, on this host, is gone."""
    match = _NAME.match(name)
    return match is not None and _started(int(match["pid"])) != int(match["started"])


def _started(pid: int) -> int:
    """When the process started, in the kernel's ticks; 0 where there is none."""
    try:
        # Field 22, counted after the name, which may contain anything.
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0
