"""Uploads while every worker is busy: how long the server takes to accept one, and whether each is there afterwards.

A whole installation of real processes on this machine: PostgreSQL that waits for the disk, Redis, one server, and
worker processes whose sandboxes grade without a pause, as many exams at a time as there are cores. locust, on the same
machine, sends hand-ins of many students at a fixed pace. An upload's time is from its first byte to the end of the
answer "accepted", as locust sees it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from benchmarks.parts.hand_ins import CANDIDATES, archive
from benchmarks.parts.installation import PROJECT, SHARES, Installation, installation
from benchmarks.parts.processes import cpu_s, machine_cpu_s, percentile, tree_cpu_s
from benchmarks.parts.shares import ORDINARY
from core.errors import StorageFailed
from core.models import Submission
from core.storage import Blobs
from tests.real_parts import wait_until

LOCUST = PROJECT / ".venv" / "locust" / "bin" / "locust"
LOCUSTFILE = PROJECT / "benchmarks" / "parts" / "locustfile.py"
BOUND_S = 0.3
ACCEPTED = 202
PATIENCE_S = 3.0
"""Locust's users keep the pace as long as answers take no longer."""


@dataclass(frozen=True)
class Rush:
    answers: list[dict[str, Any]]
    seconds: float
    running: list[int]
    """Exams being held, looked at once a second."""
    cores: dict[str, float]
    """Who used how much of a core on average."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--per-s", type=float, default=20.0, help="uploads a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="processes, each with one exam")
    parser.add_argument("--shares", type=int, default=SHARES, help=f"of the CPUs, for the server; usual: {ORDINARY}")
    parser.add_argument("--sandbox", default="bubblewrap")
    options = parser.parse_args()
    if not LOCUST.exists():
        sys.exit("no locust: make bench installs it")
    with tempfile.TemporaryDirectory(prefix="abgabe-bench-") as folder:
        place = Path(folder)
        given = {"workers": options.workers, "shares": options.shares, "sandbox": options.sandbox}
        with installation(place, list(CANDIDATES), **given) as house:
            hand_ins = prepare(house, place, options.students)
            saturate(house, hand_ins, options.workers)
            rush = send(house, place, hand_ins, options.per_s, options.seconds)
            tell(rush, options.workers)
            lost = missing(house, [one["id"] for one in rush.answers if one["status"] == ACCEPTED])
            print(f"accepted and not in the database with a readable archive: {len(lost)}")
    errors = sum(one["status"] != ACCEPTED for one in rush.answers)
    sys.exit(1 if lost or errors else 0)


def prepare(house: Installation, place: Path, students: int) -> list[dict[str, str]]:
    """Accounts, and the archive that each student hands in to one of the exercises."""
    exercises = list(CANDIDATES)
    found = []
    for number, token in enumerate(house.students(students)):
        exercise = exercises[number % len(exercises)]
        path = place / f"{number}.zip"
        path.write_bytes(archive(exercise, number))
        found.append({"token": token, "exercise": exercise, "archive": str(path)})
    return found


def saturate(house: Installation, hand_ins: list[dict[str, str]], exams: int) -> None:
    """Hand in until every worker holds an exam and more wait than can be graded meanwhile."""
    for one in hand_ins[: 6 * exams]:
        with Path(one["archive"]).open("rb") as file:
            httpx.post(
                f"{house.url}/api/v1/exercises/{one['exercise']}/submissions",
                files={"files": ("submission.zip", file)},
                headers={"Authorization": f"Bearer {one['token']}"},
                trust_env=False,
                timeout=30,
            ).raise_for_status()
    wait_until(f"{exams} exams at a time", lambda: house.running() == exams, 60)


def send(house: Installation, place: Path, hand_ins: list[dict[str, str]], per_s: float, seconds: float) -> Rush:
    """Let locust send, and look once a second at how many exams are being held."""
    users = max(1, round(per_s * PATIENCE_S))
    plan = {"hand_ins": hand_ins, "answers": str(place / "answers"), "per_s": per_s, "users": users}
    (place / "rush.json").write_text(json.dumps(plan))
    command = [str(LOCUST), "-f", str(LOCUSTFILE), "--headless", "--only-summary", "--host", house.url]
    command += [
        "-u",
        str(users),
        "-r",
        f"{per_s:g}",
        "-t",
        f"{seconds:g}s",
        "--stop-timeout",
        "30",
        "--exit-code-on-error",
        "0",
    ]
    before, began, running = _used(house), time.monotonic(), []
    with subprocess.Popen(
        command,
        env={**os.environ, "RUSH": str(place / "rush.json")},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as locust:
        while locust.poll() is None:
            running.append(house.running())
            locust_s = tree_cpu_s(locust.pid)
            time.sleep(1.0)
    took_s = time.monotonic() - began
    after = _used(house)
    cores = {name: (after[name] - before[name]) / took_s for name in after} | {"locust": locust_s / took_s}
    cores["sandboxes and everything else"] = cores["whole machine"] - sum(
        share for name, share in cores.items() if name != "whole machine"
    )
    answers = [json.loads(line) for line in Path(plan["answers"]).read_text().splitlines()]
    return Rush(answers, took_s, running, cores)


def _used(house: Installation) -> dict[str, float]:
    return {
        "server": house.server_cpu_s(),
        "PostgreSQL": tree_cpu_s(house.postgres_pid),
        "worker processes": sum(cpu_s(worker.pid) for worker in house.workers),
        "whole machine": machine_cpu_s(),
    }


def tell(rush: Rush, exams: int) -> None:
    times = [one["took_s"] for one in rush.answers]
    span_s = max(one["sent"] for one in rush.answers) - min(one["sent"] for one in rush.answers)
    print(f"{len(times)} uploads in {span_s:.0f} s, {len(times) / max(span_s, 1):.1f} a second; answers: ", end="")
    print(dict(Counter(one["status"] for one in rush.answers)))
    p50, p95, p99 = (percentile(times, share) for share in (0.5, 0.95, 0.99))
    print(f"p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, ", end="")
    print(f"longest {max(times) * 1000:.0f} ms; bound on p99: {BOUND_S * 1000:.0f} ms, ", end="")
    print("held" if p99 < BOUND_S else "MISSED")
    busy = sum(running == exams for running in rush.running) / len(rush.running)
    print(f"{exams} exams at a time, all of them in {busy:.0%} of the looks")
    print("cores used: " + ", ".join(f"{name} {share:.2f}" for name, share in rush.cores.items()))


def missing(house: Installation, accepted: list[str]) -> list[str]:
    """Of these, the ids that have no row, or whose archive cannot be read as it was stored."""
    blobs = Blobs(house.settings.blobs_dir)
    query = select(Submission.id, Submission.blob_sha256, Submission.state)
    with house.database.read() as session:
        rows = {one: (sha256, state) for one, sha256, state in session.execute(query)}
    states = Counter(rows[one][1].value for one in accepted if one in rows)
    print(f"of {len(accepted)} accepted: " + ", ".join(f"{count} {state}" for state, count in states.items()))
    return [one for one in accepted if one not in rows or not _is_whole(blobs, rows[one][0])]


def _is_whole(blobs: Blobs, sha256: str) -> bool:
    try:
        with blobs.open(sha256) as file:  # raises where its bytes are not those of its name
            return bool(file.read(1))
    except StorageFailed:
        return False


if __name__ == "__main__":
    main()
