"""The checks of a suite, each a function from the bench to what it found."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from cli.candidates import Candidate
from cli.doctor_attack import QUICK, besiege
from cli.practise import unpacked
from cli.suite_check_report import Section
from cli.suite_exams import Bench, Order
from cli.suite_mutation import mutation
from core.practice_choice import choose as choose_for_practice
from core.practice_zip import has_practice
from core.suites import Suite
from exam.messages import LANGUAGES
from exam.report import CaseSpec
from worker.pairs import ColdPairs

SEEDS, QUICK_SEEDS = 20, 3
QUICK_RIGHT = 2
SLOW_SHARE = 0.5
SLOWEST = 5
NOT_INSTALLED = "which is not installed here"
TIME_OVER = "exams left out: the time was over (--minutes)"


def candidates(bench: Bench) -> Section:
    """Every hand-in gets exactly its verdicts and points; the right ones everything."""
    section = Section("hand-ins")
    orders = {one.name: Order(one.name, one.limited(bench.suite), one.files()) for one in bench.candidates}
    by_name = {one.name: one for one in bench.candidates}
    held_count = 0
    for held in bench.hold("hand-ins", list(orders.values())):
        held_count += 1
        if held.report is None:
            section.findings.append(f"{held.order.name}: {held.error}")
            continue
        bench.reports[held.order.name] = held.report
        different = by_name[held.order.name].differences(held.order.suite, held.report)
        section.findings += [f"{held.order.name}: {text}" for text in different]
        if different:
            got = Candidate.earned(held.order.suite, held.report)
            section.notes.append(
                f"{held.order.name}: this is what it got; if it should, write into its expected.toml\n{got}"
            )
    section.findings += [f"{name}: no expected.toml, so nobody looks at it" for name in _unexpected(bench)]
    right = len(bench.right)
    section.summary = f"{len(bench.reports)} of {len(orders)} examined, {right} right and {len(orders) - right} wrong"
    if held_count < len(orders):
        section.findings.append(f"{len(orders) - held_count} {TIME_OVER}")
    return section


def texts(bench: Bench) -> Section:
    """Titles, hints and reasons are there in every language."""
    specs = _specs(bench)
    section = Section("texts", f"{len(specs)} cases, {len(LANGUAGES)} languages")
    section.findings += [] if specs else [f"no exam could be held: {bench.trouble}"]
    for spec in specs:
        asked = {"title": spec.title, "hint": spec.hint} | ({} if spec.counts else {"why": spec.why})
        for name, said in asked.items():
            missing = [language for language in LANGUAGES if not said.get(language)]
            if missing:
                section.findings.append(f"{spec.id}: no {name} in {', '.join(missing)}")
    return section


def groups(bench: Bench) -> Section:
    """Every group with points has a counting case, and every name of a file or a case in suite.toml is one's."""
    counting = {spec.group for spec in _specs(bench) if spec.counts}
    section = Section("groups", f"{len(bench.suite.groups)} groups, {bench.suite.max_points:g} points")
    section.findings = [
        f"{group.id}: {group.points:g} points, but no counting case: nobody can earn them"
        for group in bench.suite.groups
        if group.points and group.id not in counting
    ]
    section.findings += _lost_names(bench.suite, {spec.id for spec in _specs(bench)})
    return section


def seeds(bench: Bench) -> Section:
    """Right hand-ins get their verdicts with any random numbers."""
    count = QUICK_SEEDS if bench.quick else SEEDS
    right = {one.name: one for one in (bench.right[:QUICK_RIGHT] if bench.quick else bench.right)}
    contents = {name: (one.limited(bench.suite), one.files()) for name, one in right.items()}
    orders = [Order(name, *contents[name], seed=seed) for seed in range(count) for name in contents]
    section, held_count = Section("seeds"), 0
    for held in bench.hold("seeds", orders):
        held_count += 1
        different = right[held.order.name].differences(bench.suite, held.report) if held.report else [held.error]
        section.findings += [f"{held.order.name}, seed {held.order.seed}: {text}" for text in different]
    section.summary = f"{held_count} of {len(orders)} exams: {len(right)} right hand-ins with {count} seeds each"
    if held_count < len(orders):
        section.findings.append(f"{len(orders) - held_count} {TIME_OVER}")
    return section


def times(bench: Bench) -> Section:
    """How long the cases take right hand-ins, against the limits."""
    slowest: dict[str, float] = {}
    for report in bench.reports_of(bench.right):
        for result in report.cases:
            slowest[result.spec.id] = max(slowest.get(result.spec.id, 0.0), result.cpu_s)
    limit_s = bench.suite.limits.case_cpu_s
    ranked = sorted(slowest.items(), key=lambda item: -item[1])
    section = Section(
        "times", f"{sum(slowest.values()):.1f} s of computing for all cases, {limit_s:g} s allowed for each"
    )
    section.notes = [f"{case}: {cpu_s:.2f} s" for case, cpu_s in ranked[:SLOWEST]]
    for case, cpu_s in ranked:
        if cpu_s > SLOW_SHARE * limit_s:
            section.notes.append(
                f"{case} takes a right hand-in more than half of that: "
                "it needs a mark limits(cpu_s=…) of its own, if it has none"
            )
    section.data = {"cpu_s": {case: round(cpu_s, 3) for case, cpu_s in ranked}}
    return section


def practice(bench: Bench) -> Section:
    """What is given out for practice works, and a right hand-in passes it."""
    choice = choose_for_practice(bench.suite)
    section = Section("practice", f"{len(choice.tests)} test files are given out, {len(choice.withheld)} are not")
    section.notes = [f"given out: {', '.join([*choice.tests, *sorted(choice.helpers)])}"] if choice.tests else []
    section.notes += [f"kept back: {reason}" for reason in choice.withheld.values()]
    if has_practice(bench.suite):
        with tempfile.TemporaryDirectory() as folder, unpacked(bench.suite) as place:
            bench.right[0].write(Path(folder))
            command = [sys.executable, str(place / "practise.py"), "--language", "en", folder]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        if NOT_INSTALLED in " ".join(done.stdout.split()):
            section.notes.append(f"not tried to the end: {bench.right[0].name} needs packages that are not here")
        elif done.returncode:
            section.findings.append(f"{bench.right[0].name} does not pass at home:\n{done.stdout[-2000:]}")
    return section


def attacks(bench: Bench) -> Section:
    """The sandbox holds, as abgabe doctor shows."""
    siege = besiege(ColdPairs(bench.sandbox), QUICK)
    section = Section("attacks", f"{siege.stopped} of {len(siege.attacks)} attempts to break out stopped")
    section.findings = siege.faults
    return section


def _unexpected(bench: Bench) -> list[str]:
    """Folders beside the hand-ins that look like one."""
    folders = sorted(path for path in bench.candidates[0].folder.parent.iterdir() if path.is_dir())
    return [path.name for path in folders if not (path / "expected.toml").is_file() and next(path.rglob("*.py"), None)]


def _lost_names(suite: Suite, cases: set[str]) -> list[str]:
    """What a slip of the pen in suite.toml leaves without effect; ``cases`` are the ids of all that were run."""
    run = {test.partition("::")[0] for group in suite.groups for test in group.tests}
    there = {path.name for path in suite.folder.glob("test_*.py")}
    promoted = [(group.id, name) for group in suite.groups for name in group.promote]
    return [
        *(f"hidden: there is no file {name}" for name in suite.hidden if not (suite.folder / name).is_file()),
        *(f"{group}: promote: there is no case {name}" for group, name in promoted if f"{group}.{name}" not in cases),
        *(f"{name} is in no group: nobody runs it" for name in sorted(there - run)),
    ]


def _specs(bench: Bench) -> list[CaseSpec]:
    """All cases, as an exam has told of them."""
    return [case.spec for report in bench.reports_of(bench.right[:1]) for case in report.cases]


CHECKS: dict[str, Callable[[Bench], Section]] = {
    "hand-ins": candidates,
    "texts": texts,
    "groups": groups,
    "times": times,
    "practice": practice,
    "attacks": attacks,
    "seeds": seeds,
    "mutants": mutation,
}
"""In this order."""
