"""Code that attacks, in both real sandboxes: each attack ends in bounded time, changes nothing outside, leaves nothing.

test_sandbox_engines.py runs this file once more as an ordinary user, whose bubblewrap works differently.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyseccomp
import pytest

from worker.sandbox.base import Mount

if TYPE_CHECKING:
    from tests.worker.conftest import Lab

REFUSED = {"EPERM", "EACCES", "EROFS", "ENOENT"}
REPOSITORY = Path(__file__).resolve().parents[2]

FORBIDDEN_CALLS = """
acct add_key adjtimex bpf chroot clock_adjtime clock_settime delete_module fanotify_init fanotify_mark
finit_module fsconfig fsmount fsopen fspick init_module inotify_init1 io_cancel io_destroy io_getevents io_setup
io_submit io_uring_enter io_uring_register io_uring_setup ioprio_set kcmp kexec_file_load kexec_load keyctl
landlock_create_ruleset lookup_dcookie memfd_create memfd_secret migrate_pages mknodat mount mount_setattr
move_mount move_pages mq_open msgget name_to_handle_at nfsservctl open_by_handle_at open_tree perf_event_open
personality pidfd_getfd pivot_root process_madvise process_mrelease process_vm_readv process_vm_writev ptrace
quotactl reboot request_key sched_setattr sched_setscheduler semget setdomainname setfsgid setfsuid sethostname
setns settimeofday setxattr shmget swapoff swapon sync syncfs syslog umount2 unshare userfaultfd vhangup
vmsplice
"""


def numbers(names: list[str]) -> dict[str, int]:
    resolved = {name: pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) for name in names}
    return {name: number for name, number in resolved.items() if number >= 0}


class TestResources:
    def test_a_fork_bomb_dies_with_its_box(self, lab: Lab) -> None:
        started = time.monotonic()
        ending = lab.end_of("fork_bomb", wall_time_s=2.0)
        assert ending.exit_code != 0
        assert time.monotonic() - started < 20

    def test_processes_are_counted(self, lab: Lab) -> None:
        count, error = lab.result_of("count_forks", 200, processes=20)
        assert error == "EAGAIN"
        assert 10 <= count < 20

    def test_two_boxes_do_not_count_each_others_processes(self, lab: Lab) -> None:
        lab.start("leave_processes", lab.token, processes=20)
        other, _ = lab.result_of("count_forks", 200, processes=20)
        assert other >= 10

    def test_a_block_of_memory_is_refused_or_kills(self, lab: Lab) -> None:
        ending = lab.end_of("take_memory", 4096)
        assert "MemoryError" in ending.log or ending.oom_killed or ending.exit_code == 128 + signal.SIGKILL

    @pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
    def test_the_scratch_disks_are_small(self, lab: Lab, folder: str) -> None:
        written, error = lab.result_of("fill_disk", folder, tmp_mib=8)
        assert error == "ENOSPC"
        assert 6 <= written <= 8

    def test_a_file_is_small(self, lab: Lab) -> None:
        assert lab.result_of("write_one_file", 6, file_mib=4) == "EFBIG"

    def test_an_endless_loop_dies_at_the_deadline(self, lab: Lab) -> None:
        started = time.monotonic()
        ending = lab.end_of("loop", wall_time_s=1.5)
        assert ending.exit_code == 128 + signal.SIGKILL
        assert 1.4 < time.monotonic() - started < 15

    def test_of_a_flood_only_the_end_is_kept(self, lab: Lab) -> None:
        ending = lab.end_of("flood", wall_time_s=2.0)
        assert 0 < len(ending.log) <= 8192

    def test_limits_cannot_be_raised(self, lab: Lab) -> None:
        outcomes = lab.result_of("raise_limits")
        assert {"RLIMIT_NPROC", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE"} <= outcomes.keys()
        assert "worked" not in outcomes.values()


class TestNetwork:
    def test_no_family_but_unix_sockets(self, lab: Lab) -> None:
        assert set(lab.result_of("open_sockets").values()) == {"EPERM"}

    def test_no_name_is_resolved(self, lab: Lab) -> None:
        assert lab.result_of("resolve", "localhost.localdomain") != "worked"

    def test_no_interface_but_its_own_loopback(self, lab: Lab) -> None:
        assert lab.result_of("interfaces") == ["lo"]

    def test_sockets_without_a_file_are_not_shared(self, lab: Lab) -> None:
        with socket.socket(socket.AF_UNIX) as listener:
            name = f"abgabe-test-{secrets.token_hex(4)}"
            listener.bind(f"\0{name}")
            listener.listen(1)
            assert lab.result_of("connect", f"@{name}") == "ECONNREFUSED"


class TestFiles:
    def test_nothing_can_be_written_but_the_scratch_disks(self, lab: Lab) -> None:
        assert lab.result_of("write_everywhere", []) == []

    def test_what_is_mounted_read_only_stays_as_it_is(self, lab: Lab, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("ours")
        (tmp_path / "file").chmod(0o666)
        tmp_path.chmod(0o777)
        mounts = (Mount(tmp_path, "/given"),)
        targets = ["/given/file", "/given/new", "/abgabe/inner.py", "/abgabe/exam/wire.py", "/abgabe/packages/new"]
        outcomes = lab.result_of("overwrite", targets, mounts=mounts)
        assert set(outcomes.values()) <= REFUSED
        assert (tmp_path / "file").read_text() == "ours"

    def test_host_files_are_out_of_reach(self, lab: Lab, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("secret")
        secret.chmod(0o644)
        places = [
            secret,
            REPOSITORY,
            REPOSITORY / "data",
            Path.home() / ".ssh",
            "/var/run/docker.sock",
            "/run/docker.sock",
        ]
        assert lab.result_of("exists", [str(place) for place in places]) == []
        assert lab.result_of("readable", ["/etc/shadow", "/proc/kcore", "/proc/kmsg", "/proc/sysrq-trigger"]) == []

    def test_the_workers_environment_stays_outside(self, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ABGABE_DATABASE_URL", "postgresql://secret")
        seen = lab.result_of("environment_of_everybody")
        assert "secret" not in seen
        assert "PYTHONPATH" not in seen

    def test_another_boxs_folder_is_out_of_reach(self, lab: Lab, tmp_path: Path) -> None:
        tmp_path.chmod(0o777)
        (tmp_path / "work").write_text("of somebody else")
        lab.start("wait_for_end", mounts=(Mount(tmp_path, "/seam", writable=True),))
        assert lab.result_of("exists", ["/seam", str(tmp_path)]) == []
        assert lab.result_of("other_processes") == []

    def test_there_is_no_device_that_matters(self, lab: Lab) -> None:
        harmless = {f"/dev/{name}" for name in ("full", "null", "ptmx", "random", "tty", "urandom", "zero", "pts/ptmx")}
        assert set(lab.result_of("devices")) <= harmless
        assert set(lab.result_of("make_device")) == {"EPERM"}

    def test_neither_tests_nor_the_reference_are_there(self, lab: Lab) -> None:
        hidden = ["reference_impl", "core", "server", "worker", "pytest", "tests", "pip", "setuptools"]
        assert lab.result_of("import_all", hidden) == []


class TestProcesses:
    def test_only_its_own_processes_are_visible(self, lab: Lab) -> None:
        assert lab.result_of("other_processes") == []

    def test_process_1_is_closed(self, lab: Lab) -> None:
        assert lab.result_of("read_supervisor") == []

    def test_process_1_cannot_be_signalled(self, lab: Lab) -> None:
        assert lab.result_of("signal_supervisor") == 1

    def test_process_1_cannot_be_slowed_or_limited(self, lab: Lab) -> None:
        assert set(lab.result_of("meddle_with_supervisor").values()) == {"EPERM"}

    def test_kill_reaches_whoever_has_run_away(self, lab: Lab) -> None:
        box = lab.start("leave_processes", lab.token)
        assert box.wait(1.0) is None
        box.kill()
        assert box.alive() is False
        ending = box.wait(0)
        assert ending is not None
        assert "left" in ending.log


class TestKernel:
    def test_dangerous_system_calls_are_refused(self, lab: Lab) -> None:
        calls = numbers(FORBIDDEN_CALLS.split())
        assert len(calls) > 70
        answers = lab.result_of("call", calls)
        assert {name: answer for name, answer in answers.items() if answer != "EPERM"} == {}

    def test_no_new_namespaces(self, lab: Lab) -> None:
        calls = numbers(["clone", "clone3"])
        assert set(lab.result_of("new_namespaces", calls["clone"]).values()) == {"EPERM"}
        assert lab.result_of("call", {"clone3": calls["clone3"]}) == {"clone3": "ENOSYS"}

    def test_no_privilege_can_be_gained(self, lab: Lab) -> None:
        assert set(lab.result_of("gain_capabilities").values()) <= {"EPERM", "EINVAL"}

    def test_nobody_in_it_is_a_user_of_the_host(self, lab: Lab) -> None:
        assert lab.result_of("own_user") not in {0, os.getuid()}
