"""Attacks on an exam. Each is asked for 2 * x. Those that try to get at something answer rightly only if they get it;
those that leave something behind answer rightly at once, and the next case looks for it."""

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import stat
import sys
import threading
import time

import intruder
import numpy as np

import exam.respondent
from exam.channel import Channel
from exam.wire import Answer, CaseFinished, Finished, to_bytes

SEAM = "/seam/exam.sock"
HIDDEN = ["attack_cases", "reference_impl", "pytest", "core", "worker", "server"]


def double_if(success, x):
    return 2 * x if success else None


def once(leave_something):
    """An attack that leaves something when it is first asked, and answers rightly each time."""
    left = []

    def attack(x):
        if not left:
            left.append(True)
            leave_something()
        return 2 * x

    return attack


def streams():
    """The sockets that this process holds."""
    return [fd for fd in range(3, 256) if os.path.exists(f"/proc/self/fd/{fd}") and stat.S_ISSOCK(os.fstat(fd).st_mode)]


def send(data):
    """Something on our own stream that nobody asked for."""
    view = memoryview(data)
    while view:
        view = view[os.write(streams()[0], view) :]


def send_frame(data):
    send(len(data).to_bytes(4, "big") + data)


# --- using up ---------------------------------------------------------------------------------------------------------


def fork_bomb(x):
    intruder.fork_bomb()


def memory_bomb(x):
    blocks = []
    while True:
        blocks.append(bytearray(os.urandom(1)) * (8 << 20))


def memory_together(x):
    return double_if(intruder.take_memory_together(10, 150) == 10, x)


def fill_disk(x):
    return double_if(intruder.fill_disk("/tmp")[0] > 8, x)


def fill_shared_memory(x):
    return double_if(intruder.fill_disk("/dev/shm")[0] > 8, x)


def many_files(x):
    for number in range(10**9):
        open(f"/tmp/{number}", "w").close()


def endless_loop(x):
    intruder.loop()


def sleep(x):
    time.sleep(600)


def stop_itself(x):
    os.kill(os.getpid(), signal.SIGSTOP)


def output_flood(x):
    intruder.flood()


def much_output(x):
    for _ in range(1000):
        print("x" * 4096)
    return 2 * x


def endless_recursion(x):
    sys.setrecursionlimit(10**9)
    return endless_recursion(x)


def look_busy(x):
    """Processes that wait for each other's CPU, as if the host had none, and then nothing more."""
    intruder.burn(8, 0.3)
    time.sleep(600)


# --- reaching out -----------------------------------------------------------------------------------------------------


def network(x):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.connect(("127.0.0.1", 22))
    return 2 * x


def read_host_files(x):
    paths = ["/etc/shadow", "/root/.ssh", "/var/run/docker.sock", "/control", "/control/worker.sock", "/suites"]
    return double_if(intruder.readable(paths) + intruder.exists(paths[1:]), x)


def write_outside(x):
    return double_if(intruder.write_everywhere([]), x)


def walk_proc(x):
    return double_if(intruder.other_processes() + intruder.read_supervisor(), x)


def read_environments(x):
    return double_if("ABGABE" in intruder.environment_of_everybody(), x)


def signal_supervisor(x):
    return double_if(intruder.signal_supervisor() != 1, x)


def raise_limits(x):
    return double_if("worked" in intruder.raise_limits().values(), x)


def import_answers(x):
    return double_if(intruder.import_all(HIDDEN), x)


def find_answers(x):
    names = {"attack_cases.py", "attacks.json", "suite.toml", "worker.sock"}
    found = [folder for folder, folders, files in os.walk("/") if names & {*files, *folders}]
    return double_if(found, x)


def connect_again(x):
    return double_if(intruder.connect(SEAM) == "worked", x)


def take_the_socket(x):
    return double_if(intruder.outcome(os.unlink, SEAM) == "worked", x)


def other_streams(x):
    return double_if(len(streams()) != 1, x)


# --- ending early -----------------------------------------------------------------------------------------------------


def leave(x):
    os._exit(0)


def leave_politely(x):
    sys.exit(0)


def crash(x):
    ctypes.string_at(0)


def kill_own_group(x):
    os.kill(0, signal.SIGKILL)


def become_another_program(x):
    os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(600)"])


def close_stream(x):
    os.closerange(3, 256)
    time.sleep(600)


def leave_a_child_to_answer(x):
    if os.fork():
        os._exit(0)
    time.sleep(0.05)
    return 2 * x


# --- lying ------------------------------------------------------------------------------------------------------------


def forge_answer(x):
    send_frame(to_bytes(Answer(np.zeros(5))))
    return 2 * x


def forge_verdict(x):
    spec = {"id": "Attack.test", "group": "Attack", "title": {"en": ""}, "counts": True}
    send_frame(to_bytes(CaseFinished({"spec": spec, "verdict": "passed", "message": {"code": "passed"}}, False)))
    send_frame(to_bytes(Finished()))


def send_garbage(x):
    send(b"\xff" * 100)


def send_flood(x):
    frame = b"\x00\x00\x00\x01N" * 10_000
    while True:
        send(frame)


def lie_about_a_size(x):
    """An array of 32 GiB of which a few bytes are there."""
    honest = to_bytes(Answer(np.zeros((2, 2))))
    send_frame(honest.replace((2).to_bytes(4, "little") * 2, (1 << 16).to_bytes(4, "little") * 2))


def patch_exam(x):
    exam.respondent.Respondent._respond = lambda self, ask: to_bytes(Answer(True))
    return 2 * x


def replay(x):
    """The first answer, whatever is asked."""
    answer = to_bytes(Answer(2 * x))
    exam.respondent.Respondent._respond = lambda self, ask: answer
    return 2 * x


def answer_in_advance(x):
    for _ in range(3):
        send_frame(to_bytes(Answer(2 * x)))
    return 2 * x


def never_read(x):
    """Answers all questions to come without reading one."""
    Channel.receive = lambda self, deadline=None: time.sleep(600)
    return 2 * x


class Agreeable:
    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        return self

    def __len__(self):
        return 5

    def __float__(self):
        return 1.0


def agree(x):
    return Agreeable()


class Disguise(np.ndarray):
    shape = (5,)
    size = 5

    def tobytes(self, order="C"):
        return b""

    def astype(self, *args, **kwargs):
        raise SystemExit


def disguised_array(x):
    return np.zeros((2, 3)).view(Disguise)


def huge_array(x):
    return np.ones(10**9)


def huge_view(x):
    return np.broadcast_to(1.0, (10**5, 10**5))


def array_too_large(x):
    return np.zeros(10**6)


def object_array(x):
    return np.array([2 * value for value in x] + [None], dtype=object)


class EndlessSequence:
    def __len__(self):
        return 10**9

    def __getitem__(self, index):
        return 1.0


def endless_sequence(x):
    return EndlessSequence()


class Endless:
    def __iter__(self):
        while True:
            yield 1.0


def endless_iter(x):
    return Endless()


class Text:
    def __str__(self):
        os._exit(3)


def code_in_text(x):
    return Text()


class Exits(Exception):
    def __str__(self):
        os._exit(3)


class Loops(Exception):
    def __str__(self):
        intruder.loop()


class Raises(BaseException):
    __name__ = property(intruder.loop)

    def __str__(self):
        raise KeyboardInterrupt


def exception_that_exits(x):
    raise Exits


def exception_that_loops(x):
    raise Loops


def exception_that_raises(x):
    raise Raises


def exception_with_a_long_text(x):
    raise ValueError("x" * 10**7)


# --- leaving something behind -----------------------------------------------------------------------------------------


@once
def leave_files():
    for folder in ("/tmp", "/dev/shm"):
        os.makedirs(f"{folder}/closed/{'x' * 200}/y")
        with open(f"{folder}/closed/file", "w") as file:
            file.write("x = 1\n")
        os.symlink("/etc", f"{folder}/link")
        os.chmod(f"{folder}/closed", 0)


@once
def leave_deep_folders():
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")


@once
def rewrite_the_hand_in():
    shutil.rmtree("/tmp/src_to_implement")
    os.mkdir("/tmp/src_to_implement")
    with open("/tmp/src_to_implement/honest.py", "w") as file:
        file.write("double = traces = None\n")
    os.chmod("/tmp/src_to_implement", 0)


@once
def leave_daemons():
    if os.fork() == 0:
        intruder.leave_processes("TOKEN")
    time.sleep(0.1)


@once
def leave_threads():
    for _ in range(3):
        threading.Thread(target=intruder.loop, daemon=True).start()


@once
def kill_everybody():
    with contextlib.suppress(ProcessLookupError):  # there is nobody
        os.kill(-1, signal.SIGKILL)


@once
def patch_numpy():
    for name in ("asarray", "zeros", "allclose"):
        setattr(np, name, lambda *args, **kwargs: True)
    os.environ["LEFT"] = "here"


@once
def close_output():
    sys.stdout = sys.stderr = None
    os.close(1)
    os.close(2)
