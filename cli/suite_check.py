"""``abgabe suite check``: is this suite fit to decide grades? Each check asks one thing and says what it found."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.candidates import Candidate, candidates_in
from cli.console import complain, err
from cli.suite_check_report import Section, as_object, print_section, print_total
from cli.suite_checks import CHECKS
from cli.suite_exams import Bench, progress_bar
from core.errors import AbgabeError, NotFound, texts
from core.settings import PROJECT, Settings
from core.suites import Suite, find_suite
from worker.pairs import SparePairs
from worker.sandbox.base import Sandbox
from worker.sandbox.choose import Kind, choose

NO_CANDIDATES = texts(
    "suite.no_candidates",
    en=(
        "There is no right hand-in in {path}.",
        "One is a folder right_… with an expected.toml; --candidates says where.",
    ),
    de=(
        "In {path} gibt es keine richtige Abgabe.",
        "Das ist ein Ordner right_… mit einer expected.toml; --candidates sagt, wo.",
    ),
)
NO_SUCH_CHECK = texts(
    "suite.no_such_check",
    en=("There is no check “{name}”.", "There are: {known}."),
    de=("Eine Prüfung „{name}“ gibt es nicht.", "Es gibt: {known}."),
)
NO_SUCH_HAND_IN = texts(
    "suite.no_such_hand_in",
    en=("There is no hand-in “{name}” in {path}.", "A hand-in is a folder with an expected.toml."),
    de=("Eine Abgabe „{name}“ gibt es in {path} nicht.", "Eine Abgabe ist ein Ordner mit einer expected.toml."),
)
WELL, NOT_WELL, NOT_CHECKED = 0, 1, 2
CANDIDATES = PROJECT / "tests" / "candidates"


@dataclass(frozen=True)
class Wish:
    """How thorough the check shall be; ``mutate`` names the right hand-in that is mutated. With ``hand_ins``, these
    get their verdicts and nothing else is checked."""

    candidates: Path | None = None
    quick: bool = False
    minutes: float = 30.0
    jobs: int = 2
    mutate: str = ""
    only: tuple[str, ...] = ()
    hand_ins: tuple[str, ...] = ()


def suite_check(settings: Settings, exercise: str, kind: Kind | None, wish: Wish, as_json: bool) -> int:
    """Check and print; the exit code: 0 nothing found, 1 something found, 2 it could not be checked."""
    started = time.monotonic()
    try:
        suite = find_suite(settings.suites_dir, exercise)
        sandbox, notice = choose(kind or settings.sandbox, settings)
        if notice and not as_json:
            err.print(notice, markup=False, style="yellow")
        sections = []
        for section in _checked(suite, sandbox, wish, as_json):
            sections.append(section)
            if not as_json:
                print_section(section)
    except AbgabeError as error:
        complain(error)
        return NOT_CHECKED
    except ValueError as error:
        err.print(f"abgabe: {error}", markup=False, style="bold red")
        return NOT_CHECKED
    total_s = time.monotonic() - started
    if as_json:
        print(json.dumps(as_object(suite, sandbox.kind, sections, total_s), ensure_ascii=False))
    else:
        print_total(suite, sections, total_s)
    return NOT_WELL if any(section.findings for section in sections) else WELL


def _checked(suite: Suite, sandbox: Sandbox, wish: Wish, quiet: bool) -> Iterator[Section]:
    """Each check as soon as it is done."""
    for name in wish.only:
        if name not in CHECKS:
            raise NotFound(NO_SUCH_CHECK, name=name, known=", ".join(CHECKS))
    found = _hand_ins(wish, wish.candidates or CANDIDATES / suite.id)
    wanted = ("hand-ins",) if wish.hand_ins else wish.only or tuple(CHECKS)
    until = time.monotonic() + 60 * wish.minutes
    with contextlib.closing(SparePairs(sandbox, size=wish.jobs)) as pairs, progress_bar(quiet) as progress:
        bench = Bench(suite, found, pairs, sandbox, wish.jobs, until, wish.quick, wish.mutate, progress)
        for name in (name for name in CHECKS if name in wanted):
            section = CHECKS[name](bench)
            progress.stop()  # what is printed now does not land in the bar
            yield section
            progress.start()


def _hand_ins(wish: Wish, folder: Path) -> list[Candidate]:
    found = {candidate.name: candidate for candidate in candidates_in(folder)}
    if not any(candidate.is_right for candidate in found.values()):
        raise NotFound(NO_CANDIDATES, path=str(folder))
    for name in wish.hand_ins:
        if name not in found:
            raise NotFound(NO_SUCH_HAND_IN, name=name, path=str(folder))
    return [found[name] for name in wish.hand_ins or found]
