"""Runs inside a sandbox: process 1 guards itself as the candidate's supervisor does, and forks a child that attacks.

Each attack is a function, here or in intruder.py; what it returns is printed as JSON, for the test outside to judge.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time

from intruder import *  # noqa: F403 - by name, each of them
from intruder import LIBC, MIB, errno_name, outcome, syscall


def main(args):
    _, attack, parameters = args
    LIBC.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = os.fork()
    if child == 0:
        LIBC.prctl(4, 1, 0, 0, 0)
        print(json.dumps(globals()[attack](*json.loads(parameters))), flush=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)


def count_forks(wanted):
    """How many children one process can have."""
    for count in range(wanted):
        try:
            if os.fork() == 0:
                time.sleep(60)
        except OSError as error:
            return [count, errno_name(error.errno)]
    return [wanted, "worked"]


def take_memory(mib):
    return outcome(bytearray, mib * MIB)


def fill_disk(folder):
    """[MiB written, how it ended] with files of 1 MiB each."""
    block = b"x" * MIB
    count = 0
    try:
        while True:
            with open(f"{folder}/{count}", "wb") as file:
                file.write(block)
            count += 1
    except OSError as error:
        return [count, errno_name(error.errno)]


def write_one_file(mib):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def write():
        with open("/tmp/big", "wb") as file:
            for _ in range(mib):
                file.write(b"x" * MIB)

    return outcome(write)


def interfaces():
    with open("/proc/net/dev") as file:
        return sorted(line.split(":")[0].strip() for line in file if ":" in line)


def overwrite(paths):
    return {path: outcome(os.open, path, os.O_WRONLY) for path in paths}


def exists(paths):
    return [path for path in paths if os.path.lexists(path)]


def run_program(path):
    """What a program says about its effective user."""
    return int(subprocess.run([path, "-u"], capture_output=True, check=True).stdout)


def own_user():
    return os.getuid()


def call(numbers):
    """Name -> how the kernel answered each system call, with arguments that do no harm."""
    return {name: syscall(number, 0, 0, 0, 0, 0, 0) for name, number in numbers.items()}


def wait_for_end():
    time.sleep(600)


def world():
    return {
        "paths": sys.path,
        "variables": dict(os.environ),
        "hash": hash("the same in every sandbox"),
        "folder": os.getcwd(),
        "user": [os.getuid(), os.getgid(), os.getgroups()],
        "shown": [name for name in ("exit", "quit") if name in dir(__builtins__) or name in __builtins__],
    }


def answer_on(path):
    """Connect to the socket in a folder that we cannot write to, and say hello."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        sock.sendall(b"hello")
        return sock.recv(5).decode()


def use_numpy():
    import numpy as np
    from scipy import linalg

    inverse = linalg.inv(np.eye(50) * 4.0)
    return float(inverse.trace())
