"""What depends on the engine and on who the worker is: limits on a box as a whole, the death of a worker, setuid
programs, and bubblewrap for an ordinary user."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.real_parts import wait_until
from tests.worker.conftest import containers, groups, processes_with
from worker.sandbox.base import Mount
from worker.sandbox.cgroups import find_cgroups

if TYPE_CHECKING:
    from tests.worker.conftest import Lab

REPOSITORY = Path(__file__).resolve().parents[2]
NOBODY = 65534


@pytest.fixture
def held(lab: Lab) -> Lab:
    """A lab whose boxes are held as a whole: by the engine, or by control groups."""
    if lab.sandbox.kind == "bubblewrap" and not find_cgroups().usable:
        pytest.skip("no control group can be made here: run as root, or below systemd-run --user --scope")
    return lab


class TestAsAWhole:
    def test_many_processes_share_one_limit_on_memory(self, held: Lab) -> None:
        ending = held.end_of("take_memory_together", 4, 100, memory_mib=256, wall_time_s=20.0)
        assert ending.oom_killed
        assert ending.exit_code != 0 or int(ending.log.split()[-1]) < 4
        assert ending.max_memory_mib is None or ending.max_memory_mib <= 256

    def test_the_scratch_disk_counts_as_memory(self, held: Lab) -> None:
        ending = held.end_of("fill_disk", "/tmp", memory_mib=64, tmp_mib=200)
        assert ending.oom_killed or "ENOMEM" in ending.log or "ENOSPC" in ending.log
        assert "[200" not in ending.log

    def test_processes_share_the_processors_they_may_use(self, held: Lab) -> None:
        cpu_s = held.result_of("burn", 4, 2.0, cpus=0.5)
        assert cpu_s < 1.5


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a program that belongs to root: sudo make test")
def test_a_setuid_program_gives_nothing(lab: Lab, tmp_path: Path) -> None:
    program = tmp_path / "id"
    shutil.copy(shutil.which("id") or "/usr/bin/id", program)
    program.chmod(0o4755)
    tmp_path.chmod(0o755)
    assert lab.result_of("run_program", "/given/id", mounts=(Mount(tmp_path, "/given"),)) != 0


def test_nothing_outlives_a_killed_worker(lab: Lab) -> None:
    script = Path(__file__).parent / "hostile" / "doomed_worker.py"
    worker = subprocess.Popen(
        [sys.executable, script, lab.sandbox.kind, lab.token],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    with worker:
        assert worker.stdout is not None
        name = worker.stdout.readline().strip()
        wait_until("the start of the daemons", lambda: len(processes_with(lab.token)) >= 5)
        worker.kill()
    if lab.sandbox.kind == "bubblewrap":
        wait_until("the death of the box", lambda: processes_with(lab.token) == [])
    lab.sandbox.clean_up()
    assert processes_with(lab.token) == []
    assert name not in groups()
    if lab.sandbox.kind == "docker":
        assert name not in containers()


def test_a_living_workers_boxes_are_not_cleaned_up(lab: Lab) -> None:
    box = lab.start("wait_for_end")
    lab.sandbox.clean_up()
    assert box.wait(0.5) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else: sudo make test")
def test_the_same_attacks_against_an_ordinary_users_bubblewrap() -> None:
    """test_sandbox.py and test_sandbox_hostile.py once more, as a user with nothing but a user namespace."""
    tests = [str(REPOSITORY / "tests" / "worker" / f"{name}.py") for name in ("test_sandbox", "test_sandbox_hostile")]
    pytest_line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "bubblewrap", *tests]
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    done = subprocess.run(
        [*_reachable(Path(sys.base_prefix), REPOSITORY), *become, *pytest_line],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=os.environ | {"HOME": "/nonexistent"},
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout


def _reachable(*paths: Path) -> list[str]:
    """A view of this host in which everybody may reach ``paths``, even below a closed home such as /root."""
    command = ["bwrap", "--dev-bind", "/", "/"]
    for path in paths:
        closed = next((folder for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001), None)
        if closed:
            between = [folder for folder in reversed(path.parents) if closed in folder.parents]
            command += ["--perms", "0755", "--tmpfs", str(closed)]
            command += [word for folder in between for word in ("--perms", "0755", "--dir", str(folder))]
            command += ["--bind", str(path), str(path)]
    return [*command, "--"]
