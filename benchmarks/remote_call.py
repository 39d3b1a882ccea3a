"""What one remote call costs: a function of the student's takes an array of 1 KB and returns one as large.

    a pair of sandboxes   a real exam, timed by the examiner: encoded, sent, decoded, called, and back
    a batch of calls      the same calls in one crossing (student.many), for each element
    a bare socket pair    the same number of bytes to another process of this host and back, nothing encoded
    a plain call          the same function in this process

The goal is a median of 0.3 ms for one call through a pair of sandboxes.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.errors import SandboxUnavailable
from core.settings import Settings
from core.suites import load_suite
from worker.exam import examine
from worker.pairs import ColdPairs
from worker.sandbox.choose import choose

GOAL_MS = 0.3
FRAME_BYTES = 1024 + 60
"""An array of 1 KB with what surrounds it in a frame."""

SUITE = """
id = "bench"
version = "1"
title = { en = "Remote calls", de = "Aufrufe" }
[tree]
required = ["echo.py"]
[student]
modules = ["echo"]
[limits]
case_cpu_s = 60
case_wall_s = 120
[[group]]
id = "All"
title = { en = "All", de = "Alle" }
points = 0
tests = ["cases.py"]
"""
STUDENT = b"class Echo:\n    def double(self, x):\n        return 2 * x\n"
CASES = """
import json, time
import numpy as np
import pytest

def seconds(function, calls):
    taken = []
    for _ in range(calls):
        begun = time.perf_counter()
        function()
        taken.append(time.perf_counter() - begun)
    return sorted(taken)

def summary(taken, per):
    return [taken[len(taken) // 2] / per, taken[int(0.95 * (len(taken) - 1))] / per]

def test(student):
    x = np.arange(128.0)
    echo = student.echo.Echo()
    double, batch = echo.double, [(x,)] * 100
    seconds(lambda: double(x), 200)
    one = summary(seconds(lambda: double(x), CALLS), 1)
    many = summary(seconds(lambda: student.many(double, batch), CALLS // 100), 100)
    pytest.fail(json.dumps([one, many]))  # the one way out of an examiner
"""

Times = tuple[float, float]
"""Median and 95th percentile, in seconds."""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--sandboxes", nargs="*", default=["bubblewrap", "docker"])
    options = parser.parse_args()
    rows: dict[str, Times] = {}
    for kind in options.sandboxes:
        try:
            rows[f"{kind}, one call"], rows[f"{kind}, in a batch of 100"] = in_sandboxes(kind, options.calls)
        except SandboxUnavailable as error:
            print(f"{kind} is left out: {error}")
    rows["bare socket pair, same bytes"] = over_a_socket_pair(options.calls)
    rows["plain call in one process"] = plain(options.calls)
    table(rows)


def in_sandboxes(kind: str, calls: int) -> tuple[Times, Times]:
    """One call at a time, and an element of a batch. Raises SandboxUnavailable."""
    sandbox = choose(kind, Settings())[0]  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory(prefix="abgabe-bench-") as folder:
        os.chmod(folder, 0o755)  # read by the sandbox's own user
        (Path(folder) / "suite.toml").write_text(SUITE)
        (Path(folder) / "cases.py").write_text(CASES.replace("CALLS", str(calls)))
        report = examine(load_suite(Path(folder)), {"echo.py": STUDENT}, 0, ColdPairs(sandbox))
    one, many = json.loads(report.cases[0].message.text())
    return (one[0], one[1]), (many[0], many[1])


def over_a_socket_pair(calls: int) -> Times:
    """A round trip of as many bytes to a process that sends them back."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        while data := theirs.recv(FRAME_BYTES, socket.MSG_WAITALL):
            theirs.sendall(data)
        os._exit(0)
    theirs.close()
    frame = bytes(FRAME_BYTES)

    def round_trip() -> None:
        ours.sendall(frame)
        ours.recv(FRAME_BYTES, socket.MSG_WAITALL)

    with ours:
        found = timed(round_trip, calls)
    os.wait()
    return found


def plain(calls: int) -> Times:
    x = np.arange(128.0)
    return timed(lambda: 2 * x, calls)


def timed(function: Callable[[], object], calls: int) -> Times:
    taken = []
    for _ in range(calls):
        begun = time.perf_counter()
        function()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def table(rows: dict[str, Times]) -> None:
    print(f"{'one call with an array of 1 KB':34}{'median, ms':>12}{'p95, ms':>12}")
    for name, (median, p95) in rows.items():
        verdict = ""
        if name.endswith("one call"):
            verdict = f"  {'held' if median * 1000 <= GOAL_MS else 'MISSED'} (goal: {GOAL_MS} ms)"
        print(f"{name:34}{median * 1000:12.4f}{p95 * 1000:12.4f}{verdict}")


if __name__ == "__main__":
    main()
