"""The sandbox of production: one container for each box, never used again. With container.py it is what knows Docker's
SDK."""

# mypy: disable-error-code=no-untyped-call
# (types-docker leaves half of the client untyped)

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from typing import Any

from docker.errors import DockerException, ImageNotFound, NotFound
from docker.types import LogConfig
from docker.types import Mount as Bind
from docker.utils import kwargs_from_env
from requests.exceptions import RequestException

import docker
from core.errors import EngineAway, SandboxFailed, SandboxUnavailable
from worker.sandbox import environment, images, seccomp
from worker.sandbox.base import BOX_FAILED, SANDBOX_MISSING, Mount, Order
from worker.sandbox.container import Container, bury, bury_later, is_away, remove
from worker.sandbox.engine_paths import EnginePaths, from_inspection
from worker.sandbox.inside import CODE, INNER, INNER_TARGET, VARIABLES, command
from worker.sandbox.owner import box_name, host, is_orphan
from worker.sandbox.uids import Uid, take_uid

KIND = "docker"
_ANSWER_S = 60
_FIRST_ANSWER_S = 5
_MAX_FILES = 1 << 16
_MIB = 1 << 20
_SHORT_ID = 12
_LABEL_HOST = "abgabe.host"
_LABEL_UNTIL = "abgabe.until"
_LABEL_CONTAINER = "abgabe.container"


class Docker:
    """Boxes made by a Docker engine, over one connection that is kept."""

    kind = KIND

    def __init__(self, runtime: str = "", *, answer_s: int = _ANSWER_S) -> None:
        """``runtime``: another one than the engine's own, such as ``runsc``. Who is silent for ``answer_s`` is away.
        Raises SandboxUnavailable."""
        self._runtime = runtime
        self._ids: dict[str, str] = {}
        self._building = threading.Lock()
        settings = kwargs_from_env()
        try:
            with contextlib.closing(docker.APIClient(version="auto", timeout=_FIRST_ANSWER_S, **settings)) as client:
                self._check_engine(client.info())
            self._client = docker.APIClient(version="auto", timeout=answer_s, **settings)
        except (DockerException, RequestException) as error:
            raise _no_engine(error) from error
        self._own_container = _own_container(self._client)
        self._paths = EnginePaths(from_inspection(self._own_container["Mounts"]) if self._own_container else None)

    def _check_engine(self, info: dict[str, Any]) -> None:
        if not any("seccomp" in option for option in info.get("SecurityOptions") or ()):
            raise _unavailable("the engine has no seccomp", "Use an engine built with seccomp support.")
        if self._runtime and self._runtime not in info.get("Runtimes", {}):
            raise _unavailable(f"the engine has no runtime {self._runtime}", "Add it to /etc/docker/daemon.json.")

    def engine(self) -> str:
        return f"Docker {self._client.version()['Version']}"

    def image(self, name: str) -> str:
        """The image's id; built, once, where the engine does not have it: a large one only by ``check``, which setup
        calls, so that no exam waits for minutes. Raises SandboxUnavailable."""
        return self._image(name, build=name not in environment.ON_REQUEST)

    def check(self, image: str) -> None:
        self._image(image, build=True)

    def _image(self, name: str, *, build: bool) -> str:
        with self._building:
            if name not in self._ids:
                found = self._find(name)
                if found is None and not build:
                    remedy = f"{self._remedy(name)}, then start again"
                    raise _unavailable(f"there is no image {images.tag(name)}", remedy)
                self._ids[name] = found or self._build(name)
            return self._ids[name]

    def _remedy(self, name: str) -> str:
        if self._own_container:
            return f"docker compose exec worker python -m worker.sandbox.setup_docker {name}"
        return environment.remedy(name)

    def start(self, order: Order) -> Container:
        image, name, uid = self.image(order.image), box_name(order.role), take_uid()
        try:
            self._client.create_container_from_config(self._config(order, image, uid), name)
            self._client.start(name)
        except (DockerException, RequestException) as error:
            if is_away(error):
                bury_later(self._client, name, uid)
                raise _no_engine(error) from error
            bury(self._client, name, uid)
            raise SandboxFailed(BOX_FAILED, reason=str(error)) from error
        return Container(self._client, name, order.limits, uid)

    def clean_up(self) -> int:
        """Containers of workers that are gone, of this host or with their own container, and whatever has outlived its
        time."""
        running = {container["Id"] for container in self._client.containers()}
        boxes = self._client.containers(all=True, filters={"label": [_LABEL_HOST]})
        lost = [box for box in boxes if _is_lost(box["Names"][0].lstrip("/"), box["Labels"], running)]
        for box in lost:
            remove(self._client, box["Id"])
        return len(lost)

    def _find(self, name: str) -> str | None:
        try:
            return str(self._client.inspect_image(images.tag(name))["Id"])
        except ImageNotFound:
            return None
        except (DockerException, RequestException) as error:
            if not is_away(error):
                raise
            raise _no_engine(error) from error

    def _build(self, name: str) -> str:
        architecture = str(self._client.version()["Arch"])
        try:
            with images.context(name, architecture) as file:
                steps = self._client.build(
                    fileobj=file, custom_context=True, tag=images.tag(name), network_mode="none", rm=True, decode=True
                )
                errors = [step["error"] for step in steps if "error" in step]
        except (DockerException, RequestException, subprocess.CalledProcessError) as error:
            errors = [str(getattr(error, "stderr", "") or error).strip()]
        found = self._find(name)
        with contextlib.suppress(DockerException, RequestException):
            self._client.prune_images({"dangling": True, "label": ["abgabe.stage"]})  # the stage with the wheels
        if found is None:
            reason = f"the image {images.tag(name)} cannot be built ({' '.join(errors)[-300:]})"
            raise _unavailable(reason, "docker pull python:3.11-slim-bookworm")
        return found

    def _config(self, order: Order, image: str, uid: Uid) -> dict[str, Any]:
        limits = order.limits
        mounts = (*CODE[order.role], Mount(INNER, INNER_TARGET), *order.mounts)
        scratch = f"rw,noexec,nosuid,nodev,mode=1777,size={limits.tmp_mib}m,nr_inodes={_MAX_FILES}"
        host_config = self._client.create_host_config(
            network_mode="none",
            ipc_mode="private",
            read_only=True,
            init=False,  # inner.py is process 1
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true", f"seccomp={seccomp.profile()}"],
            # Docker would mount message queues, where one case could leave something for the next.
            tmpfs={"/tmp": scratch, "/dev/mqueue": "ro,size=4k,mode=0555"},  # noqa: S108 - the container's own
            shm_size=limits.tmp_mib * _MIB,
            mounts=[self._bind(mount) for mount in mounts],
            mem_limit=limits.memory_mib * _MIB,
            memswap_limit=limits.memory_mib * _MIB,
            pids_limit=limits.processes,
            nano_cpus=int(limits.cpus * 1e9),
            log_config=LogConfig(type="json-file", config={"max-size": "64k", "max-file": "1"}),
            runtime=self._runtime or None,
        )
        return dict(
            self._client.create_container_config(
                image,
                command("python3", order),
                hostname="sandbox",
                user=f"{uid.number}:{uid.number}",
                working_dir="/tmp",  # noqa: S108 - the container's own
                environment=VARIABLES,
                entrypoint=[],
                labels=self._labels(order),
                host_config=host_config,
            )
        )

    def _labels(self, order: Order) -> dict[str, str]:
        labels = {
            _LABEL_HOST: host(),
            _LABEL_UNTIL: str(int(time.time() + order.limits.wall_time_s) + 60),
            "abgabe.role": order.role,
        }
        return labels | ({_LABEL_CONTAINER: self._own_container["Id"]} if self._own_container else {})

    def _bind(self, mount: Mount) -> Bind:
        return Bind(mount.target, str(self._paths.of(mount.source)), type="bind", read_only=not mount.writable)


def _own_container(client: docker.APIClient) -> dict[str, Any] | None:
    """The container that this process runs in, where the engine is the one that runs it."""
    if len(host()) < _SHORT_ID:  # a host called "ab" or "dead": the beginning of somebody's id, or of several
        return None
    try:
        found: dict[str, Any] = client.inspect_container(host())
    except NotFound:
        return None
    # a container may have the name of this host; its id is the name of a container's host
    return found if found["Id"].startswith(host()) else None


def _is_lost(name: str, labels: dict[str, str], running: set[str]) -> bool:
    outlived = float(labels.get(_LABEL_UNTIL, "inf")) < time.time()
    left_alone = _LABEL_CONTAINER in labels and labels[_LABEL_CONTAINER] not in running
    return outlived or left_alone or (labels[_LABEL_HOST] == host() and is_orphan(name))


def _no_engine(error: Exception) -> EngineAway:
    reason, remedy = "no engine answers", "sudo apt-get install -y docker.io && sudo systemctl start docker"
    if "Permission denied" in str(error):
        reason, remedy = "its engine is not for this user", "sudo usermod -aG docker $USER, then log in again"
    return EngineAway(SANDBOX_MISSING, kind=KIND, reason=reason, remedy=remedy)


def _unavailable(reason: str, remedy: str) -> SandboxUnavailable:
    return SandboxUnavailable(SANDBOX_MISSING, kind=KIND, reason=reason, remedy=remedy)
