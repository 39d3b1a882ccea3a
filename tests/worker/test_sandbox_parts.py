"""The parts that sandboxes are made of, each by itself."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyseccomp

from worker.sandbox import images
from worker.sandbox.base import BoxLimits, Role
from worker.sandbox.cgroups import Cgroup, Cgroups, find_cgroups
from worker.sandbox.owner import box_name, is_orphan
from worker.sandbox.seccomp import profile
from worker.sandbox.uids import FIRST, LAST, take_uid

LIMITS = BoxLimits(memory_mib=100, processes=7, tmp_mib=1, file_mib=1, open_files=16, cpus=0.5, wall_time_s=1.0)


class TestControlGroups:
    """Which groups are taken; that they hold is seen in test_sandbox_engines.py."""

    def test_version_2_takes_the_nearest_group_that_hands_its_controllers_down(self, tmp_path: Path) -> None:
        own = tmp_path / "user.slice" / "session.scope"
        own.mkdir(parents=True)
        for folder, handed in ((tmp_path, "cpu memory pids"), (own.parent, "memory pids"), (own, "")):
            (folder / "cgroup.subtree_control").write_text(handed + "\n")
        found = find_cgroups(_mountinfo(tmp_path, "cgroup2", "rw"), "0::/user.slice/session.scope\n")
        assert found.parents == {"memory": own.parent, "pids": own.parent}

    def test_version_2_without_controllers_is_of_no_use(self, tmp_path: Path) -> None:
        (tmp_path / "cgroup.subtree_control").write_text("cpu\n")
        assert not find_cgroups(_mountinfo(tmp_path, "cgroup2", "rw"), "0::/\n").usable

    def test_version_1_has_a_tree_for_each_controller(self, tmp_path: Path) -> None:
        lines = ""
        for name in ("memory", "pids"):
            (tmp_path / name / "mine").mkdir(parents=True)
            lines += _mountinfo(tmp_path / name, "cgroup", f"rw,{name}")
        found = find_cgroups(lines, "4:memory:/mine\n5:pids:/of the host, not here\n")
        assert found.parents == {"memory": tmp_path / "memory" / "mine", "pids": tmp_path / "pids"}

    def test_a_group_s_account_of_cpu_time_is_found_in_either_version(self, tmp_path: Path) -> None:
        for name in ("cpu", "cpuacct", "unified"):
            (tmp_path / name).mkdir()
        (tmp_path / "cpu" / "cpu.stat").write_text("nr_periods 0\nnr_throttled 0\n")  # version 1: of the quota alone
        (tmp_path / "cpuacct" / "cpuacct.usage").write_text("1\n")
        (tmp_path / "unified" / "cpu.stat").write_text("usage_usec 1\nuser_usec 1\n")
        assert Cgroup((tmp_path / "cpu",)).account() is None
        assert Cgroup((tmp_path / "cpu", tmp_path / "cpuacct")).account() == tmp_path / "cpuacct" / "cpuacct.usage"
        assert Cgroup((tmp_path / "unified",)).account() == tmp_path / "unified" / "cpu.stat"

    def test_without_both_controllers_none_is_made(self, tmp_path: Path) -> None:
        assert Cgroups({"cpu": tmp_path}).make("box", LIMITS) is None
        assert list(tmp_path.iterdir()) == []

    def test_left_overs_of_dead_workers_are_removed_and_no_others(self, tmp_path: Path) -> None:
        ours, dead, foreign = box_name(Role.CANDIDATE), f"abgabe-{os.getpid()}-1-candidate-00", "docker"
        for name in (ours, dead, foreign):
            (tmp_path / name).mkdir()
        assert Cgroups({"memory": tmp_path, "pids": tmp_path}).remove_orphans() == 1
        assert {folder.name for folder in tmp_path.iterdir()} == {ours, foreign}


def _mountinfo(folder: Path, kind: str, options: str) -> str:
    return f"31 23 0:28 / {folder} rw,relatime - {kind} {kind} {options}\n"


class TestUserIds:
    def test_two_boxes_never_share_one(self) -> None:
        taken = [take_uid() for _ in range(50)]
        numbers = {uid.number for uid in taken}
        for uid in taken:
            uid.release()
        assert len(numbers) == 50
        assert min(numbers) >= FIRST
        assert max(numbers) <= LAST


class TestOwner:
    def test_a_box_of_this_process_is_no_orphan(self) -> None:
        assert not is_orphan(box_name(Role.EXAMINER))

    def test_a_box_whose_makers_number_has_come_again_is_one(self) -> None:
        assert is_orphan(f"abgabe-{os.getpid()}-1-examiner-aa")
        assert is_orphan("abgabe-4194304-1-examiner-aa")

    def test_what_is_not_ours_is_never_one(self) -> None:
        assert not is_orphan("postgres")
        assert not is_orphan("abgabe-web-1")


class TestProfile:
    def test_every_name_is_one_that_docker_and_the_kernel_know(self) -> None:
        names = [name for rule in json.loads(profile())["syscalls"] for name in rule["names"]]
        assert len(names) == len(set(names))
        unknown = [
            name
            for name in names
            if -1
            in (
                pyseccomp.resolve_syscall(pyseccomp.Arch.X86_64, name),
                pyseccomp.resolve_syscall(pyseccomp.Arch.AARCH64, name),
            )
        ]
        assert unknown == []

    def test_what_is_not_listed_is_refused(self) -> None:
        assert json.loads(profile())["defaultAction"] == "SCMP_ACT_ERRNO"


class TestImages:
    def test_the_tag_changes_with_what_the_image_is_made_from(self) -> None:
        assert images.tag("examiner") == images.tag("examiner")
        assert images.tag("examiner").split(":")[1] != images.tag("candidate-numpy").split(":")[1]
