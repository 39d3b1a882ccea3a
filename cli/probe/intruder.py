"""The hand-in that doctor examines: it tries, and tells what came of it."""

import contextlib
import ctypes
import os
import signal
import socket
import sys
import time
from pathlib import Path


def attempt(action):
    """What ``action`` achieved; "refused: ..." where the operating system said no."""
    try:
        return f"it worked: {action()}"
    except OSError as error:
        return f"refused: {error}"


def open_network():
    def connect():
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
            sock.settimeout(2)
            sock.connect(("127.0.0.1", 22))

    return attempt(connect)


def read_host_files():
    for path in ("/etc/shadow", "/root/.ssh", "/root/.bash_history", "/home", "/var/run/docker.sock"):
        try:
            content = os.listdir(path) if os.path.isdir(path) else Path(path).read_text()
        except OSError:
            continue
        if content:
            return f"{path} can be read"
    return "refused: none of them is there"


def find_the_answers():
    for name in ("reference_impl", "core", "worker", "server", "pytest"):
        try:
            __import__(name)
        except ImportError:
            continue
        return f"{name} can be imported"
    for path in ("/suites", "/control"):
        if os.path.exists(path):
            return f"{path} is there"
    return "refused: nothing found"


def write_outside():
    for path in ("/seam/x", "/usr/x", "/etc/x", "/x", "/abgabe/x", os.path.join(sys.prefix, "x")):
        outcome = attempt(lambda path=path: open(path, "w").close())
        if not outcome.startswith("refused"):
            return f"{path} was written"
    return "refused: everywhere"


def see_other_processes():
    seen = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    others = [pid for pid in seen if pid not in (1, os.getpid())]
    return f"processes {others}" if others else "refused: only our own"


def kill_supervisor():
    with contextlib.suppress(OSError):
        os.kill(1, signal.SIGKILL)
    time.sleep(0.1)
    if not os.path.exists("/proc/1") or os.getppid() != 1:
        return "process 1 is gone"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, 1, 0, 0) == 0:
        return "process 1 is being traced"
    try:
        open("/proc/1/mem", "rb").close()
    except OSError:
        return "refused: it lives on"
    return "its memory can be read"


def fork_many(count):
    children = []
    try:
        for _ in range(count):
            pid = os.fork()
            if pid == 0:
                time.sleep(30)
                os._exit(0)
            children.append(pid)
    except OSError as error:
        return f"refused: after {len(children)} ({error})"
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
    return f"{len(children)} processes"


def take_memory(mib):
    return len(bytearray(mib << 20))


def fill_disk(mib):
    def fill():
        with open("/tmp/fill", "wb") as file:
            for _ in range(mib):
                file.write(bytes(1 << 20))
        return f"{mib} MiB written"

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    return attempt(fill)


def new_namespace():
    libc = ctypes.CDLL(None, use_errno=True)
    for flag in (0x10000000, 0x00020000, 0x40000000):
        if libc.unshare(flag) == 0:
            return f"unshare({flag:#x})"
    if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0:
        return "mount"
    return "refused: all of them"
