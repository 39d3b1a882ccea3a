"""What open live pages cost the server, and how late an event reaches a page.

A whole installation of real processes. Each page belongs to another student, who is logged in and has one hand-in; its
event stream is followed as the page's script does, with the session's cookie. First nobody grades: every hand-in waits.
Then workers grade. An event's delay is from the worker's word to the page's server (on Redis) that a submission has
changed, to the next piece of its page at the student's end.
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import contextlib
import io
import signal
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import redis.asyncio
from sqlalchemy import func, select

from benchmarks.parts.hand_ins import archive
from benchmarks.parts.installation import Installation, installation
from benchmarks.parts.processes import machine_cpu_s, percentile
from core import intake
from core.live import CHANNEL
from core.models import CaseRow, Exercise, User
from core.queue import open_deps
from core.submissions import receive
from core.suites import find_suite
from server.auth.sessions import Sessions

BOUND = 0.2
EXERCISE = "ex1"
ARCHIVES = 10
"""So many are different; to make one takes longer than to hand it in."""
SETTLE_S = 5.0
"""After the pages have opened, before anything is measured."""


@dataclass
class Page:
    """One student's open page."""

    submission_id: str
    cookie: str


@dataclass
class Seen:
    """When what came, by submission: pieces of its page, and words that it has changed."""

    pieces: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    words: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    open: int = 0

    def delays_s(self, since: float) -> list[float]:
        """From each word since that moment to the next piece; several words at once may have one piece."""
        found = []
        for submission_id, moments in self.words.items():
            pieces = self.pieces[submission_id]
            for moment in moments:
                place = bisect.bisect_left(pieces, moment)
                if moment >= since and place < len(pieces):
                    found.append(pieces[place] - moment)
        return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=40.0, help="of each of the two phases")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sandbox", default="bubblewrap")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="abgabe-bench-") as folder,
        installation(Path(folder), [EXERCISE], workers=options.workers, sandbox=options.sandbox) as house,
    ):
        for worker in house.workers:
            worker.send_signal(signal.SIGSTOP)
        asyncio.run(measure(house, open_pages(house, options.pages), options.seconds))


def open_pages(house: Installation, count: int) -> list[Page]:
    """Accounts that are logged in and have handed in."""
    house.students(count)
    deps = open_deps(house.settings)
    sessions = Sessions(house.database, 1.0)
    suite = find_suite(house.settings.suites_dir, EXERCISE)
    archives = [archive(EXERCISE, number) for number in range(ARCHIVES)]
    pages = []
    with house.database.read() as session:
        people = list(session.scalars(select(User.id)))
        exercise_id = session.scalars(select(Exercise.id)).one()
    for number, user_id in enumerate(people):
        with intake.Upload([("submission.zip", io.BytesIO(archives[number % ARCHIVES]))]) as upload:
            packed = intake.pack(upload)
            taken = intake.read(packed, suite)
            same = {"archive": packed, "intake": taken, "filename": "submission.zip"}
            submission = receive(deps, user_id=user_id, exercise_id=exercise_id, **same)  # type: ignore[arg-type]
        pages.append(Page(submission.id, f"abgabe_session={sessions.open(user_id).secret}"))
    deps.live.close()
    deps.database.close()
    return pages


async def measure(house: Installation, pages: list[Page], seconds: float) -> None:
    """Open the pages; then a phase in which nobody grades, and one in which the workers do."""
    seen = Seen()
    async with asyncio.TaskGroup() as group:
        following = [group.create_task(follow(house.url, page, seen)) for page in pages]
        following.append(group.create_task(hear(house.settings.broker_url, seen)))
        while len(seen.pieces) < len(pages):
            await asyncio.sleep(0.1)
        await asyncio.sleep(SETTLE_S)
        print(f"{seen.open} pages open")
        await phase(house, seen, seconds, "nobody grades")
        for worker in house.workers:
            worker.send_signal(signal.SIGCONT)
        while await asyncio.to_thread(house.running) < len(house.workers):
            await asyncio.sleep(0.1)
        await asyncio.sleep(SETTLE_S)
        await phase(house, seen, seconds, f"{len(house.workers)} exams at a time")
        for task in following:
            task.cancel()


async def phase(house: Installation, seen: Seen, seconds: float, name: str) -> None:
    """Measure for so long and print."""
    server_s, machine_s, began = house.server_cpu_s(), machine_cpu_s(), time.monotonic()
    verdicts, came = _verdicts(house), sum(map(len, seen.pieces.values()))
    await asyncio.sleep(seconds)
    took_s = time.monotonic() - began
    share = (house.server_cpu_s() - server_s) / took_s
    delays = seen.delays_s(began)
    print(
        f"{name}: server {share:.1%} of a core (bound {BOUND:.0%}, {'held' if share < BOUND else 'MISSED'}), ", end=""
    )
    print(f"whole machine {(machine_cpu_s() - machine_s) / took_s:.2f} cores, ", end="")
    print(f"{(_verdicts(house) - verdicts) / took_s:.1f} verdicts a second, ", end="")
    print(f"{(sum(map(len, seen.pieces.values())) - came) / took_s:.1f} pieces of pages a second")
    if delays:
        p50, p99 = percentile(delays, 0.5) * 1000, percentile(delays, 0.99) * 1000
        print(
            f"  delay of {len(delays)} events: p50 {p50:.0f} ms, p99 {p99:.0f} ms, longest {max(delays) * 1000:.0f} ms"
        )


def _verdicts(house: Installation) -> int:
    with house.database.read() as session:
        return session.scalar(select(func.count()).select_from(CaseRow)) or 0


async def follow(url: str, page: Page, seen: Seen) -> None:
    """Read a page's event stream until it ends."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    request = f"GET /submissions/{page.submission_id}/live HTTP/1.1\r\nHost: {where.netloc}\r\n"
    writer.write(f"{request}Cookie: {page.cookie}\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n".encode())
    with contextlib.closing(writer):
        status = await reader.readline()
        if b" 200 " not in status:
            raise RuntimeError(f"no event stream: {status!r}")
        seen.open += 1
        while line := await reader.readline():
            if line.startswith(b"id:"):
                seen.pieces[page.submission_id].append(time.monotonic())


async def hear(broker_url: str, seen: Seen) -> None:
    """Note when it is said of which submission that it has changed."""
    async with redis.asyncio.Redis.from_url(broker_url) as client, client.pubsub() as pubsub:
        await pubsub.psubscribe(CHANNEL + "*")
        async for message in pubsub.listen():
            if message["type"] == "pmessage":
                seen.words[message["channel"].decode().removeprefix(CHANNEL)].append(time.monotonic())


if __name__ == "__main__":
    main()
