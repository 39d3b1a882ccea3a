"""A Docker engine of a test's own, which may be killed, restarted and frozen: no other engine of this host notices."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docker.errors import DockerException

from docker import APIClient
from tests.real_parts import wait_until
from worker.sandbox import images

START_S = 60.0
STOP_S = 30.0
SERVICES = ("dockerd", "containerd")
ZONES = ("examiner", "candidate-numpy")
KEPT = ("bin", "lib", "lib64", "etc", "tmp", "abgabe")
KEPT_OF_USR = ("usr/bin", "usr/lib64", "usr/lib/python3.11", "usr/lib/x86_64-linux-gnu")
LEFT_OUT = ("scipy*", "pip", "perl*", "gconv", "*.a")
"""What the suite ``mini`` does without: a whole image takes long to copy."""


class Engine:
    """``dockerd`` and ``containerd``, two services as everywhere, in one folder and without networks."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="abgabe-engine-", dir="/tmp"))
        self.address = f"unix://{self._folder}/docker.sock"
        self._keeper = f"{self._folder}/containerd.sock"
        self._services: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        self.start_containerd()
        places = {"data-root": "data", "exec-root": "run", "pidfile": "pid"}
        command = ["dockerd", "--host", self.address, "--containerd", self._keeper]
        command += [f"--{option}={self._folder / name}" for option, name in places.items()]
        self._serve([*command, "--bridge=none", "--iptables=false", "--ip-forward=false"])
        wait_until("the start of the engine", self._answers, START_S)

    def start_containerd(self) -> None:
        folders = ["--root", f"{self._folder}/images", "--state", f"{self._folder}/state"]
        self._serve(["containerd", "--address", self._keeper, *folders])

    def _serve(self, command: list[str]) -> None:
        with (self._folder / f"{command[0]}.log").open("ab") as log:
            self._services[command[0]] = subprocess.Popen(command, stdout=log, stderr=log)

    def _answers(self) -> bool:
        with contextlib.suppress(DockerException), self.client() as client:
            return bool(client.ping())
        return False

    @contextlib.contextmanager
    def client(self) -> Iterator[APIClient]:
        with contextlib.closing(APIClient(self.address, version="auto")) as client:
            yield client

    def kill(self, *services: str) -> None:
        """What they keep running goes on without them."""
        for name in services or SERVICES:
            self._services[name].kill()
            self._services[name].wait()

    def stop(self) -> None:
        """As at an upgrade: it ends its containers first."""
        for name in SERVICES:
            self._services[name].terminate()
            self._services[name].wait(STOP_S)

    def freeze(self) -> None:
        """It takes requests and answers none."""
        self._services["dockerd"].send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._services["dockerd"].send_signal(signal.SIGCONT)

    def boxes(self) -> list[Any]:
        """All containers, running or not."""
        with self.client() as client:
            return list(client.containers(all=True))

    def keepers(self) -> list[str]:
        """The processes that keep a container each, also those that this engine has forgotten."""
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        return [line for line in listed.splitlines() if "shim" in line and str(self._folder) in line]

    def take_images(self) -> None:
        """One for both zones of an exam, made from the examiner's of the host's engine."""
        pack = ["docker", "run", "--rm", "--network=none", "--entrypoint=tar", images.tag("examiner"), "-c", "-C", "/"]
        pack += [*(f"--exclude={name}" for name in LEFT_OUT), *KEPT, *KEPT_OF_USR]
        with subprocess.Popen(pack, stdout=subprocess.PIPE) as packing:
            unpack = ["docker", "-H", self.address, "import", "-", images.tag(ZONES[0])]
            subprocess.run(unpack, stdin=packing.stdout, check=True, stdout=subprocess.DEVNULL)
        assert packing.returncode == 0
        for zone in ZONES[1:]:
            subprocess.run(["docker", "-H", self.address, "tag", images.tag(ZONES[0]), images.tag(zone)], check=True)

    def close(self) -> None:
        if self._services:
            self.thaw()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()
            self.kill()
        mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for place in sorted((place for place in mounted if place.startswith(str(self._folder))), reverse=True):
            subprocess.run(["umount", "--lazy", place], check=False)
        shutil.rmtree(self._folder, ignore_errors=True)


@contextlib.contextmanager
def running_engine() -> Iterator[Engine]:
    """An engine with the images of both zones; nothing of it is left afterwards."""
    made = Engine()
    try:
        made.start()
        made.take_images()
        yield made
    finally:
        made.close()
        assert made.keepers() == []
