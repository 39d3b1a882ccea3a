"""The sandbox without an engine: bubblewrap makes the namespaces, inner.py takes on the limits.

Where the worker is root, each box gets a user id of its own and no user namespace: bubblewrap hands the inner process
the right to change its user and nothing else, and that right is given up before a module of ours is loaded. Where the
worker is an ordinary user, a user namespace does the same.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.errors import SandboxFailed, SandboxUnavailable
from worker.sandbox import environment, seccomp
from worker.sandbox.base import BOX_FAILED, SANDBOX_MISSING, BoxLimits, Mount, Order, Role
from worker.sandbox.cgroups import find_cgroups
from worker.sandbox.environment import Environment
from worker.sandbox.inside import CODE, INNER, INNER_TARGET, PACKAGES, VARIABLES, command
from worker.sandbox.owner import box_name
from worker.sandbox.process import Cage
from worker.sandbox.uids import take_uid

KIND = "bubblewrap"
_MIB = 1 << 20
_DEVICES = ("null", "zero", "random", "urandom")
_SYSTEM = (Path("/lib"), Path("/lib64"), Path("/usr/lib64"))
_LIBRARY_CACHE = Path("/etc/ld.so.cache")


class Bubblewrap:
    """Boxes made by ``bwrap``."""

    kind = KIND

    def __init__(self, environments: Path) -> None:
        """``environments``: where environment.py has made what its boxes run."""
        self._environments = environments
        self._found: dict[str, Environment] = {}

    def _environment(self, name: str) -> Environment:
        """Looked up once: this worker goes on with what it began with, also after an update of the project."""
        if name not in self._found:
            self._found[name] = environment.find(name, self._environments)
        return self._found[name]

    def engine(self) -> str:
        return subprocess.run([_bwrap(), "--version"], capture_output=True, text=True, check=True).stdout.strip()

    def image(self, name: str) -> str:
        return self._environment(name).digest

    def start(self, order: Order) -> Cage:
        packages = Mount(self._environment(order.image).folder, PACKAGES)
        return self._start(order, (*CODE[order.role], packages, *order.mounts))

    def check(self, image: str) -> None:
        self._environment(image)
        limits = BoxLimits(256, 8, 1, 1, 64, 1.0, 30.0)
        try:
            box = self._start(Order(Role.CANDIDATE, image, "", (), (), limits), ())
        except SandboxFailed as error:
            raise _unavailable(str(error.params["reason"])) from error
        ending = box.wait(limits.wall_time_s)
        if ending is None or ending.exit_code != 0:
            raise _unavailable(ending.log.strip()[-300:] if ending else "a sandbox hangs")

    def clean_up(self) -> int:
        """Boxes die with their worker; only their empty control groups stay."""
        return find_cgroups().remove_orphans()

    def _start(self, order: Order, mounts: tuple[Mount, ...]) -> Cage:
        missing = [str(mount.source) for mount in mounts if not mount.source.exists()]
        if missing:
            raise SandboxFailed(BOX_FAILED, reason=f"{', '.join(missing)} is not there")
        program, seccomp_program = _bwrap(), seccomp.compiled()
        uid = take_uid()
        identity = _own_user(uid.number) if os.geteuid() == 0 else _user_namespace(uid.number)
        world = _world(order.limits, (*mounts, Mount(INNER, INNER_TARGET)))
        inner = command(str(environment.interpreter()), order, ("--tether", *identity.inner))
        full = [program, *identity.outer, *_namespaces(), *world, "--", *inner]
        return Cage(box_name(order.role), full, seccomp_program, order.limits, uid, find_cgroups())


def _unavailable(reason: str) -> SandboxUnavailable:
    remedy = "If user namespaces are restricted here: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    return SandboxUnavailable(SANDBOX_MISSING, kind=KIND, reason=reason, remedy=remedy if os.geteuid() else "")


def _bwrap() -> str:
    program = shutil.which("bwrap")
    if program is None:
        remedy = "sudo apt-get install -y bubblewrap"
        raise SandboxUnavailable(SANDBOX_MISSING, kind=KIND, reason="bwrap is not installed", remedy=remedy)
    return program


@dataclass(frozen=True)
class _Identity:
    outer: tuple[str, ...]
    inner: tuple[str, ...]


def _own_user(uid: int) -> _Identity:
    capabilities = ("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    return _Identity(capabilities, ("--uid", str(uid)))


def _user_namespace(uid: int) -> _Identity:
    return _Identity(("--unshare-user", "--uid", str(uid), "--gid", str(uid), "--cap-drop", "ALL"), ())


def _namespaces() -> list[str]:
    unshared = [f"--unshare-{what}" for what in ("pid", "net", "ipc", "uts", "cgroup-try")]
    variables = [word for name, value in VARIABLES.items() for word in ("--setenv", name, value)]
    manners = ["--hostname", "sandbox", "--as-pid-1", "--new-session", "--die-with-parent", "--clearenv"]
    return [*unshared, *manners, *variables]


def _world(limits: BoxLimits, mounts: tuple[Mount, ...]) -> list[str]:
    """The file system: what Python needs, what was ordered, and two scratch disks."""
    scratch = ("--perms", "1777", "--size", str(limits.tmp_mib * _MIB), "--tmpfs")
    devices = [word for name in _DEVICES for word in ("--dev-bind", f"/dev/{name}", f"/dev/{name}")]
    return [
        *_python(),
        *_folders(mount.target for mount in mounts),
        *[word for mount in mounts for word in _bind(mount)],
        *("--proc", "/proc", "--tmpfs", "/dev", *devices, *scratch, "/dev/shm", "--remount-ro", "/dev"),  # noqa: S108
        *(*scratch, "/tmp", "--remount-ro", "/", "--chdir", "/tmp"),  # noqa: S108
    ]


def _bind(mount: Mount) -> tuple[str, str, str]:
    return ("--bind" if mount.writable else "--ro-bind", str(mount.source), mount.target)


def _folders(targets: Iterable[str]) -> list[str]:
    """The folders around what will be mounted. Those that bubblewrap makes by itself only root could enter."""
    folders = {str(parent) for target in targets for parent in PurePosixPath(target).parents} - {"/"}
    return [word for folder in sorted(folders) for word in ("--perms", "0755", "--dir", folder)]


@functools.cache
def _python() -> tuple[str, ...]:
    """The interpreter, its standard library without anything installed beside it, and the system's shared libraries."""
    links = [path for path in _SYSTEM if path.is_symlink()]
    files = [path for path in (_multiarch(), *_SYSTEM) if path.exists() and path not in links]
    files += environment.interpreter_files()
    installed = [path / "site-packages" for path in files if (path / "site-packages").is_dir()]
    return (
        *_folders(map(str, (*files, *links, _LIBRARY_CACHE))),
        *[word for path in links for word in ("--symlink", os.readlink(path), str(path))],
        *[word for path in files for word in ("--ro-bind", str(path), str(path))],
        *[word for path in installed for word in ("--tmpfs", str(path), "--remount-ro", str(path))],
        *("--ro-bind-try", str(_LIBRARY_CACHE), str(_LIBRARY_CACHE)),
    )


def _multiarch() -> Path:
    """Debian keeps an architecture's libraries in a folder of their own; others have lib64."""
    return Path("/usr/lib") / str(sysconfig.get_config_var("MULTIARCH") or "")
