"""From an accepted upload to its verdicts, side by side with what the peers do and with no sandbox at all.

    ours      a real server (`abgabe up`), hand-ins over HTTP, verdicts from its event stream; for each sandbox
    (a) cold  a container per submission that runs the same suite in one interpreter, as the peers do
    (b) plain pytest on this host, one interpreter, no sandbox: the limit

The ways take turns, hand-in by hand-in, so that a noisy machine is noisy for all. Medians and 95th percentiles.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from core import intake
from core.settings import Settings
from core.suites import find_suite
from worker.sandbox.choose import choose

PROJECT = Path(__file__).resolve().parent.parent
ABGABE = Path(sys.executable).with_name("abgabe")
FAIR = {"OPENBLAS_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""What the sandboxes have as well; plugins of this host's environment would only slow the limit down."""
PYTEST = ("-q", "-p", "no:cacheprovider", "-p", "exam.plain")


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hand-ins", type=int, default=20)
    parser.add_argument("--exercise", default="ex1")
    parser.add_argument("--candidate", type=Path, default=PROJECT / "tests/candidates/ex1/right_reference")
    parser.add_argument("--sandboxes", nargs="*", default=["bubblewrap", "docker"])
    options = parser.parse_args()
    suite = find_suite(Settings().suites_dir, options.exercise)
    with tempfile.TemporaryDirectory(prefix="abgabe-bench-") as folder, contextlib.ExitStack() as stack:
        archive, tree = hand_in(options.candidate, suite, Path(folder))
        ways: dict[str, Callable[[], dict[str, float]]] = {
            "(b) plain pytest on the host": lambda: plain(tree, suite.folder)
        }
        if "docker" in options.sandboxes:
            image = choose("docker", Settings())[0].image("examiner")
            ways["(a) cold container"] = lambda: cold_container(image, tree, suite.folder)
        for kind in options.sandboxes:
            client = stack.enter_context(server(kind, Path(folder) / kind, options.exercise))
            ways[f"Abgabe, {kind}"] = lambda client=client: over_http(client, options.exercise, archive)
        table(measure(ways, options.hand_ins))


def hand_in(candidate: Path, suite: object, folder: Path) -> tuple[Path, Path]:
    """The candidate as a zip to upload and as a tree to import."""
    archive, tree = folder / "submission.zip", folder / "tree"
    with intake.Upload.from_paths([candidate]) as upload, intake.pack(upload, intake.Limits()) as packed:
        archive.write_bytes(packed.read())
        packed.seek(0)
        taken = intake.read(packed, suite, intake.Limits())  # type: ignore[arg-type]
    for name, content in taken.files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return archive, tree


def measure(ways: dict[str, Callable[[], dict[str, float]]], rounds: int) -> dict[str, list[dict[str, float]]]:
    found: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    for way in ways.values():
        way()  # once for the caches
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(way())
            time.sleep(1.0)  # a spare pair is started between two hand-ins, as between two students
    return found


def table(found: dict[str, list[dict[str, float]]]) -> None:
    limit = statistics.median(one["total"] for one in found["(b) plain pytest on the host"])
    print(f"{'':32}{'first verdict, s':>22}{'total, s':>22}")
    print(f"{'':32}{'median':>11}{'p95':>11}{'median':>11}{'p95':>11}  against 1.5 x (b) + 0.3 s")
    for name, runs in found.items():
        row = f"{name:32}"
        for key in ("first", "total"):
            values = sorted(run[key] for run in runs if key in run)
            row += (
                f"{statistics.median(values):11.3f}{values[int(0.95 * (len(values) - 1))]:11.3f}"
                if values
                else " " * 22
            )
        total = statistics.median(run["total"] for run in runs)
        goal = 1.5 * limit + 0.3
        print(row + (f"  {'held' if total <= goal else 'MISSED'} ({goal:.3f})" if name.startswith("Abgabe") else ""))
    inside = [run["cases"] for runs in found.values() for run in runs if "cases" in run]
    if inside:
        print(f"of Abgabe's total, inside the cases (median): {statistics.median(inside):.3f} s wall")


def plain(tree: Path, suite: Path) -> dict[str, float]:
    """pytest in one interpreter on this host."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "pytest", *PYTEST, "--student", str(tree), str(suite)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, env={**os.environ, **FAIR})
    return {"total": time.perf_counter() - begun}


def cold_container(image: str, tree: Path, suite: Path) -> dict[str, float]:
    """A fresh container with tests and student in one interpreter, thrown away afterwards."""
    begun = time.perf_counter()
    mounts = [(tree, "/student"), (suite, f"/suites/{suite.name}"), (PROJECT / "exam", "/abgabe/exam")]
    mounts.append((PROJECT / "reference_impl", "/abgabe/reference_impl"))
    volumes = [part for source, target in mounts for part in ("-v", f"{source}:{target}:ro")]
    script = f"cd /tmp && exec python3 -m pytest {' '.join(PYTEST)} --student /student /suites/{suite.name}"
    command = ["docker", "run", "--rm", "--network=none", *volumes, "-e", "PYTHONPATH=/abgabe:/abgabe/packages", "-e"]
    command += ["OPENBLAS_NUM_THREADS=1", "--entrypoint", "sh", image, "-c", script]
    subprocess.run(command, check=True, capture_output=True)
    return {"total": time.perf_counter() - begun}


@contextlib.contextmanager
def server(kind: str, data_dir: Path, exercise: str) -> Iterator[httpx.Client]:
    """A real server with one student, and a client with that student's token."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    env = {**os.environ, "ABGABE_DATA_DIR": str(data_dir), "ABGABE_SANDBOX": kind, "ABGABE_LOG_LEVEL": "warning"}

    def abgabe(*words: str) -> str:
        return subprocess.run([ABGABE, *words], env=env, check=True, capture_output=True, text=True).stdout.strip()

    abgabe("migrate")
    abgabe("course", "add", "bench", exercise)
    abgabe("user", "add", "student")
    token = abgabe("token", "create", "student")
    process = subprocess.Popen([ABGABE, "up", "--port", str(port)], env=env, stdout=subprocess.DEVNULL)
    transport = httpx.HTTPTransport(retries=8)
    headers = {"Authorization": f"Bearer {token}"}
    url = f"http://127.0.0.1:{port}/api/v1"
    try:
        with httpx.Client(base_url=url, headers=headers, transport=transport, timeout=120, trust_env=False) as client:
            client.get("/me").raise_for_status()
            yield client
    finally:
        process.terminate()
        process.wait(30)


def over_http(client: httpx.Client, exercise: str, archive: Path) -> dict[str, float]:
    """Seconds from the answer "accepted" to the first verdict and to the last."""
    with archive.open("rb") as file:
        answer = client.post(f"/exercises/{exercise}/submissions", files={"files": ("submission.zip", file)})
    submission = answer.raise_for_status().json()["id"]
    accepted = time.perf_counter()
    first, event, cases = 0.0, "", 0.0
    with client.stream("GET", f"/submissions/{submission}/events") as stream:
        for line in stream.iter_lines():
            if line.startswith("event:"):
                event = line[6:].strip()
                if event == "case" and not first:
                    first = time.perf_counter() - accepted
                if event == "done":
                    break
            elif line.startswith("data:") and event == "case":
                cases += float(json.loads(line[5:])["wall_s"])
    return {"first": first, "total": time.perf_counter() - accepted, "cases": cases}


if __name__ == "__main__":
    main()
