"""Which sandbox hand-ins get: the one that was asked for, or the best that works here. Never none."""

from __future__ import annotations

from typing import Literal

from core.errors import SandboxUnavailable
from core.settings import Settings
from worker.sandbox.base import SANDBOX_MISSING, Sandbox
from worker.sandbox.bubblewrap import Bubblewrap
from worker.sandbox.environment import NAMES, wanted

Kind = Literal["auto", "docker", "bubblewrap"]


def choose(kind: Kind, settings: Settings) -> tuple[Sandbox, str | None]:
    """The sandbox, ready to start boxes, and a line for the operator where it is second choice. A large image that
    setup makes only where it is asked to is not looked for. Raises SandboxUnavailable with the lines that mend it."""
    if kind == "bubblewrap":
        return _bubblewrap(settings), None
    try:
        return _docker(settings), None
    except SandboxUnavailable as no_docker:
        if kind == "docker":
            raise
        return _second_choice(settings, no_docker)


def _second_choice(settings: Settings, no_docker: SandboxUnavailable) -> tuple[Sandbox, str]:
    reason = no_docker.params["reason"]
    try:
        return _bubblewrap(settings), f"Docker is not used: {reason}. Hand-ins run in bubblewrap."
    except SandboxUnavailable as error:
        both = f"{error.params['reason']}; and Docker: {reason}"
        raise SandboxUnavailable(SANDBOX_MISSING, **(error.params | {"reason": both})) from error


def _bubblewrap(settings: Settings) -> Sandbox:
    sandbox = Bubblewrap(settings.sandbox_env_dir)
    for image in wanted(settings.sandbox_env_dir):
        sandbox.check(image)
    return sandbox


def _docker(settings: Settings) -> Sandbox:
    from worker.sandbox.docker import Docker  # its SDK takes a while to load, and not everybody has an engine

    sandbox = Docker(settings.docker_runtime)
    for image in NAMES:
        sandbox.check(image)
    return sandbox
