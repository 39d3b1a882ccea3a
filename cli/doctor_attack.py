"""Attacks on the sandbox in use: exams of hostile hand-ins, judged by what the trusted side sees of them.

An attack is stopped where its case ended as it must, the honest case after it found nothing left, no secret of the
host's came back, and nobody touched what was planted on the host. ``abgabe doctor`` runs a few, ``--attack`` all.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.attacks import PROBE, Attack, hand_in_files, load_attacks
from cli.canaries import Canaries, planted
from core.suites import Suite, load_suite
from exam.report import CaseResult, Report, Verdict
from worker.exam import examine
from worker.pairs import Pairs
from worker.sandbox.seccomp import system_calls

LIMITS = ("seccomp", "memory", "processes", "disk", "file-size", "open-files", "core-dumps", "cpu")
"""What test_attacks.py measures."""
QUICK = (
    "abstract_sockets",
    "import_the_answers",
    "kill_the_host",
    "kill_the_supervisor",
    "mounts",
    "namespaces",
    "network",
    "patch_the_checks",
    "read_host_files",
    "read_other_memory",
    "setuid",
    "write_outside",
)
_MOST_TOLD = 50_000
"""Characters of a result, prints included, that may reach the database and the pages."""
_ENDS_OF_LIMITS = {"cpu": {"timeout_cpu"}, "memory": {"passed", "memory"}}  # memory: refused, or killed for it


@dataclass(frozen=True)
class Outcome:
    """How one attack, or the measure of one limit, went: ``fault`` is empty where it was stopped."""

    name: str
    fault: str
    tried: bool = True
    """False where the host was too busy to tell."""


@dataclass(frozen=True)
class Siege:
    """Everything that was tried in one sandbox. ``harm``: what the host has seen of it, whichever attack it was."""

    attacks: tuple[Outcome, ...]
    limits: tuple[Outcome, ...]
    harm: tuple[str, ...]

    @property
    def stopped(self) -> int:
        return sum(not outcome.fault for outcome in self.attacks)

    @property
    def untried(self) -> set[str]:
        return {outcome.name for outcome in (*self.attacks, *self.limits) if not outcome.tried}

    def completed_by(self, second: Siege) -> Siege:
        """This one, with what it could not try as the second found it."""
        found = {outcome.name: outcome for outcome in (*second.attacks, *second.limits)}
        attacks, limits = (
            tuple(one if one.tried else found[one.name] for one in outcomes) for outcomes in (self.attacks, self.limits)
        )
        return Siege(attacks, limits, (*self.harm, *second.harm))

    @property
    def faults(self) -> list[str]:
        return [f"{one.name}: {one.fault}" for one in (*self.attacks, *self.limits) if one.fault] + list(self.harm)


def besiege(pairs: Pairs, names: Iterable[str] | None = None, folders: tuple[Path, ...] = ()) -> Siege:
    """Examine the attacks of these names (all), then an honest hand-in that looks for what they left to other
    submissions; what a busy host left untried, once more. ``folders``: where on the host secrets are planted beside
    /tmp and /dev/shm."""
    wanted = None if names is None else set(names)
    attacks = [one for one in load_attacks() if wanted is None or one.name in wanted]
    siege = _siege(pairs, attacks, folders)
    if not siege.untried:
        return siege
    return siege.completed_by(_siege(pairs, [one for one in attacks if one.name in siege.untried], folders))


def _siege(pairs: Pairs, attacks: list[Attack], folders: tuple[Path, ...]) -> Siege:
    plan = [case for one in attacks for case in ([one.name, one.aim, one.uses], [one.name, "after", ""])]
    plan += [[name, "limit", ""] for name in LIMITS]
    with planted([Path("/tmp"), Path("/dev/shm"), *folders]) as canaries:  # noqa: S108 - read by everybody: the point
        report = _exam(pairs, attacks, plan, canaries)
        later = _exam(pairs, [], [["later", "after", ""]], canaries)
        harm = canaries.harm()
    left = [f"a later hand-in: {case.message}" for case in later.cases if case.verdict is not Verdict.PASSED]
    cases = {case.spec.id: case for case in report.cases}
    return Siege(
        tuple(_outcome(one, cases) for one in attacks),
        tuple(_measure(name, cases[_case(name, "limit")]) for name in LIMITS),
        (*harm, *left),
    )


def _exam(pairs: Pairs, attacks: list[Attack], plan: list[list[str]], canaries: Canaries) -> Report:
    targets = canaries.targets | {"CALLS": system_calls(), "SUITE": str(PROBE)}
    text = "".join(f"{name} = {value!r}\n" for name, value in targets.items())
    with _suite(plan, canaries) as suite:
        return examine(suite, {**hand_in_files(attacks), "targets.py": text.encode()}, 0, pairs)


@contextmanager
def _suite(plan: list[list[str]], canaries: Canaries) -> Iterator[Suite]:
    """The probe's suite with this plan, in a folder of its own that the examiner's user may read."""
    with tempfile.TemporaryDirectory(prefix="abgabe-probe-") as place:
        folder = Path(place) / "probe"
        folder.mkdir(mode=0o755)
        for name in ("suite.toml", "test_attacks.py"):
            shutil.copyfile(PROBE / name, folder / name)
        (folder / "plan.json").write_text(json.dumps({"secrets": canaries.secrets, "cases": plan}), "utf-8")
        for path in folder.iterdir():
            path.chmod(0o644)
        yield load_suite(folder)


def _case(name: str, step: str) -> str:
    return f"Attack.[{name}-{step}]"


def _outcome(attack: Attack, cases: dict[str, CaseResult]) -> Outcome:
    case, after = cases[_case(attack.name, attack.aim)], cases[_case(attack.name, "after")]
    ours = next((one for one in (case, after) if one.verdict is Verdict.OUR_ERROR), None)
    if ours:
        return Outcome(attack.name, f"it could not be tried ({ours.message})", tried=False)
    if case.message.code not in attack.ends:
        return Outcome(attack.name, f"it ended with “{case.message}”")
    if (size := len(json.dumps(case.to_json()))) > _MOST_TOLD:
        return Outcome(attack.name, f"its result has {size} characters")
    return Outcome(attack.name, "" if after.verdict is Verdict.PASSED else f"the case after it: {after.message}")


def _measure(name: str, case: CaseResult) -> Outcome:
    good = case.message.code in _ENDS_OF_LIMITS.get(name, {"passed"})
    return Outcome(name, "" if good else str(case.message), tried=case.verdict is not Verdict.OUR_ERROR)
