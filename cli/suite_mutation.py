"""The check of a suite by mutants of a right hand-in: which of them do its cases notice?"""

from __future__ import annotations

from collections import Counter

from cli.candidates import PACKAGE, Candidate
from cli.mutation.mutants import EQUIVALENT, Mutant, argued, mutants
from cli.mutation.reach import unused
from cli.suite_check_report import Section
from cli.suite_exams import Bench, Held, Order
from core.suites import Suite
from exam.report import Fault

QUICK_MUTANTS = 30
PREFERRED = ("right_plain", "right_reference")
KILLED, ADVISORY, SURVIVED, EQUIVALENT_MUTANT = "killed", "killed by advisory cases only", "survived", "equivalent"


def mutation(bench: Bench) -> Section:
    """Every mutant is noticed by some case, or argued to be none."""
    chosen = _chosen(bench)
    reasons = argued(chosen.folder)
    made = mutants_of(bench.suite, chosen)
    tried = [mutant for mutant in made if mutant.id not in reasons]
    tried = tried[:: max(1, len(tried) // QUICK_MUTANTS)] if bench.quick else tried
    section, outcomes = Section("mutants"), []
    orders = {mutant.id: _order(bench, chosen, mutant) for mutant in tried}
    by_id = {mutant.id: mutant for mutant in made}
    for held in bench.hold("mutants", list(orders.values())):
        outcomes.append(_judged(section, held, by_id[held.order.name], chosen))
    counts = Counter(outcome["outcome"] for outcome in outcomes)
    equivalent = len(reasons.keys() & by_id.keys())
    noticed = counts[KILLED] + counts[ADVISORY]
    section.summary = (
        f"of {len(outcomes)} mutants of {chosen.name}, {noticed} are noticed: {counts[KILLED]} by counting cases, "
        f"{counts[ADVISORY]} by advisory cases only; {counts[SURVIVED]} survive; {equivalent} are argued equivalent"
    )
    if len(outcomes) < len(orders):
        section.findings.append(f"{len(orders) - len(outcomes)} mutants left out: the time was over (--minutes)")
    stale = sorted(reasons.keys() - by_id.keys())
    section.findings += [
        f"{chosen.name}/{EQUIVALENT} argues about {name}, which is no mutant any more" for name in stale
    ]
    if counts[SURVIVED]:
        section.notes.insert(0, f"those that are no fault: say why in {chosen.folder / EQUIVALENT}, by their ids")
    section.data = {"candidate": chosen.name, "argued_equivalent": equivalent, "mutants": outcomes}
    return section


def _chosen(bench: Bench) -> Candidate:
    """The hand-in to mutate: the one asked for, else one about whose mutants somebody has argued, else a plain one."""
    right = {candidate.name: candidate for candidate in bench.right}
    if bench.mutate:
        if bench.mutate not in right:
            raise ValueError(f"there is no right hand-in {bench.mutate}; there are: {', '.join(right)}")
        return right[bench.mutate]
    argued_about = [candidate for candidate in bench.right if (candidate.folder / EQUIVALENT).is_file()]
    preferred = [right[name] for name in PREFERRED if name in right]
    return [*argued_about, *preferred, *bench.right][0]


def mutants_of(suite: Suite, chosen: Candidate) -> list[Mutant]:
    """Of the files that are the student's work, or of what it uses of the reference where that is handed in."""
    files = chosen.files()
    if reference := {path: text for path, text in files.items() if path.startswith(f"{PACKAGE}/")}:
        idle = unused(reference, by=[text for path, text in files.items() if path not in reference])
        return [one for one in mutants(reference) if not any(one.line in lines for lines in idle[one.file])]
    wanted = {path.rpartition("/")[2] for path in (*suite.tree.required, *suite.tree.optional)}
    return mutants({path: text for path, text in files.items() if path.rpartition("/")[2] in wanted})


def _order(bench: Bench, chosen: Candidate, mutant: Mutant) -> Order:
    files = chosen.files() | {mutant.file: mutant.source.encode()}
    return Order(mutant.id, chosen.limited(bench.suite), files, hasty=True)


def _judged(section: Section, held: Held, mutant: Mutant, chosen: Candidate) -> dict[str, str | int]:
    place = f"{mutant.id} {mutant.file}:{mutant.line} ({mutant.kind})\n{mutant.diff()}"
    usual = chosen.expected.get("verdicts", {})
    bad = [case for case in held.bad if case.verdict.value != usual.get(case.spec.id)]
    faults = [case for case in bad if case.verdict.fault is not Fault.STUDENT]
    counting = [case for case in bad if case.spec.counts]
    if held.error:
        section.findings.append(f"no verdict, {held.error}: {place}")
    if faults:
        section.findings.append(f"{faults[0].spec.id} ends in {faults[0].verdict.value}, {faults[0].message}: {place}")
    outcome = KILLED if counting or held.error else ADVISORY if bad else SURVIVED
    if outcome == SURVIVED:
        section.findings.append(f"survives: {place}")
    if outcome == ADVISORY:
        section.notes.append(f"noticed by {bad[0].spec.id} only, which costs no point: {place}")
    by = (counting or bad)[0].spec.id if bad else ""
    return {
        "id": mutant.id,
        "file": mutant.file,
        "line": mutant.line,
        "kind": mutant.kind,
        "diff": mutant.diff(),
        "outcome": outcome,
        "by": by,
    }
