"""How much of everything a hand-in really gets: takes until it is refused, and tells how much that was."""

import mmap
import os
import resource
import signal
import time

import intruder

MIB = 1 << 20


def status():
    """The seal on this process, as the kernel tells it."""
    with open("/proc/self/status") as file:
        lines = dict(line.split(":", 1) for line in file)
    return {name: lines[name].strip() for name in ("Seccomp", "NoNewPrivs", "CapEff", "CapPrm")}


def memory(most_mib):
    """MiB that one process could fill."""
    blocks = []
    try:
        for _ in range(most_mib // 8):
            block = mmap.mmap(-1, 8 * MIB)
            block[:: mmap.PAGESIZE] = b"x" * (8 * MIB // mmap.PAGESIZE)
            blocks.append(block)
    except (OSError, MemoryError):
        pass
    return 8 * len(blocks)


def processes(most):
    """How many processes can live beside this one."""
    children = []
    try:
        for _ in range(most):
            child = os.fork()
            if child == 0:
                time.sleep(30)
                os._exit(0)
            children.append(child)
    except OSError:
        pass
    for child in children:
        os.kill(child, signal.SIGKILL)
    return len(children)


def disk(most_mib):
    """MiB that fit on the scratch disk, in files of 1 MiB."""
    block, count = b"x" * MIB, 0
    try:
        while count < most_mib:
            with open(f"/tmp/{count}", "wb") as file:
                file.write(block)
            count += 1
    except OSError:
        pass
    return count


def file_size(most_mib):
    """The size in MiB that a file could be given, without filling it."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open("/tmp/sparse", "wb") as file:
        sizes = [size for size in range(1, most_mib) if intruder.outcome(file.truncate, size * MIB) == "worked"]
    return max(sizes, default=0)


def files(most):
    """How many files can be open at once."""
    opened = []
    try:
        for _ in range(most):
            opened.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    for fd in opened:
        os.close(fd)
    return len(opened)


def cores():
    """The largest dump of memory that a crash leaves, in bytes."""
    return resource.getrlimit(resource.RLIMIT_CORE)[1]


def cpu(most_s):
    """Seconds of computing, unless somebody ends it."""
    while time.process_time() < most_s:
        pass
    return time.process_time()
