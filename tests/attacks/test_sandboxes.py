"""Every hostile hand-in that the product ships, in both real sandboxes: each is stopped, costs at most its own case,
and leaves nothing for a later case, a later hand-in or the host."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cli.attacks import load_attacks
from cli.doctor_attack import LIMITS, Siege, besiege
from core.errors import SandboxUnavailable
from tests.worker.conftest import Remembering, containers, groups, make_sandbox
from worker.pairs import ColdPairs
from worker.sandbox.base import Box, BoxLimits, Mount, Order, Role, Sandbox

NAMES = [attack.name for attack in load_attacks()]


def real(kind: str) -> Sandbox:
    try:
        return make_sandbox(kind)
    except SandboxUnavailable as error:
        pytest.skip(str(error))


@dataclass
class Watched:
    """A real box that tells at its end whether it died before that, and of what."""

    box: Box
    deaths: list[str]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.box, name)

    def kill(self) -> None:
        ending = self.box.wait(0)
        if ending is not None and ending.exit_code != 0:
            self.deaths.append(f"exit code {ending.exit_code}, {ending.log}")
        self.box.kill()


@dataclass
class Watching(Remembering):
    """Knows afterwards which of its boxes did not live to their end."""

    deaths: list[str] = field(default_factory=list)

    def start(self, order: Order) -> Box:
        return Watched(super().start(order), self.deaths)


@dataclass
class Held:
    """What came of all attacks on one kind of sandbox."""

    siege: Siege
    sandbox: Watching

    def fault(self, name: str) -> str:
        return next(one.fault for one in (*self.siege.attacks, *self.siege.limits) if one.name == name)


@pytest.fixture(scope="module")
def held(request: pytest.FixtureRequest) -> Callable[[str], Held]:
    """Kind of sandbox -> its siege, held when it is first asked for, by those attacks that this run asks for."""
    params = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    asked = {str(one["name"]) for one in params if "name" in one} or {NAMES[0]}

    @cache
    def of(kind: str) -> Held:
        sandbox = Watching(real(kind))
        return Held(besiege(ColdPairs(sandbox), asked), sandbox)

    return of


@pytest.fixture(params=["docker", "bubblewrap"], scope="module")
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("name", NAMES)
def test_the_attack_is_stopped(held: Callable[[str], Held], kind: str, name: str) -> None:
    assert held(kind).fault(name) == ""


@pytest.mark.parametrize("name", LIMITS)
def test_the_limit_is_enforced(held: Callable[[str], Held], kind: str, name: str) -> None:
    assert held(kind).fault(name) == ""


def test_the_host_has_seen_nothing_of_it(held: Callable[[str], Held], kind: str) -> None:
    """Neither on its canaries nor in what a later hand-in finds."""
    assert held(kind).siege.harm == ()


def test_nothing_is_left_on_the_host(held: Callable[[str], Held], kind: str) -> None:
    sandbox = held(kind).sandbox
    names = {box.name for box in sandbox.boxes}
    assert names & groups() == set()
    assert kind != "docker" or names & containers() == set()
    places = {mount.source.parent for order in sandbox.orders for mount in order.mounts}
    assert [place for place in places if place.name.startswith("abgabe-") and place.exists()] == []


def test_no_attack_costs_a_sandbox(held: Callable[[str], Held], kind: str) -> None:
    assert held(kind).sandbox.deaths == []


def test_the_death_of_a_sandbox_is_noticed() -> None:
    sandbox = Watching(real("bubblewrap"))
    limits = BoxLimits(256, 8, 1, 1, 64, 1.0, 30.0)
    box = sandbox.start(Order(Role.CANDIDATE, "candidate-numpy", "no_such_module", (), (), limits))
    box.wait(20)
    box.kill()
    assert "no_such_module" in sandbox.deaths[0]


@dataclass
class Leaky(Remembering):
    """Shows candidates a folder of the host's."""

    folder: Path = Path("/nowhere")

    def start(self, order: Order) -> Box:
        shown = (*order.mounts, Mount(self.folder, str(self.folder)))
        return super().start(replace(order, mounts=shown) if order.role is Role.CANDIDATE else order)


def test_a_sandbox_that_leaks_is_found_out() -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # /tmp is the sandbox's own
        os.chmod(folder, 0o755)
        sandbox = Leaky(real("bubblewrap"), folder=Path(folder))
        siege = besiege(ColdPairs(sandbox), ["read_host_files", "mounts"], (Path(folder),))
    assert [one.name for one in siege.attacks if one.fault] == ["read_host_files"]
    assert f"the secret that lies in: the host's {folder}" in siege.faults[0]
