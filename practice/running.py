"""Runs the cases in a process of their own, and another one where that has died: a crash or an endless loop costs one
case alone."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from exam.report import CaseResult, CaseSpec, Message, Verdict
from practice.exercise import Exercise

LIB = Path(__file__).resolve().parent.parent
DURING = {"en": "the case", "de": "der Fall"}
MAX_BROKEN = 1000
NOTHING_TO_RUN = 5  # pytest's exit code where no case is left of those it was asked for
LOADING_S = 120.0
"""How long the process may be silent outside of a case: loading NumPy from a slow disk."""


class Broken(Exception):
    """The cases cannot be run: the exercise's author's to mend."""


@dataclass(frozen=True)
class Order:
    """Which exercise, on which tree; ``only``: part of the names of the cases that shall run."""

    exercise: Exercise
    root: Path
    seed: int
    only: str


@dataclass
class _Known:
    plan: list[CaseSpec] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    running: str = ""
    patience_s: float = 0.0


def run(order: Order) -> Iterator[CaseResult]:
    """The result of each case as soon as it is known. Raises Broken."""
    known = _Known()
    while not known.plan or len(known.done) < len(known.plan):
        before = len(known.done)
        code = yield from _one_process(order, known)
        if known.running:
            known.done.append(known.running)
            spec = next(spec for spec in known.plan if spec.id == known.running)
            yield _died(spec, code) if code is not None else _never_ended(spec, known.patience_s)
            known.running = ""
        elif len(known.done) == before:
            if known.plan or code not in (0, NOTHING_TO_RUN):
                raise Broken(_log(order).read_text("utf-8", "replace").strip()[-MAX_BROKEN:] or f"exit code {code}")
            return


def _one_process(order: Order, known: _Known) -> Generator[CaseResult, None, int | None]:
    """Start a process for the cases that are left; its exit code, None where it had to be killed."""
    job = order.root.parent / "job.json"
    asked = {"suite": str(order.exercise.folder), "root": str(order.root), "seed": order.seed, "only": order.only}
    job.write_text(json.dumps({**asked, "done": known.done}), "utf-8")
    with _log(order).open("wb") as log:
        process = _start(job, order.root, log)
    try:
        for kind, value in _told(process):
            if kind == "broken":
                raise Broken(value)
            if kind == "planned":
                known.plan = [CaseSpec.from_json(spec) for spec in value]
            elif kind == "started":
                known.running, known.patience_s = value["case"], value["patience_s"]
            elif kind == "finished":
                known.running = ""
                result = CaseResult.from_json(value)
                known.done.append(result.spec.id)
                yield result
        return process.wait()
    except queue.Empty:
        return None
    finally:
        process.kill()
        process.wait()


def _log(order: Order) -> Path:
    """What a process says before it can say it better."""
    return order.root.parent / "log.txt"


def _start(job: Path, root: Path, log: IO[bytes]) -> subprocess.Popen[str]:
    path = os.pathsep.join(filter(None, [str(LIB), os.environ.get("PYTHONPATH")]))
    settings = {"PYTHONPATH": path, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "practice.cases", str(job)],
        cwd=root,
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        encoding="utf-8",
    )


def _told(process: subprocess.Popen[str]) -> Iterator[tuple[str, Any]]:
    """What the process tells, line by line. Raises queue.Empty when it is silent for longer than it said."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in cast(IO[str], process.stdout):
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    patience_s = LOADING_S
    while True:
        line = lines.get(timeout=patience_s)
        if not line:
            return
        ((kind, value),) = json.loads(line).items()
        patience_s = value["patience_s"] if kind == "started" else LOADING_S
        yield kind, value


def _never_ended(spec: CaseSpec, limit_s: float) -> CaseResult:
    return CaseResult(spec, Verdict.TIMEOUT, Message("timeout_cpu", {"during": DURING, "limit_s": limit_s}))


def _died(spec: CaseSpec, code: int) -> CaseResult:
    """A case in which the process ended by itself."""
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return CaseResult(spec, Verdict.CRASHED, Message("killed", {"during": DURING, "signal": name}))
    return CaseResult(spec, Verdict.CRASHED, Message("exited", {"during": DURING, "code": code}))
