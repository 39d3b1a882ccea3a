"""A fake examiner that is handed in instead of the real one, and what it needs around it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from core import intake
from core.deps import Deps
from core.queue import Worker
from core.suites import Suite, find_suite
from exam.report import CaseResult, CaseSpec, Message, Report, Verdict
from tests.core.intake_makers import make_suite
from worker.exam import CaseFinished, CaseStarted, OnEvent, Planned
from worker.tasks import GradeDeps


@dataclass
class FakeExaminer:
    """Ends one case with each of ``verdicts``; ``during`` is called with the position of each case that runs."""

    verdicts: Sequence[Verdict] = (Verdict.PASSED, Verdict.PASSED)
    during: Callable[[int], None] = lambda position: None
    seeds: list[int] = field(default_factory=list)
    files: list[dict[str, bytes]] = field(default_factory=list)

    def __call__(self, suite: Suite, files: Mapping[str, bytes], seed: int, *, on_event: OnEvent) -> Report:
        self.seeds.append(seed)
        self.files.append(dict(files))
        specs = [CaseSpec(f"All.case{at}", "All", {"en": f"case {at}"}, True) for at in range(len(self.verdicts))]
        on_event(Planned(tuple(specs)))
        results = []
        for position, (spec, verdict) in enumerate(zip(specs, self.verdicts, strict=True)):
            on_event(CaseStarted(spec.id))
            self.during(position)
            results.append(CaseResult(spec, verdict, Message("passed"), seed=seed))
            on_event(CaseFinished(results[-1]))
        return Report(suite.id, suite.version, seed, tuple(results))


def make_tiny_suite(suites_dir: Path, **changes: Any) -> Suite:
    """A suite ``ex1`` that wants one file, ``one.py``."""
    return make_suite(suites_dir / "ex1", **{"required": ("one.py",), "provided": {}, "elsewhere": {}, **changes})


def make_grade_deps(state: Deps, suites_dir: Path, examine: Any, worker: Worker | None = None) -> GradeDeps:
    return GradeDeps(
        state,
        worker or Worker("worker-1"),
        find_suite=partial(find_suite, suites_dir),
        examine=examine,
        sandbox_kind="fake",
        image=lambda name: f"sha256:{name}",
    )


def make_archive(content: str = "x = 1\n") -> bytes:
    """What ``intake.pack`` makes of one file, ``one.py``."""
    return pack_files({"one.py": content.encode()})


def pack_files(files: Mapping[str, bytes]) -> bytes:
    """What ``intake.pack`` makes of these files."""
    upload = intake.Upload([(path, io.BytesIO(content)) for path, content in files.items()])
    with intake.pack(upload) as archive:
        return archive.read()
