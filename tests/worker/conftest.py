"""Both real sandboxes, and the means to run an intruder in one and to see that nothing of it stays."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cli.attacks import HAND_IN
from cli.canaries import processes_with
from core.errors import SandboxUnavailable
from core.settings import get_settings
from docker import APIClient
from worker.sandbox.base import Box, BoxLimits, Ending, Mount, Order, Role, Sandbox
from worker.sandbox.bubblewrap import Bubblewrap
from worker.sandbox.cgroups import find_cgroups
from worker.sandbox.docker import Docker
from worker.sandbox.environment import NAMES

INSIDE = (HAND_IN / "intruder.py", Path(__file__).parent / "hostile" / "lab.py")
LIMITS = BoxLimits(memory_mib=256, processes=24, tmp_mib=8, file_mib=4, open_files=64, cpus=1.0, wall_time_s=20.0)


@cache
def make_sandbox(kind: str) -> Sandbox:
    sandbox = Docker() if kind == "docker" else Bubblewrap(get_settings().sandbox_env_dir)
    for image in NAMES:
        sandbox.check(image)
    return sandbox


@pytest.fixture(params=["docker", "bubblewrap"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    try:
        return make_sandbox(request.param)
    except SandboxUnavailable as error:
        pytest.skip(str(error))


@dataclass
class Remembering:
    """A real sandbox that knows afterwards which boxes it has started, and with which orders."""

    sandbox: Sandbox
    boxes: list[Box] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sandbox, name)

    def start(self, order: Order) -> Box:
        self.orders.append(order)
        self.boxes.append(self.sandbox.start(order))
        return self.boxes[-1]


class Lab:
    """Starts intruders in ``sandbox`` and, at the end, sees that nothing of them is left."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.token = secrets.token_hex(8)
        self._boxes: list[Box] = []

    def order(self, attack: str, *parameters: object, mounts: tuple[Mount, ...] = (), **limits: float) -> Order:
        return Order(
            role=Role.CANDIDATE,
            image="candidate-numpy",
            module="lab",
            args=(self.token, attack, json.dumps(parameters)),
            mounts=(*(Mount(path, f"/abgabe/{path.name}") for path in INSIDE), *mounts),
            limits=replace(LIMITS, **limits),  # type: ignore[arg-type]
        )

    def as_examiner(self, order: Order) -> Order:
        return replace(order, role=Role.EXAMINER, image="examiner", limits=replace(order.limits, memory_mib=1024))

    def start(self, attack: str, *parameters: object, **more: Any) -> Box:
        box = self.sandbox.start(self.order(attack, *parameters, **more))
        self._boxes.append(box)
        return box

    def end_of(self, attack: str, *parameters: object, **more: Any) -> Ending:
        """Of an attack that does not end by itself, or whose answer does not matter."""
        ending = self.start(attack, *parameters, **more).wait(60.0)
        assert ending is not None, "the box outlived its time"
        return ending

    def result_of(self, attack: str, *parameters: object, **more: Any) -> Any:
        ending = self.end_of(attack, *parameters, **more)
        assert ending.exit_code == 0, ending
        return json.loads(ending.log.splitlines()[-1])

    def close(self) -> None:
        for box in self._boxes:
            box.kill()
        assert processes_with(self.token) == []
        names = {box.name for box in self._boxes}
        assert names & groups() == set()
        if self.sandbox.kind == "docker":
            assert names & containers() == set()


def groups() -> set[str]:
    """The names of all control groups beside our own."""
    parents = find_cgroups().parents
    return {entry.name for parent in set(parents.values()) for entry in parent.iterdir()}


def containers() -> set[str]:
    """The names of all containers, running or not."""
    with contextlib.closing(APIClient(version="auto")) as client:
        return {name.lstrip("/") for box in client.containers(all=True) for name in box["Names"]}


@pytest.fixture
def lab(sandbox: Sandbox) -> Iterator[Lab]:
    lab = Lab(sandbox)
    yield lab
    lab.close()
