"""What attacks on an exam have in common: looking for canaries, and speaking to the examiner out of turn."""

import contextlib
import os
import re
import select
import socket
import stat

import intruder
import targets

CANARY = re.compile("abgabe-canary-[0-9a-f]{32}")
_MOST_BYTES = 1 << 16


def canaries(text):
    """Every secret in ``text``."""
    return sorted(set(CANARY.findall(text)))


def content(path):
    """What can be read of a file, or listed of a folder; else the name of the error."""
    try:
        if os.path.isdir(path):
            return os.listdir(path)
        with open(path, "rb") as file:
            return file.read(_MOST_BYTES).decode("latin-1")
    except OSError as error:
        return intruder.errno_name(error.errno)


def secrets_in(paths):
    """The secrets in these files, and in the names of these folders' files."""
    return {path: found for path in paths if (found := canaries(repr(content(path))))}


def streams():
    """The sockets that this process holds."""
    return [fd for fd in range(3, 256) if os.path.exists(f"/proc/self/fd/{fd}") and stat.S_ISSOCK(os.fstat(fd).st_mode)]


def send(data):
    """Bytes on our own stream that nobody asked for."""
    view, stream = memoryview(data), streams()[0]
    while view:
        select.select([], [stream], [])
        with contextlib.suppress(BlockingIOError):
            view = view[os.write(stream, view) :]


def send_frame(data):
    """A frame on our own stream that nobody asked for."""
    send(len(data).to_bytes(4, "big") + data)


def call_number(name):
    """Of a system call on this machine; None where there is none of that name."""
    return targets.CALLS.get(name)


def libc_call(name, *args):
    """How the kernel answered one system call."""
    return "not there" if call_number(name) is None else intruder.syscall(call_number(name), *args)


def refusals(*names):
    """How the kernel answered each of these system calls, with arguments that do no harm."""
    return {name: libc_call(name, 0, 0, 0, 0, 0, 0) for name in names}


def full_pair():
    """A pair of sockets whose buffers, memory of the kernel's, are full both ways."""
    pair = socket.socketpair()
    for end in pair:
        end.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                end.send(bytes(_MOST_BYTES))
    return pair
