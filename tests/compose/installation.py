"""An installation made by Docker Compose in a folder, a project and on ports of its own, as the manual says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx

from tests.real_parts import free_port

PROJECT = Path(__file__).resolve().parents[2]
MANUAL = PROJECT / "docs" / "operating.md"
START_TIMEOUT_S = 120.0
# docker compose is a plug-in of the command line. Where there is none, docker-compose 1.29 can be called as one.
PLUGIN = """#!/bin/sh
if [ "$1" = docker-cli-plugin-metadata ]; then
    echo '{"SchemaVersion": "0.1.0", "Vendor": "tests", "Version": "1.29"}'
else
    shift
    exec docker-compose "$@"
fi
"""


def blocks() -> dict[str, list[str]]:
    """The commands of the manual: heading -> the blocks marked sh below it."""
    sections = re.split(r"^## ", MANUAL.read_text("utf-8"), flags=re.MULTILINE)
    fence = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
    found = {text.partition("\n")[0]: fence.findall(text) for text in sections}
    return {heading: commands for heading, commands in found.items() if commands}


class Machine:
    """A clone of the repository with its ``.env``, where the manual's commands are run."""

    def __init__(self, folder: Path, project: str, env: dict[str, str]) -> None:
        """``env``: lines of ``.env``; the same name on one engine is the same installation."""
        self.folder = folder
        self.project = project
        self._copy()
        self.set(COMPOSE_PROJECT_NAME=project, **env)
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith(("ABGABE_", "COMPOSE_"))}
        self._environment["DOCKER_CONFIG"] = str(self._docker_config())
        self._environment |= {"HTTP_PORT": env["HTTP_PORT"]} if "HTTP_PORT" in env else {}

    def _copy(self) -> None:
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.split("\0")
        wheels = [str(path.relative_to(PROJECT)) for path in (PROJECT / "docker" / "wheelhouse").glob("*.whl")]
        for name in filter(None, (*names, *wheels)):
            if name.split("/")[0] not in ("tests", "benchmarks") and (PROJECT / name).is_file():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(PROJECT / name, self.folder / name)

    def _docker_config(self) -> Path:
        plugin = self.folder / ".docker" / "cli-plugins" / "docker-compose"
        if subprocess.run(["docker", "compose", "version"], capture_output=True).returncode != 0:
            plugin.parent.mkdir(parents=True)
            plugin.write_text(PLUGIN)
            plugin.chmod(0o755)
        return plugin.parent.parent

    def set(self, **lines: str) -> None:
        with (self.folder / ".env").open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in lines.items())

    def run(self, commands: str, stdin: str = "", *, expect: int = 0) -> str:
        """What the commands print, to either stream."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=self.folder,
            env=self._environment,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == expect, f"{commands}\n{done.stdout[-3000:]}"
        return done.stdout

    def remove(self) -> None:
        """All of it: containers, networks, volumes."""
        self.run("docker compose down -v --remove-orphans -t 5")

    def containers(self) -> dict[str, dict[str, Any]]:
        """What the engine says of each service's container."""
        label = f"label=com.docker.compose.project={self.project}"
        ids = subprocess.run(["docker", "ps", "-aq", "-f", label], check=True, capture_output=True, text=True).stdout
        shown = subprocess.run(["docker", "inspect", *ids.split()], check=True, capture_output=True, text=True).stdout
        return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in json.loads(shown)}

    def wait_until_healthy(self, *services: str) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            found = self.containers()
            states = {name: found[name]["State"].get("Health", {}).get("Status") for name in services}
            if set(states.values()) == {"healthy"}:
                return
            assert time.monotonic() < deadline, f"{states}\n{self.run('docker compose logs --tail 30')}"
            time.sleep(0.5)


class Student:
    """Uses the server as a student does: by the API with a token, and by the pages."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self.url, self.login, self.password = url, login, password

    def results(self) -> dict[str, float | None]:
        """Points of each hand-in by its id."""
        with httpx.Client(base_url=f"{self.url}/api/v1", timeout=30) as client:
            token = client.post("/tokens", json={"login": self.login, "password": self.password}).json()["token"]
            client.headers["Authorization"] = f"Bearer {token}"
            listed = client.get("/submissions").json()["items"]
            return {one["id"]: client.get(f"/submissions/{one['id']}/result").json()["points"] for one in listed}

    def download(self, submission: str) -> bytes:
        with httpx.Client(base_url=self.url, timeout=30, follow_redirects=True) as client:
            csrf = re.search(r'name="csrf" value="([^"]+)"', client.get("/login").text)
            assert csrf
            client.post("/login", data={"csrf": csrf[1], "login": self.login, "password": self.password})
            answer = client.get(f"/submissions/{submission}/archive")
            assert answer.headers["content-type"] != "text/html; charset=utf-8", answer.text[:500]
            return answer.content


def private_address() -> str:
    """Where containers reach the engine's host: the address of its bridge."""
    shown = ["docker", "network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Gateway}}"]
    return subprocess.run(shown, check=True, capture_output=True, text=True).stdout.strip()


def free_ports(count: int) -> list[str]:
    return [str(free_port()) for _ in range(count)]
