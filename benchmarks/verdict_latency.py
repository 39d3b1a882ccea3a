"""From an accepted upload to its verdicts, side by side with what the peers do and with no sandbox at all.

    ours      a real server (`abgabe up`), hand-ins over HTTP, verdicts from its event stream; for each sandbox
    browser   the same server, handed in and watched in Chromium, until the first verdict is painted
    (a) cold  a container per submission that runs the same suite in one interpreter, as the peers do
    (b) plain pytest on this host, one interpreter, no sandbox: the limit

The ways take turns, hand-in by hand-in, so that a noisy machine is noisy for all. Medians and 95th percentiles. Bounds,
on medians: the whole at most 0.25 s above (b), at least 5 times faster than (a); in the browser the first verdict
within 0.3 s. What can differ between ours and (a) is what they take beyond (b): that ratio is told as well.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from core import intake
from core.settings import Settings
from core.suites import find_suite
from tests.server.browser import Abgabe, chromium
from worker.sandbox.choose import choose

PROJECT = Path(__file__).resolve().parent.parent
ABGABE = Path(sys.executable).with_name("abgabe")
FAIR = {"OPENBLAS_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""What the sandboxes have as well; plugins of this host's environment would only slow the limit down."""
PLAIN, COLD = "(b) plain pytest on the host", "(a) cold container"
ABOVE_PLAIN_S, TIMES_COLD, VISIBLE_S = 0.25, 5.0, 0.3
SEEN = """
new MutationObserver(() => {
  if (document.querySelector("li.case:is(.good, .bad)")) requestAnimationFrame(() => { window.seenAt ??= Date.now() })
}).observe(document, {childList: true, subtree: true, attributes: true})
"""
PYTEST = ("-q", "-p", "no:cacheprovider", "-p", "exam.plain")


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hand-ins", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=3600.0, help="begin no round after so long")
    parser.add_argument("--exercise", default="ex1")
    parser.add_argument("--candidate", type=Path, default=PROJECT / "tests/candidates/ex1/right_reference")
    parser.add_argument("--sandboxes", nargs="*", default=["bubblewrap", "docker"])
    options = parser.parse_args()
    suite = find_suite(Settings().suites_dir, options.exercise)
    with tempfile.TemporaryDirectory(prefix="abgabe-bench-") as folder, contextlib.ExitStack() as stack:
        archive, tree = hand_in(options.candidate, suite, Path(folder))
        ways: dict[str, Callable[[], dict[str, float]]] = {PLAIN: lambda: plain(tree, suite.folder)}
        if "docker" in options.sandboxes:
            image = choose("docker", Settings())[0].image("examiner")
            ways[COLD] = lambda: cold_container(image, tree, suite.folder)
        browser = stack.enter_context(chromium())
        for kind in options.sandboxes:
            site = stack.enter_context(server(kind, Path(folder) / kind, options.exercise))
            page = Abgabe(browser.new_page(), site.url)
            page.page.add_init_script(SEEN)
            page.log_in("student", site.password)
            ways[f"Abgabe, {kind}"] = lambda site=site: over_http(site.client, options.exercise, archive)
            ways[f"Abgabe, {kind}, browser"] = lambda site=site, page=page: in_browser(
                site.client, page, options.exercise, archive
            )
        found = measure(ways, options.hand_ins, time.monotonic() + options.seconds)
        table(found)
        for kind in options.sandboxes:
            bounds(found, f"Abgabe, {kind}")


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


def measure(
    ways: dict[str, Callable[[], dict[str, float]]], rounds: int, until: float
) -> dict[str, list[dict[str, float]]]:
    """Rounds in which each way has a turn; at least one, and none begins after ``until``."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    for way in ways.values():
        way()  # once for the caches
    for number in range(rounds):
        if number and time.monotonic() > until:
            break
        for name, way in ways.items():
            found[name].append(way())
            time.sleep(1.0)  # a spare pair is started between two hand-ins, as between two students
    return found


def table(found: dict[str, list[dict[str, float]]]) -> None:
    """Of all ways."""
    print(f"{len(found[PLAIN])} rounds\n")
    print("| | first verdict, s: median | p95 | all, s: median | p95 |\n|---|---|---|---|---|")
    for name, runs in found.items():
        cells = []
        for key in ("first", "total"):
            values = sorted(run[key] for run in runs if key in run)
            cells += [f"{values[int(at * (len(values) - 1))]:.3f}" if values else "" for at in (0.5, 0.95)]
        print(f"| {name} | {' | '.join(cells)} |")
    inside = [run["cases"] for runs in found.values() for run in runs if "cases" in run]
    print(f"\nOf Abgabe's total, inside the cases (median): {statistics.median(inside):.3f} s wall.")


def bounds(found: dict[str, list[dict[str, float]]], name: str) -> None:
    """Print each with the word yes or NO."""

    def median(way: str, key: str) -> float:
        return statistics.median(run[key] for run in found[way])

    limit = median(PLAIN, "total")
    ours_s, seen_s = median(name, "total") - limit, median(f"{name}, browser", "first")
    print(f"\n{name}:")
    print(f"- all verdicts: plain pytest + {ours_s:.3f} s; at most {ABOVE_PLAIN_S}: {_held(ours_s <= ABOVE_PLAIN_S)}")
    print(f"- first verdict visible after {seen_s:.3f} s; at most {VISIBLE_S}: {_held(seen_s <= VISIBLE_S)}")
    if COLD in found:
        faster, cold_s = median(COLD, "total") / median(name, "total"), median(COLD, "total") - limit
        held = _held(faster >= TIMES_COLD)
        print(f"- {faster:.1f} times faster than a cold container; at least {TIMES_COLD:.0f}: {held}")
        print(
            f"- a cold container takes plain pytest + {cold_s:.3f} s: {cold_s / max(ours_s, 0.001):.1f} times as much"
        )


def _held(held: bool) -> str:
    return "yes" if held else "NO"


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


@dataclass(frozen=True)
class Site:
    """A server with one student: where it is, the student's password, and a client with the student's token."""

    url: str
    password: str
    client: httpx.Client


@contextlib.contextmanager
def server(kind: str, data_dir: Path, exercise: str) -> Iterator[Site]:
    """A real one."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    env = {**os.environ, "ABGABE_DATA_DIR": str(data_dir), "ABGABE_SANDBOX": kind, "ABGABE_LOG_LEVEL": "warning"}

    def abgabe(*words: str) -> str:
        return subprocess.run([ABGABE, *words], env=env, check=True, capture_output=True, text=True).stdout.strip()

    abgabe("migrate")
    abgabe("course", "add", "bench", exercise)
    password = abgabe("user", "add", "student").rpartition(" ")[2]
    token = abgabe("token", "create", "student")
    process = subprocess.Popen([ABGABE, "up", "--port", str(port)], env=env, stdout=subprocess.DEVNULL)
    transport = httpx.HTTPTransport(retries=8)
    headers = {"Authorization": f"Bearer {token}"}
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(
            base_url=f"{url}/api/v1", headers=headers, transport=transport, timeout=120, trust_env=False
        ) as client:
            client.get("/me").raise_for_status()
            yield Site(url, password, client)
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


def in_browser(client: httpx.Client, page: Abgabe, exercise: str, archive: Path) -> dict[str, float]:
    """Seconds from the moment that the server notes as that of acceptance to the first verdict's first frame."""
    page.hand_in(archive, exercise)
    submission = page.wait_for_submission()
    while not (seen_ms := page.page.evaluate("window.seenAt")):
        page.page.wait_for_timeout(20)
    received = client.get(f"/submissions/{submission}").raise_for_status().json()["received_at"]
    with client.stream("GET", f"/submissions/{submission}/events") as stream:
        next(line for line in stream.iter_lines() if line == "event: done")
    page.open()
    return {"first": seen_ms / 1000 - dt.datetime.fromisoformat(received).timestamp()}


if __name__ == "__main__":
    main()
