"""Machines of a network that can be cut: each is a network namespace of Linux's, joined to the others by a router that
drops what it is told to. Nobody is refused and nobody hears that a peer has gone, as when a cable is pulled."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLONE_NEWNET = 0x40000000


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def enter(namespace: str) -> None:
    """This thread's sockets belong to ``namespace`` from now on."""
    place = os.open(Path("/run/netns") / namespace, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(place, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
    finally:
        os.close(place)


class Network:
    """Machines by name; ``address`` of each is reached from every other one, until they are cut off."""

    def __init__(self, *machines: str) -> None:
        self._prefix = f"abgabe-{os.getpid()}-"
        self._numbers = {name: number for number, name in enumerate(machines, start=1)}

    def namespace(self, machine: str) -> str:
        return self._prefix + machine

    def address(self, machine: str) -> str:
        return f"10.0.{self._numbers[machine]}.2"

    def inside(self, machine: str, *command: str) -> list[str]:
        """``command`` as it is started on ``machine``."""
        return ["ip", "netns", "exec", self.namespace(machine), *command]

    def build(self) -> None:
        _ip("netns", "add", self.namespace("router"))
        for machine, number in self._numbers.items():
            near, far = f"to{number}", "eth0"
            _ip("netns", "add", self.namespace(machine))
            router, other = self.namespace("router"), self.namespace(machine)
            _ip("link", "add", near, "netns", router, "type", "veth", "peer", "name", far, "netns", other)
            for namespace, link, address in (
                (router, near, f"10.0.{number}.1/24"),
                (other, far, f"10.0.{number}.2/24"),
            ):
                _ip("-n", namespace, "address", "add", address, "dev", link)
                _ip("-n", namespace, "link", "set", link, "up")
                _ip("-n", namespace, "link", "set", "lo", "up")
            _ip("-n", other, "route", "add", "default", "via", f"10.0.{number}.1")
        self._on_router("sysctl", "-q", "-w", "net.ipv4.ip_forward=1")

    def cut(self, one: str, other: str) -> None:
        """What either of them sends to the other is lost."""
        for here, there in ((one, other), (other, one)):
            self._on_router("iptables", "-A", "FORWARD", *self._from(here, there), "-j", "DROP")

    def mend(self) -> None:
        self._on_router("iptables", "-F", "FORWARD")

    def _from(self, here: str, there: str) -> list[str]:
        return ["-s", self.address(here), "-d", self.address(there)]

    def _on_router(self, *command: str) -> None:
        subprocess.run(self.inside("router", *command), check=True)

    def remove(self) -> None:
        for machine in ("router", *self._numbers):
            subprocess.run(["ip", "netns", "delete", self.namespace(machine)], check=False, stderr=subprocess.DEVNULL)


@contextmanager
def network(*machines: str) -> Iterator[Network]:
    """Needs root."""
    made = Network(*machines)
    try:
        made.build()
        yield made
    finally:
        made.remove()
