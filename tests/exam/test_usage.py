"""The CPU time of a case, by the kernel's account of its box."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from exam.usage import Account, Meter, account_s, own_accounts

VERSION_1 = "41 29 0:36 {root} /sys/fs/cgroup/cpuacct ro,relatime master:15 - cgroup cgroup rw,cpuacct\n"
VERSION_2 = "29 20 0:25 {root} /sys/fs/cgroup ro,relatime - cgroup2 cgroup rw\n"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1500000000\n", 1.5), ("usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\n", 1.5), ("0\n", 0.0)],
)
def test_both_versions_of_an_account_are_read(text: str, seconds: float) -> None:
    assert account_s(text) == seconds


def test_a_case_has_used_what_the_account_has_grown_by_since(tmp_path: Path) -> None:
    """This process is the supervisor: what it uses itself is in the account, and none of the case's."""
    file = tmp_path / "cpuacct.usage"
    file.write_text(f"{int((7 + time.process_time()) * 1e9)}\n")
    meter = Meter(Account([str(tmp_path / "none"), str(file)]))
    file.write_text(f"{int((10 + time.process_time()) * 1e9)}\n")
    assert meter.read().cpu_s >= 2.9


def test_without_an_account_there_is_none() -> None:
    assert Account([]).others_s() is None


@pytest.mark.parametrize(
    ("mounts", "own", "found"),
    [
        pytest.param(
            VERSION_1.format(root="/docker/1f"),
            "9:cpuacct:/docker/1f\n",
            ["/sys/fs/cgroup/cpuacct/cpuacct.usage"],
            id="v1",
        ),
        pytest.param(VERSION_2.format(root="/"), "0::/\n", ["/sys/fs/cgroup/cpu.stat"], id="v2"),
        pytest.param(VERSION_2.format(root="/"), "0::/system.slice/docker-1f.scope\n", [], id="the host's"),
        pytest.param(VERSION_1.format(root="/"), "9:cpuacct:/docker/1f\n", [], id="v1, the host's"),
        pytest.param("29 20 0:25 / / rw - overlay overlay rw\n", "0::/\n", [], id="none"),
    ],
)
def test_an_account_in_which_others_compute_is_not_taken(mounts: str, own: str, found: list[str]) -> None:
    assert own_accounts(mounts, own) == found
