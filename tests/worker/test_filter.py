"""The filter before the engine: through it the worker works as without it, and nobody gets anything else."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import httpx
import pytest

from core.errors import SandboxUnavailable
from docker import APIClient
from tests.worker.conftest import LIMITS
from worker.filter.rules import BoxRules
from worker.filter.serve import Filter
from worker.sandbox import images
from worker.sandbox.base import Mount, Order, Role
from worker.sandbox.docker import Docker

SOCKET = "/var/run/docker.sock"
NAME = "abgabe-1-1-candidate-0123abcd"


@dataclass(frozen=True)
class Noting(BoxRules):
    """Remembers the descriptions that it has let pass."""

    passed: list[bytes] = field(default_factory=list)

    def cleaned(self, body: bytes) -> bytes:
        self.passed.append(super().cleaned(body))
        return self.passed[-1]


@dataclass
class Gate:
    """A filter before the real engine, and the description of a box that went through it."""

    http: httpx.Client
    engine: APIClient
    description: dict[str, Any]


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    folder = tmp_path_factory.mktemp("gate")
    rules = Noting(PurePosixPath("/"))
    with Filter(str(folder / "engine.sock"), SOCKET, rules) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DOCKER_HOST", f"unix://{folder}/engine.sock")
            _run_a_box(folder)
        server.rules = BoxRules(PurePosixPath("/boxes"))
        description = json.loads(rules.passed[0])
        for mount in description["HostConfig"]["Mounts"]:
            mount["Source"] = f"/boxes{mount['Source']}"
        transport = httpx.HTTPTransport(uds=str(folder / "engine.sock"))
        with httpx.Client(transport=transport, base_url="http://engine", timeout=30) as http:
            yield Gate(http, APIClient(f"unix://{SOCKET}"), description)
        server.shutdown()


def _run_a_box(folder: Path) -> None:
    """From the first question to the engine to the removal; with a mount, and an end that is waited for."""
    try:
        sandbox = Docker()
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    assert sandbox.engine().startswith("Docker ")
    sandbox.check("candidate-numpy")
    (folder / "seam").mkdir()
    order = Order(Role.CANDIDATE, "candidate-numpy", "exam.no_such", (), (Mount(folder / "seam", "/seam"),), LIMITS)
    ending = sandbox.start(order).wait(30)
    assert ending is not None
    assert "exam.no_such" in ending.log
    sandbox.clean_up()


def test_a_description_like_the_workers_passes(gate: Gate) -> None:
    """What the tests below change is let pass as it is."""
    assert BoxRules(PurePosixPath("/boxes")).cleaned(json.dumps(gate.description).encode())


Change = Callable[[dict[str, Any]], object]
HOST = "HostConfig"
CHANGES: dict[str, Change] = {
    "privileged": lambda it: it[HOST].update(Privileged=True),
    "privileged in another case": lambda it: it[HOST].update(privileged=True),
    "another host config": lambda it: it.update(hostconfig={"Privileged": True}),
    "binds": lambda it: it[HOST].update(Binds=["/:/host"]),
    "the whole disk": lambda it: it[HOST]["Mounts"][0].update(Source="/"),
    "the folder itself": lambda it: it[HOST]["Mounts"][0].update(Source="/boxes"),
    "a way out": lambda it: it[HOST]["Mounts"][0].update(Source="/boxes/../etc"),
    "a neighbour": lambda it: it[HOST]["Mounts"][0].update(Source="/boxes2/a"),
    "the engine's socket": lambda it: it[HOST]["Mounts"][0].update(Source=SOCKET),
    "another kind of mount": lambda it: it[HOST]["Mounts"][0].update(Type="volume"),
    "propagation": lambda it: it[HOST]["Mounts"][0].update(BindOptions={"Propagation": "shared"}),
    "the host's processes": lambda it: it[HOST].update(PidMode="host"),
    "the host's network": lambda it: it[HOST].update(NetworkMode="host"),
    "capabilities": lambda it: it[HOST].update(CapAdd=["SYS_ADMIN"]),
    "capabilities kept": lambda it: it[HOST].pop("CapDrop"),
    "no seccomp": lambda it: it[HOST].update(SecurityOpt=["no-new-privileges:true", "seccomp=unconfined"]),
    "devices": lambda it: it[HOST].update(Devices=[{"PathOnHost": "/dev/sda", "PathInContainer": "/dev/sda"}]),
    "no limit on processes": lambda it: it[HOST].update(PidsLimit=-1),
    "another runtime": lambda it: it[HOST].update(Runtime="runc"),
    "root": lambda it: it.update(User="0:0"),
    "the group of the socket": lambda it: it[HOST].update(GroupAdd=["999"]),
    "a group of root's": lambda it: it.update(User="61184:0"),
    "no label": lambda it: it.update(Labels={}),
    "another's label": lambda it: it["Labels"].update({"com.docker.compose.project": "abgabe"}),
    "another environment": lambda it: it["Env"].append("LD_PRELOAD=/seam/it.so"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_any_other_container_is_refused(gate: Gate, name: str) -> None:
    description = deepcopy(gate.description)
    CHANGES[name](description)
    answer = gate.http.post("/v1.41/containers/create", params={"name": NAME}, json=description)
    assert answer.status_code == 403, answer.text
    assert "a container with" in answer.json()["message"]


def test_of_two_fields_of_a_name_the_engine_gets_the_one_that_was_read(gate: Gate) -> None:
    text = json.dumps(gate.description)
    twice = text.replace('"ReadonlyRootfs": true', '"ReadonlyRootfs": false, "ReadonlyRootfs": true')
    assert twice != text
    cleaned = BoxRules(PurePosixPath("/boxes")).cleaned(twice.encode())
    assert cleaned.count(b"ReadonlyRootfs") == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/containers/create"),
        ("POST", "/containers/create?name=web"),
        ("POST", f"/containers/create?name={NAME}&platform=x"),
        ("POST", "/v1.41/containers/x/exec"),
        ("POST", "/containers/x/attach?stream=1"),
        ("PUT", "/containers/x/archive?path=/"),
        ("GET", "/containers/x/archive?path=/etc/shadow"),
        ("GET", "/containers/x/export"),
        ("POST", "/containers/x/update"),
        ("POST", "/containers/prune"),
        ("GET", "/images/json"),
        ("POST", "/images/create?fromImage=evil"),
        ("DELETE", "/images/abgabe/examiner:0123456789abcdef"),
        ("POST", "/images/prune"),
        ("POST", "/build?t=abgabe/examiner:0123456789abcdef"),
        ("POST", "/build?t=abgabe/examiner:0123456789abcdef&networkmode=host"),
        ("POST", "/build?t=abgabe/examiner:0123456789abcdef&networkmode=none&remote=http://evil"),
        ("POST", "/build?t=python:3.11-slim-bookworm&networkmode=none"),
        ("POST", "/volumes/create"),
        ("POST", "/networks/create"),
        ("POST", "/plugins/pull"),
        ("POST", "/swarm/init"),
        ("POST", "/session"),
        ("POST", "/grpc"),
        ("GET", "/secrets"),
        ("GET", "/version/../secrets"),
        ("GET", "/%76olumes"),
        ("GET", "//volumes"),
    ],
)
def test_other_calls_are_refused(gate: Gate, method: str, path: str) -> None:
    answer = gate.http.request(method, path)
    assert answer.status_code == 403, answer.text


def test_containers_that_are_no_boxes_are_left_alone(gate: Gate) -> None:
    made = gate.engine.create_container(images.tag("candidate-numpy"), ["true"], environment={"PASSWORD": "secret"})
    try:
        for method, what in (
            ("POST", "/start"),
            ("POST", "/kill"),
            ("POST", "/wait"),
            ("GET", "/logs"),
            ("DELETE", ""),
        ):
            assert gate.http.request(method, f"/containers/{made['Id']}{what}").status_code == 403
        shown = gate.http.get(f"/containers/{made['Id']}/json")
        assert set(shown.json()) == {"Id", "Mounts"}
    finally:
        gate.engine.remove_container(made["Id"], force=True)


def test_a_container_that_is_not_there_is_not_there(gate: Gate) -> None:
    assert gate.http.post(f"/containers/{NAME}/start").status_code == 404


def test_an_engine_that_is_away_is_told_as_that(tmp_path: Path) -> None:
    with Filter(str(tmp_path / "engine.sock"), str(tmp_path / "nothing"), BoxRules(PurePosixPath("/boxes"))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        transport = httpx.HTTPTransport(uds=str(tmp_path / "engine.sock"))
        with httpx.Client(transport=transport, base_url="http://engine") as http:
            assert http.get("/version").status_code == 502
        server.shutdown()
