"""A worker is the same after a thousand hand-ins as after the first few: no container, folder, thread or descriptor of
ours is left over."""

from __future__ import annotations

import gc
import os
import tempfile
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from core.suites import Suite, load_suite
from docker import APIClient
from exam.report import Verdict
from tests.chaos.test_boxes import DATA, RIGHT
from worker.exam import examine
from worker.pairs import SparePairs
from worker.sandbox.base import Sandbox
from worker.sandbox.owner import owner

WARM = 3
FEW, MANY = 5, 1000


def containers() -> int:
    """This process's, whether they run or not."""
    with closing(APIClient(version="auto")) as engine:
        return len(engine.containers(all=True, filters={"name": f"abgabe-{owner()}-"}))


def belongings(kind: str) -> Counter[str]:
    """What this process holds, and what lies about in its name."""
    gc.collect()
    return Counter(
        containers=containers() if kind == "docker" else 0,
        descriptors=len(os.listdir("/proc/self/fd")),
        threads=threading.active_count(),
        folders=len(list(Path(tempfile.gettempdir()).glob("abgabe-exam-*"))),
        children=len(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()),
    )


def examine_all(suite: Suite, pairs: SparePairs, seeds: range) -> None:
    for seed in seeds:
        report = examine(suite, RIGHT, seed, pairs)
        assert {case.verdict for case in report.cases} == {Verdict.PASSED}


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=[pytest.mark.long, pytest.mark.timeout(7200)])])
def test_nothing_is_left_over(count: int, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # nobody else's folders are counted
    suite = load_suite(DATA / "mini")
    with closing(SparePairs(sandbox)) as pairs:
        examine_all(suite, pairs, range(WARM))
    before = belongings(sandbox.kind)
    with closing(SparePairs(sandbox)) as pairs:
        examine_all(suite, pairs, range(count))
    assert belongings(sandbox.kind) - before == Counter()
    assert not list(tmp_path.iterdir())
