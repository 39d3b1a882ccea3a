"""``abgabe doctor``: is this installation sound? One line for each check, and the proof that the sandbox holds.

A line with an exclamation mark is a warning: it does not change the exit code.
"""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from difflib import get_close_matches
from pathlib import Path

from rich.markup import escape

from cli.console import language, out
from cli.images import ungradable
from cli.state import is_absent, open_existing
from core.errors import AbgabeError, SandboxUnavailable
from core.queue import CeleryQueue, make_app
from core.settings import Settings, unknown_variables, variables
from core.suites import load_suite, load_suites
from exam.report import Report, Verdict
from worker.exam import examine
from worker.pairs import ColdPairs
from worker.sandbox.choose import choose

PROBE = Path(__file__).resolve().parent / "probe"
LOW_DISK_GIB = 2

Check = Callable[[Settings], str]


class Unwell(Exception):
    """A check that failed, with what to do about it."""


def doctor(settings: Settings) -> int:
    """Run all checks; 0 where all are well, else 3."""
    checks: tuple[tuple[str, Check], ...] = (
        ("python", _python),
        ("suites", _suites),
        ("data directory", _data_dir),
        ("database", _database),
        ("queue", _queue),
        ("sandbox", _sandbox),
    )
    results = [_report(name, check, settings) for name, check in checks]
    for name, text in _warnings(settings):
        out.print(f"[yellow]![/yellow] {name:15} {escape(text)}")
    return 0 if all(results) else 3


def _report(name: str, check: Check, settings: Settings) -> bool:
    try:
        text, well = check(settings), True
    except AbgabeError as error:
        text, well = f"{error.text(language())} {error.hint(language())}", False
    except Unwell as error:
        text, well = str(error), False
    mark = "[green]✓[/green]" if well else "[bold red]✗[/bold red]"
    out.print(f"{mark} {name:15} {escape(text)}")
    return well


def _warnings(settings: Settings) -> Iterator[tuple[str, str]]:
    """What an installation may be without, and its keeper should know."""
    for name in unknown_variables(os.environ):
        close = get_close_matches(name.upper(), variables(), 1, cutoff=0.8)
        yield "settings", f"{name} is no setting" + (f"; is {close[0]} meant?" if close else "")
    with suppress(SandboxUnavailable):  # the check of the sandbox has said so
        sandbox, _ = choose(settings.sandbox, settings)
        for line in ungradable(sandbox, settings.suites_dir):
            yield "exercises", line


def _python(settings: Settings) -> str:
    return platform.python_version()


def _suites(settings: Settings) -> str:
    suites = load_suites(settings.suites_dir)
    if not suites:
        raise Unwell(f"there is no suite in {settings.suites_dir}; set ABGABE_SUITES_DIR")
    return ", ".join(f"{suite.id} (version {suite.version})" for suite in suites.values())


def _data_dir(settings: Settings) -> str:
    path = settings.data_dir.resolve()
    existing = next(parent for parent in (path, *path.parents) if parent.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise Unwell(f"{existing} cannot be written ({error.strerror}); set ABGABE_DATA_DIR") from error
    free_gib = shutil.disk_usage(existing).free / 2**30
    if free_gib < LOW_DISK_GIB:
        raise Unwell(f"only {free_gib:.1f} GiB are free at {existing}; make room")
    return f"{path}, {free_gib:.0f} GiB free" + ("" if path.exists() else " (not made yet: abgabe up makes it)")


def _database(settings: Settings) -> str:
    if is_absent(settings):
        return "none yet (abgabe migrate makes it)"
    with closing(open_existing(settings)) as database:
        return f"{database.engine.dialect.name}, schema up to date"


def _queue(settings: Settings) -> str:
    if settings.embedded:
        return "in this process"
    waiting = CeleryQueue(make_app(settings)).waiting()
    return f"broker answers, {waiting} waiting"


def _sandbox(settings: Settings) -> str:
    """Examine an intruder in the sandbox that hand-ins would get."""
    sandbox, notice = choose(settings.sandbox, settings)
    report = probe(ColdPairs(sandbox))
    broken = [f"{case.spec.id}: {case.message}" for case in report.cases if case.verdict is not Verdict.PASSED]
    if broken:
        raise Unwell(f"{sandbox.kind} does NOT hold; take no hand-ins. " + "; ".join(broken))
    said = f"{sandbox.kind} holds: {len(report.cases)} of {len(report.cases)} attempts to break out stopped"
    return said + (f" ({notice})" if notice else "")


def probe(pairs: ColdPairs) -> Report:
    """The exam of a hand-in that tries to break out."""
    suite = load_suite(PROBE)
    return examine(suite, {"intruder.py": (PROBE / "intruder.py").read_bytes()}, 0, pairs)
