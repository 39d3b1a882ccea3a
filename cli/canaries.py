"""What is planted on the host while attacks run: secrets in every place that a hand-in must not see, a process that it
must not reach, services that it must not call. Whoever gets one of them has broken out."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

VARIABLE = "ABGABE_CANARY"
_VICTIM = "import time; time.sleep(3600)"


def _secret() -> str:
    return f"abgabe-canary-{secrets.token_hex(16)}"


@dataclass
class Canaries:
    """``secrets``: place -> what lies there. ``targets``: all that an attacker could know of these places."""

    token: str = field(default_factory=lambda: secrets.token_hex(16))
    secrets: dict[str, str] = field(default_factory=dict)
    targets: dict[str, object] = field(default_factory=dict)
    files: dict[Path, str] = field(default_factory=dict)
    callers: list[str] = field(default_factory=list)
    victim: subprocess.Popen[bytes] | None = None

    def new(self, place: str) -> str:
        """A secret for ``place``."""
        return self.secrets.setdefault(place, _secret())

    def harm(self) -> list[str]:
        """What somebody has done to them, as the host sees it."""
        found = [f"somebody connected to {name}" for name in sorted(set(self.callers))]
        found += [f"{path} was changed" for path, content in self.files.items() if _content(path) != content]
        if self.victim is not None and self.victim.poll() is not None:
            found.append("a process of the host was killed")
        return found + [f"the process {pid} is left over" for pid in processes_with(self.token)]


@contextlib.contextmanager
def planted(folders: list[Path]) -> Iterator[Canaries]:
    """Canaries in ``folders`` and everywhere else, until the end of the block."""
    canaries = Canaries()
    with contextlib.ExitStack() as stack:
        canaries.new("examiner")
        _plant_files(canaries, folders, stack)
        _plant_variable(canaries, stack)
        _plant_process(canaries, stack)
        _plant_services(canaries, stack)
        canaries.targets["TOKEN"] = canaries.token
        yield canaries


def _plant_files(canaries: Canaries, folders: list[Path], stack: contextlib.ExitStack) -> None:
    for folder in folders:
        if not os.access(folder, os.W_OK):
            continue
        path = folder / f"abgabe-canary-{secrets.token_hex(4)}"
        stack.callback(path.unlink, missing_ok=True)
        canaries.files[path] = canaries.new(f"the host's {folder}")
        path.write_text(canaries.files[path], "utf-8")
        path.chmod(0o666)  # no right of the file's may be what stops an attack
    canaries.targets["FILES"] = [str(path) for path in canaries.files]


def _plant_variable(canaries: Canaries, stack: contextlib.ExitStack) -> None:
    os.environ[VARIABLE] = canaries.new("the worker's environment")
    stack.callback(os.environ.pop, VARIABLE, None)


def _plant_process(canaries: Canaries, stack: contextlib.ExitStack) -> None:
    secret = canaries.new("a process of the host")
    canaries.victim = subprocess.Popen([sys.executable, "-S", "-c", _VICTIM, secret], env={"CANARY": secret})
    stack.callback(canaries.victim.wait)
    stack.callback(canaries.victim.kill)
    canaries.targets["PID"] = canaries.victim.pid


def _plant_services(canaries: Canaries, stack: contextlib.ExitStack) -> None:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="abgabe-canary-")))
    folder.chmod(0o755)
    name = f"abgabe-canary-{secrets.token_hex(4)}"
    unix, abstract, tcp = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX), socket.socket()
    unix.bind(str(folder / "socket"))
    (folder / "socket").chmod(0o777)
    abstract.bind(f"\0{name}")
    tcp.bind(("127.0.0.1", 0))
    for what, listener in (("a socket file", unix), ("an abstract socket", abstract), ("a TCP port", tcp)):
        stack.callback(listener.close)
        _serve(what, listener, canaries)
    canaries.targets |= {"UNIX": str(folder / "socket"), "ABSTRACT": name, "TCP": tcp.getsockname()[1]}


def _serve(what: str, listener: socket.socket, canaries: Canaries) -> None:
    """Tell the secret to everybody who comes, and remember that somebody came."""
    secret = canaries.new(what)
    listener.listen()

    def answer() -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = listener.accept()
                canaries.callers.append(what)
                with caller:
                    caller.sendall(secret.encode())

    threading.Thread(target=answer, name="canary", daemon=True).start()


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        return str(error)


def processes_with(token: str) -> list[int]:
    """The processes of this host whose command line holds ``token``."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if token.encode() in Path(f"/proc/{name}/cmdline").read_bytes():
                found.append(int(name))
    return found
