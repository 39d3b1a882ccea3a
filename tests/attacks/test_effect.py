"""The attacks are attacks: where there is no sandbox, they get what was planted. Else it would mean nothing that in one
they get nothing. Only those that do no harm to this host are tried like this."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.attacks import HAND_IN
from cli.canaries import Canaries, planted

FOUND_BY = {
    "read_host_files": "the host's {folder}",
    "read_environments": "a process of the host",
    "walk_frames": "examiner",
    "search_gc": "examiner",
}
DONE_BY = {
    "abstract_sockets": "somebody connected to an abstract socket",
    "host_sockets": "somebody connected to a socket file",
    "network": "somebody connected to a TCP port",
    "kill_the_host": "a process of the host was killed",
}
SCRIPT = """
import importlib, json, sys
import numpy
sys.path[:0] = sys.argv[1:3]
secret = sys.stdin.read()
told = {}
for name in sys.argv[3:]:
    attack = importlib.import_module(f"attacks.{name}").attack
    told[name] = repr(attack(1.0) if name == "network" else attack())
print(json.dumps(told))
"""


@dataclass
class Unprotected:
    """What the attacks have told, and what the host has seen of them."""

    told: dict[str, str]
    canaries: Canaries
    harm: list[str]


@pytest.fixture(scope="module")
def unprotected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unprotected]:
    folder = tmp_path_factory.mktemp("host")
    with planted([folder]) as canaries:
        targets = canaries.targets | {"CALLS": {}, "SUITE": str(folder)}
        (folder / "targets.py").write_text("".join(f"{name} = {value!r}\n" for name, value in targets.items()))
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, HAND_IN, folder, *FOUND_BY, *DONE_BY],
            input=canaries.secrets["examiner"],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        )
        canaries.targets["folder"] = str(folder)
        yield Unprotected(json.loads(done.stdout), canaries, canaries.harm())


@pytest.mark.parametrize("name", FOUND_BY)
def test_it_finds_the_secret(unprotected: Unprotected, name: str) -> None:
    place = FOUND_BY[name].format(folder=unprotected.canaries.targets["folder"])
    assert unprotected.canaries.secrets[place] in unprotected.told[name]


@pytest.mark.parametrize("name", DONE_BY)
def test_the_host_sees_what_it_did(unprotected: Unprotected, name: str) -> None:
    assert DONE_BY[name] in unprotected.harm


def test_what_was_planted_is_taken_away(tmp_path: Path) -> None:
    with planted([tmp_path]) as canaries:
        victim = canaries.victim
        assert len(list(tmp_path.iterdir())) == 1
        assert canaries.harm() == []
        next(tmp_path.iterdir()).write_text("owned")
        assert canaries.harm() == [f"{next(tmp_path.iterdir())} was changed"]
    assert list(tmp_path.iterdir()) == []
    assert victim is not None
    assert victim.poll() is not None
    assert "ABGABE_CANARY" not in os.environ
