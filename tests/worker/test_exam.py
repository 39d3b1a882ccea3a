"""Whole exams of a hand-in that attacks, in real sandboxes: each attack costs at most its own case, the honest case
after it finds nothing left, and nothing of either is left on the host."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core.errors import SandboxUnavailable
from core.suites import load_suite
from exam.report import CaseResult, Report, Verdict
from tests.worker.conftest import INTRUDER, containers, groups, make_sandbox, processes_with
from worker.exam import examine
from worker.pairs import ColdPairs
from worker.sandbox.base import Box, Order, Role, Sandbox

SUITE = INTRUDER.parent / "exam"
DATA = Path(__file__).parents[1] / "data"
WALL_S, SLACK_S = 4.0, 6.0
OUTPUT_KIB = 16

PASSED = {("passed", "passed")}
WRONG = {("failed", "not_numbers")}
TOO_SLOW = {("timeout", "timeout_cpu")}
IDLE = {("timeout", "timeout_idle")}
MEMORY = {("memory", "memory")}
EXITED = {("crashed", "exited")}
KILLED = {("crashed", "killed")}
HUNG_UP = {("crashed", "hung_up")}
GARBLED = {("crashed", "garbled")}
RAISED = {("raised", "raised")}
FORBIDDEN = {("forbidden", "forbidden")}

ATTACKS: dict[str, set[tuple[str, str]]] = {
    "fork_bomb": TOO_SLOW,
    "memory_bomb": MEMORY,
    "memory_together": MEMORY,
    "fill_disk": WRONG,
    "fill_shared_memory": WRONG,
    "many_files": TOO_SLOW | RAISED,
    "endless_loop": TOO_SLOW,
    "sleep": IDLE,
    "stop_itself": IDLE,
    "look_busy": IDLE,
    "output_flood": TOO_SLOW,
    "much_output": PASSED,
    "endless_recursion": KILLED | MEMORY,
    "network": FORBIDDEN,
    "read_host_files": WRONG,
    "write_outside": WRONG,
    "walk_proc": WRONG,
    "read_environments": WRONG,
    "signal_supervisor": WRONG,
    "raise_limits": WRONG,
    "import_answers": WRONG,
    "find_answers": WRONG,
    "connect_again": WRONG,
    "take_the_socket": WRONG,
    "other_streams": WRONG,
    "leave": EXITED,
    "leave_politely": RAISED,
    "crash": KILLED,
    "kill_own_group": KILLED,
    "become_another_program": HUNG_UP,
    "close_stream": HUNG_UP,
    "leave_a_child_to_answer": EXITED,
    "forge_answer": {("failed", "wrong_values"), ("failed", "relation")},
    "forge_verdict": GARBLED,
    "send_garbage": GARBLED,
    "send_flood": GARBLED,
    "lie_about_a_size": GARBLED,
    "patch_exam": {("failed", "wrong_shape")},
    "replay": {("failed", "wrong_values")},
    "answer_in_advance": {("failed", "wrong_values")},
    "never_read": IDLE,
    "agree": WRONG,
    "disguised_array": {("failed", "wrong_shape")},
    "huge_array": MEMORY,
    "huge_view": RAISED,
    "array_too_large": RAISED,
    "object_array": {("failed", "object_array")},
    "endless_sequence": MEMORY | TOO_SLOW | WRONG,
    "endless_iter": MEMORY | TOO_SLOW,
    "code_in_text": EXITED,
    "exception_that_exits": EXITED,
    "exception_that_loops": TOO_SLOW,
    "exception_that_raises": RAISED | TOO_SLOW,
    "exception_with_a_long_text": RAISED,
    "leave_files": PASSED,
    "leave_deep_folders": PASSED,
    "rewrite_the_hand_in": PASSED,
    "leave_daemons": PASSED,
    "leave_threads": PASSED,
    "kill_everybody": PASSED,
    "patch_numpy": PASSED,
    "close_output": PASSED,
}
IN_DOCKER = ["fork_bomb", "memory_together", "fill_disk", "network", "walk_proc", "signal_supervisor", "find_answers"]
IN_DOCKER += ["connect_again", "leave_files", "leave_daemons", "kill_everybody", "close_stream"]
CASES = [("bubblewrap", name) for name in ATTACKS] + [("docker", name) for name in IN_DOCKER]


@dataclass
class Remembering:
    """A real sandbox that knows afterwards which boxes it has started, and with which orders."""

    sandbox: Sandbox
    boxes: list[Box] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sandbox, name)

    def start(self, order: Order) -> Box:
        self.orders.append(order)
        self.boxes.append(self.sandbox.start(order))
        return self.boxes[-1]


@dataclass
class Attacked:
    """One exam of all attacks in one kind of sandbox, and what it left."""

    report: Report
    sandbox: Remembering
    token: str

    def case(self, name: str, step: str) -> CaseResult:
        return next(case for case in self.report.cases if case.spec.id == f"Attack.[{name}-{step}]")


def attack(kind: str, names: list[str], folder: Path) -> Attacked:
    shutil.copytree(SUITE, folder)
    (folder / "attacks.json").write_text(json.dumps(names))
    token = secrets.token_hex(8)
    files = {name: (SUITE / name).read_bytes() for name in ("attacks.py", "honest.py")}
    files["attacks.py"] = files["attacks.py"].replace(b"TOKEN", token.encode())
    sandbox = Remembering(make_sandbox(kind))
    report = examine(load_suite(folder), {**files, "intruder.py": INTRUDER.read_bytes()}, 7, ColdPairs(sandbox))
    return Attacked(report, sandbox, token)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Kind of sandbox -> its exam, held when it is first asked for."""
    asked = {item.callspec.params["name"] for item in request.session.items if "name" in _params(item)}
    exams: dict[str, Attacked] = {}

    def of(kind: str) -> Attacked:
        if kind not in exams:
            names = [name for other, name in CASES if other == kind and name in asked]
            try:
                exams[kind] = attack(kind, names, tmp_path_factory.mktemp("suites") / "attacks")
            except SandboxUnavailable as error:
                pytest.skip(str(error))
        return exams[kind]

    return of


def _params(item: pytest.Item) -> Any:
    return item.callspec.params if hasattr(item, "callspec") else {}


@dataclass
class Stumbling(Remembering):
    """Its first candidate is dead before it has connected."""

    def start(self, order: Order) -> Box:
        box = super().start(order)
        if order.role is Role.CANDIDATE and not self.stumbled:
            self.stumbled = True
            box.kill()
        return box

    stumbled: bool = False


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_an_attack_costs_its_own_case_and_no_other(attacked: Any, kind: str, name: str) -> None:
    case, after = attacked(kind).case(name, "attack"), attacked(kind).case(name, "after")
    assert (case.verdict.value, case.message.code) in ATTACKS[name], case
    assert (after.verdict.value, after.message.text()) == ("passed", "Passed.")
    assert case.wall_s < WALL_S + SLACK_S
    assert len(case.prints) <= OUTPUT_KIB * 1024 + 10
    assert len(case.message.text()) < 5000


@pytest.mark.parametrize("kind", ["bubblewrap", "docker"])
def test_nothing_is_left_of_an_exam(attacked: Any, kind: str) -> None:
    exam = attacked(kind)
    assert processes_with(exam.token) == []
    names = {box.name for box in exam.sandbox.boxes}
    assert names & groups() == set()
    assert kind != "docker" or names & containers() == set()
    meeting_places = {mount.source.parent for order in exam.sandbox.orders for mount in order.mounts}
    assert [place for place in meeting_places if place.name.startswith("abgabe-exam-") and place.exists()] == []


@pytest.mark.parametrize("kind", ["bubblewrap", "docker"])
def test_no_attack_costs_a_sandbox(attacked: Any, kind: str) -> None:
    assert len(attacked(kind).sandbox.boxes) == 2


def test_a_candidate_that_never_comes_is_replaced_soon() -> None:
    try:
        sandbox = Stumbling(make_sandbox("bubblewrap"))
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    files = {
        "Layers/Base.py": b"",
        "Layers/Double.py": b"class Double:\n    def forward(self, x):\n        return 2 * x\n",
    }
    started = time.monotonic()
    report = examine(load_suite(DATA / "mini"), files, 7, ColdPairs(sandbox))
    assert [case.verdict for case in report.cases] == [Verdict.PASSED, Verdict.PASSED]
    assert len(sandbox.boxes) == 4
    assert time.monotonic() - started < 20
