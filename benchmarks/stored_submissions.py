"""Whether pages and the API stay as fast with ten times the submissions stored, and how the database finds them.

Two databases with the same queue, one of them with ten times the students, submissions, attempts, cases and audit
entries. Every page and route that a student, a tutor or a program reads, a hand-in, and what a worker and the
reconciler do take turns on both, in this process. Told are the lower quartiles of the wall times, their ratio, and the
database's plans at the larger size.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import re
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import structlog
import uvicorn
from sqlalchemy import event

from benchmarks.parts.hand_ins import archive
from benchmarks.parts.processes import end_in_order
from benchmarks.parts.stored import EACH, WAITING, Filled, fill
from core import submissions
from core.database import migrate
from core.deps import Deps
from core.queries import exercises_in_use
from core.queue import open_deps
from core.scoring import Score
from core.settings import Settings
from core.submissions import Claim, Setting
from exam.report import CaseResult, CaseSpec, Message, Report, Verdict
from server.app import create_app
from tests.real_parts import postgres_binaries, running_postgres

ARCHIVE = archive("ex1", 1)
RATIO = 1.5
NOISE_S = 0.002
"""A difference below this is none: the machine's others make as much."""
SPEC = CaseSpec("Group.case", "Group", {"en": "a case"}, counts=True)
RESULT = CaseResult(SPEC, Verdict.PASSED, Message("passed"))
REPORT = Report("ex1", "1", 1, (RESULT,))
SCORE = Score(1.0, 1.0, ())
SETTING = Setting("1", "0" * 64, "none", "none")
TINY = ("on exercise", "on course", "SCAN exercise", "SCAN course")
"""Tables that are read whole because they are small."""
NODE = re.compile(
    r"((?:Seq|Index|Index Only|Bitmap Index) Scan .*?|Sort|SCAN .*|SEARCH .*|USE TEMP B-TREE.*)(?:  \(|$)"
)


@dataclass
class Stock:
    """An installation whose database holds so many submissions."""

    deps: Deps
    filled: Filled
    client: httpx.Client
    claims: list[Claim] = field(default_factory=list)

    def page(self, address: str, *, admin: bool = False) -> None:
        cookie = self.filled.admin_token if admin else self.filled.student_token
        _check(self.client.get(self._of(address), headers={"Cookie": f"abgabe_session={cookie}"}))

    def api(self, address: str, *, admin: bool = False) -> None:
        _check(self.client.get(self._of(f"/api/v1{address}"), headers=self._token(admin)))

    def hand_in(self) -> None:
        files = {"files": ("submission.zip", ARCHIVE)}
        _check(self.client.post("/api/v1/exercises/ex1/submissions", files=files, headers=self._token(admin=False)))

    def claim(self) -> None:
        claimed = submissions.claim(self.deps, "bench")
        assert claimed is not None
        self.claims.append(claimed)

    def _of(self, address: str) -> str:
        return address.format(**self.filled.__dict__)

    def _token(self, admin: bool) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.filled.admin_token if admin else self.filled.student_token}"}


def _check(answer: httpx.Response) -> None:
    if answer.is_error:
        raise RuntimeError(f"{answer.url}: {answer.status_code} {answer.text[:300]}")


Operation = Callable[[Stock], object]


def operations() -> dict[str, Operation]:
    """By name, in an order in which each finds what it needs."""

    def page(address: str, **who: bool) -> Operation:
        return lambda stock: stock.page(address, **who)

    def api(address: str, **who: bool) -> Operation:
        return lambda stock: stock.api(address, **who)

    staff = partial(page, admin=True)
    found = {f"page {address}": page(address) for address in STUDENT_PAGES}
    found |= {f"page {address}, staff": staff(address) for address in STAFF_PAGES}
    found |= {f"API {address}": api(address) for address in STUDENT_API}
    found |= {f"API {address}, staff": api(address, admin=True) for address in STAFF_API}
    return found | {
        "a hand-in": Stock.hand_in,
        "worker: claim": Stock.claim,
        "worker: heartbeat": lambda stock: submissions.heartbeat(stock.deps, stock.claims[-1]),
        "worker: plan": lambda stock: submissions.plan(stock.deps, stock.claims[-1], [SPEC], SETTING),
        "worker: a verdict": lambda stock: submissions.record(stock.deps, stock.claims[-1], 0, RESULT),
        "worker: finish": lambda stock: submissions.finish(stock.deps, stock.claims.pop(), REPORT, SCORE),
        "reconciler: one round": lambda stock: submissions.reconcile(stock.deps),
        "start: which exercises to keep sandboxes for": lambda stock: exercises_in_use(
            stock.deps.database, stock.deps.clock(), 3
        ),
    }


STUDENT_PAGES = (
    "/",
    "/exercises/ex1",
    "/submissions/{graded_own}",
    "/submissions/{graded_own}/live",
    "/account",
)
STAFF_PAGES = (
    "/submissions/{graded}",
    "/submissions/{waiting}",
    "/submissions",
    "/submissions?before={middle}",
    "/submissions?exercise=ex1&before={middle}",
    "/submissions?student={student_login}",
    "/submissions?state=stuck",
    "/submissions?state=done&before={middle}",
    "/submissions?exercise=ex2&student={student_login}&state=done",
    "/submissions?exercise=ex1&state=stuck",
    "/submissions?exercise=ex1&state=cancelled",
    "/staff/audit",
    "/staff/audit?before={audit_middle}",
    "/staff/audit?actor=tutor3&before={audit_middle}",
    "/staff/audit?action=login",
    "/staff/audit?actor=nobody&action=login",
    "/metrics",
    "/readyz",
)
STUDENT_API = ("/me", "/exercises", "/submissions", "/submissions?exercise=ex1", "/submissions/{graded_own}")
STUDENT_API += ("/submissions/{graded_own}/result", "/submissions/{graded_own}/events")
STAFF_API = ("/submissions?limit=200", "/submissions?limit=200&cursor={middle}", "/submissions/{waiting}")
STAFF_API += ("/submissions/{waiting}/result",)


def main() -> None:
    """Fill, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=100_000, help="in the larger database")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database", choices=["postgresql", "sqlite", "both"], default="both")
    parser.add_argument("--plans", action="store_true", help="whole plans, not only how each table is read")
    options = parser.parse_args()
    end_in_order()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    grew = []
    for kind in ("postgresql", "sqlite") if options.database == "both" else (options.database,):
        sizes = (options.submissions // 10, options.submissions)
        with contextlib.ExitStack() as stack:
            small, large = stocks(stack, kind, sizes)
            grew += compare(kind, small, large, options.rounds)
            show_plans(large, whole=options.plans)
    print(f"grew with what is stored: {', '.join(grew) or 'nothing'}")


def stocks(stack: contextlib.ExitStack, kind: str, sizes: tuple[int, int]) -> list[Stock]:
    """One installation for each size."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="abgabe-bench-")))
    urls = [f"sqlite:///{folder}/{size}.sqlite3" for size in sizes]
    if kind == "postgresql":
        binaries = postgres_binaries()
        if binaries is None:
            sys.exit("no PostgreSQL: apt-get install -y postgresql")
        postgres = stack.enter_context(running_postgres(binaries))
        for size in sizes:
            postgres.execute(f"CREATE DATABASE size_{size}")
        urls = [postgres.database(f"size_{size}") for size in sizes]
    found = []
    for size, url in zip(sizes, urls, strict=True):
        began = time.monotonic()
        settings = Settings(data_dir=folder / str(size), database_url=url, min_free_mib=0)
        settings.data_dir.mkdir()
        migrate(url)
        deps = open_deps(settings)
        stack.callback(deps.database.close)
        filled = fill(deps.database, size, min(WAITING, sizes[0] // 10))
        client = stack.enter_context(served(deps))
        found.append(Stock(deps, filled, client))
        print(f"{kind}: {size:,} submissions of {size // EACH:,} students in {time.monotonic() - began:.0f} s")
    return found


@contextlib.contextmanager
def served(deps: Deps) -> Iterator[httpx.Client]:
    """A client of the application, which a thread serves on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        app = create_app(deps.settings, deps)
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
        thread.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{sock.getsockname()[1]}", trust_env=False, timeout=60) as client:
            yield client
        server.should_exit = True
        thread.join()


def compare(kind: str, small: Stock, large: Stock, rounds: int) -> list[str]:
    """Print the lower quartiles; the names of what grew."""
    found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in operations()}
    for number in range(rounds + 1):  # the first one warms up
        for name, operation in operations().items():
            for times, stock in zip(found[name], (small, large), strict=True):
                began = time.perf_counter()
                operation(stock)
                if number:
                    times.append(time.perf_counter() - began)
    print(f"{kind:60}{'small, ms':>12}{'large, ms':>12}{'ratio':>8}  bound {RATIO}, or {NOISE_S * 1000:g} ms")
    grew = []
    for name, (few, many) in found.items():
        before, after = lower_quartile(few), lower_quartile(many)
        is_flat = after <= RATIO * before or after - before < NOISE_S
        grew += [] if is_flat else [f"{name} ({kind})"]
        print(
            f"{name:60}{before * 1000:12.1f}{after * 1000:12.1f}{after / before:8.2f}  {'flat' if is_flat else 'GREW'}"
        )
    return grew


def lower_quartile(times: list[float]) -> float:
    """What an operation takes where nobody else is in its way: delays by others only ever add."""
    return statistics.quantiles(times, n=4)[0]


def show_plans(stock: Stock, *, whole: bool) -> None:
    """The database's own words on how it finds what each operation asks for."""
    print("\nHow it is found:")
    for name, operation in operations().items():
        lines = [line for query, values in asked(stock, operation) for line in plan(stock, query, values)]
        print(f"{name}:")
        if not whole:
            nodes = [match[1] for line in lines if (match := NODE.search(line))]
            lines = list(dict.fromkeys(node for node in nodes if not node.endswith(TINY)))
        print("\n".join(f"    {line}" for line in lines))


def asked(stock: Stock, operation: Operation) -> Iterator[tuple[str, object]]:
    """What an operation asks the database, each question once."""
    found: dict[str, object] = {}

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        if statement.startswith("SELECT"):
            found.setdefault(statement, values)

    event.listen(stock.deps.database.engine, "before_cursor_execute", note)
    operation(stock)
    event.remove(stock.deps.database.engine, "before_cursor_execute", note)
    yield from found.items()


def plan(stock: Stock, query: str, values: object) -> list[str]:
    engine = stock.deps.database.engine
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        return [str(row[-1]) for row in connection.exec_driver_sql(explain + query, values)]  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
