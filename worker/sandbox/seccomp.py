"""docker/seccomp.json, compiled for bubblewrap: one allow-list of system calls for every kind of sandbox."""

from __future__ import annotations

import contextlib
import json
import tempfile
from functools import cache
from typing import Any

from core.errors import SandboxUnavailable
from core.settings import PROJECT
from worker.sandbox.base import SANDBOX_MISSING

PROFILE = PROJECT / "docker" / "seccomp.json"
_MOST_CALLS = 600


def profile() -> str:
    """The text that Docker takes as it is."""
    return PROFILE.read_text("utf-8")


@cache
def compiled() -> bytes:
    """The profile as the kernel's own filter program, for this machine's architecture. Raises SandboxUnavailable."""
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError) as error:
        raise SandboxUnavailable(
            SANDBOX_MISSING,
            kind="bubblewrap",
            reason=f"libseccomp cannot be loaded ({error})",
            remedy="sudo apt-get install -y libseccomp2",
        ) from error
    text = json.loads(profile())
    program = pyseccomp.SyscallFilter(pyseccomp.ERRNO(text["defaultErrnoRet"]))
    for rule in text["syscalls"]:
        _add(pyseccomp, program, rule)
    with tempfile.TemporaryFile() as file:
        program.export_bpf(file)
        file.seek(0)
        return file.read()


def _add(pyseccomp: Any, program: Any, rule: dict[str, Any]) -> None:
    action = pyseccomp.ALLOW if rule["action"] == "SCMP_ACT_ALLOW" else pyseccomp.ERRNO(rule["errnoRet"])
    conditions = [_condition(pyseccomp, condition) for condition in rule.get("args", ())]
    for name in rule["names"]:
        if _exists(pyseccomp, name):
            program.add_rule(action, name, *conditions)


def _condition(pyseccomp: Any, condition: dict[str, Any]) -> Any:
    operator = getattr(pyseccomp, condition["op"].removeprefix("SCMP_CMP_"))
    # For MASKED_EQ the first value is the mask, the second what has to be left of it.
    return pyseccomp.Arg(condition["index"], operator, condition["value"], condition.get("valueTwo", 0))


def _exists(pyseccomp: Any, name: str) -> bool:
    """Older libraries do not know the newest calls, and newer architectures do not have the oldest."""
    try:
        return bool(pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0)
    except (ValueError, OSError):
        return False


@cache
def system_calls() -> dict[str, int]:
    """Name -> number of every system call of this machine; none where libseccomp is not there."""
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError):
        return {}
    found = {}
    for number in range(_MOST_CALLS):
        with contextlib.suppress(ValueError):
            found[pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, number).decode()] = number
    return found
