"""What attackers are made of: each function tries something and returns what came of it."""

import contextlib
import ctypes
import os
import resource
import signal
import socket
import stat
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
SCRATCH = ("/tmp", "/dev/shm", "/proc")
MIB = 1 << 20


def outcome(action, *args):
    """The name of the error that the operating system answered with, or "worked"."""
    try:
        action(*args)
    except OSError as error:
        return errno_name(error.errno)
    except (MemoryError, ValueError) as error:
        return type(error).__name__
    return "worked"


def errno_name(number):
    import errno

    return errno.errorcode.get(number, str(number))


def syscall(number, *args):
    ctypes.set_errno(0)
    return "worked" if LIBC.syscall(number, *args) >= 0 else errno_name(ctypes.get_errno())


# --- resources --------------------------------------------------------------------------------------------------------


def fork_bomb():
    """Never ends by itself: every process forks on and burns what CPU it gets."""
    while True:
        with contextlib.suppress(OSError):
            os.fork()


def take_memory_together(processes, mib_each):
    """Many processes, each well below the limit: how many of them the kernel let live."""
    children = []
    for _ in range(processes):
        child = os.fork()
        if child == 0:
            block = bytearray(os.urandom(1)) * (mib_each * MIB)
            time.sleep(1.5 + len(block) * 0)
            os._exit(0)
        children.append(child)
    return sum(os.waitpid(child, 0)[1] == 0 for child in children)


def loop():
    while True:
        pass


def flood():
    line = b"x" * 4095 + b"\n"
    while True:
        os.write(1, line)


def burn(processes, wall_s):
    """CPU seconds that many busy processes get together in ``wall_s``."""
    for _ in range(processes):
        if os.fork() == 0:
            end = time.monotonic() + wall_s
            while time.monotonic() < end:
                pass
            os._exit(0)
    for _ in range(processes):
        os.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def raise_limits():
    """The limits whose hard value could be raised."""
    names = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    limits = {name: (getattr(resource, name), resource.getrlimit(getattr(resource, name))[1]) for name in names}
    finite = {name: pair for name, pair in limits.items() if pair[1] != resource.RLIM_INFINITY}
    return {name: outcome(resource.setrlimit, what, (hard + 1, hard + 1)) for name, (what, hard) in finite.items()}


# --- network ----------------------------------------------------------------------------------------------------------


def open_sockets():
    families = ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_ALG")
    return {
        name: outcome(socket.socket, getattr(socket, name), socket.SOCK_RAW if name == "AF_PACKET" else 1)
        for name in families
    }


def resolve(name):
    return outcome(socket.getaddrinfo, name, 80)


def connect(address):
    """To a Unix socket; a leading @ stands for the abstract namespace."""
    with socket.socket(socket.AF_UNIX) as sock:
        return outcome(sock.connect, address.replace("@", "\0"))


# --- files ------------------------------------------------------------------------------------------------------------


def write_everywhere(allowed):
    """The folders, of all there are, that let us make a file."""
    found = []
    for folder, names, _ in os.walk("/"):
        names[:] = [name for name in names if os.path.join(folder, name) not in (*SCRATCH, *allowed)]
        path = os.path.join(folder, ".intruder")
        if outcome(os.open, path, os.O_CREAT | os.O_WRONLY) == "worked":
            found.append(folder)
    return found


def readable(paths):
    def read(path):
        with open(path, "rb") as file:
            file.read(1)

    return [path for path in paths if outcome(read, path) == "worked"]


def devices():
    """Every device node below /dev, and every block device anywhere."""
    found = []
    for folder, _, files in os.walk("/"):
        for path in (os.path.join(folder, name) for name in files if not folder.startswith(("/proc", "/sys"))):
            with contextlib.suppress(OSError):
                mode = os.lstat(path).st_mode
                if stat.S_ISBLK(mode) or stat.S_ISCHR(mode):
                    found.append(path)
    return sorted(found)


def make_device():
    return [outcome(os.mknod, f"/tmp/{kind}", kind | 0o600, os.makedev(1, 1)) for kind in (stat.S_IFBLK, stat.S_IFCHR)]


def environment_of_everybody():
    """Every variable of every process whose environment we may read, ours included."""
    texts = [" ".join(f"{name}={value}" for name, value in os.environ.items())]
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/environ") as file:
            texts.append(file.read())
    return " ".join(texts)


# --- processes --------------------------------------------------------------------------------------------------------


def other_processes():
    """All that can be seen but process 1 and ourselves."""
    return sorted({int(name) for name in os.listdir("/proc") if name.isdigit()} - {1, os.getpid()})


def read_supervisor():
    """What of process 1 can be opened."""
    names = ("environ", "mem", "maps", "fd/0", "root/etc", "cwd/.", "auxv", "stack", "syscall", "io")
    found = [name for name in names if outcome(os.open, f"/proc/1/{name}", os.O_RDONLY) == "worked"]
    return found + ["writable memory"] * (outcome(os.open, "/proc/1/mem", os.O_RDWR) == "worked")


def signal_supervisor():
    """Send it everything; it is there if our parent is still process 1 and answers for us afterwards."""
    for number in set(signal.Signals) - {signal.SIGCHLD}:
        with contextlib.suppress(OSError):
            os.kill(1, number)
    time.sleep(0.2)
    return os.getppid()


def meddle_with_supervisor():
    return {
        "limits": outcome(resource.prlimit, 1, resource.RLIMIT_CPU, (1, 1)),
        "priority": outcome(os.setpriority, os.PRIO_PROCESS, 1, 19),
        "own priority": outcome(os.setpriority, os.PRIO_PROCESS, 0, 19),
        "everybody's priority": outcome(os.setpriority, os.PRIO_USER, 0, 19),
        "processors": outcome(os.sched_setaffinity, 1, {0}),
        "scheduling": outcome(os.sched_setscheduler, 1, os.SCHED_IDLE, os.sched_param(0)),
    }


def new_namespaces(clone):
    """clone with every CLONE_NEW flag."""
    flags = {"ns": 0x20000, "cgroup": 1 << 25, "uts": 1 << 26, "ipc": 1 << 27, "user": 1 << 28, "pid": 1 << 29}
    return {name: syscall(clone, flag | signal.SIGCHLD, 0, 0, 0, 0) for name, flag in flags.items()}


def gain_capabilities():
    return {
        "user": outcome(os.setuid, 0),
        "group": outcome(os.setgid, 0),
        "groups": outcome(os.setgroups, [0]),
        "chroot": outcome(os.chroot, "/tmp"),
        "hostname": outcome(socket.sethostname, "owned"),
        "ownership": outcome(os.chown, "/tmp", 0, 0),
    }


def leave_processes(token):
    """Daemons that have left their session and their parent; then wait to be killed."""
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                os.execv(sys.executable, [sys.executable, "-S", "-c", "import time; time.sleep(600)", token])
            os._exit(0)
    print("left", flush=True)
    time.sleep(600)


def import_all(names):
    """The modules, of ``names``, that are there."""
    found = []
    for name in names:
        with contextlib.suppress(ImportError):
            __import__(name)
            found.append(name)
    return found
