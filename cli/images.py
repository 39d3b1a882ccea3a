"""Which exercises this installation cannot grade, for want of their image."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from cli.console import language
from core.errors import SandboxUnavailable, SuiteBroken
from core.suites import find_suite, suite_names
from worker.sandbox.base import Sandbox


def ungradable(sandbox: Sandbox, suites_dir: Path) -> Iterator[str]:
    """A line for each exercise whose image setup has left out: its hand-ins would wait for nothing."""
    told = language()
    for name in suite_names(suites_dir):
        with contextlib.suppress(SuiteBroken):  # its exam says so
            suite = find_suite(suites_dir, name)
            try:
                sandbox.image(suite.image)
            except SandboxUnavailable as error:
                title = suite.title.get(told, suite.title["en"])
                cannot = f"„{title}“ kann nicht bewertet werden." if told == "de" else f"{title} cannot be graded."
                yield f"{cannot} {error.text(told)} {error.hint(told)}"
