"""``abgabe practise``: what the practice zip of an exercise says, without unpacking it by hand."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cli.console import complain, language
from core.errors import AbgabeError
from core.practice_zip import practice_files
from core.settings import Settings
from core.suites import Suite, find_suite

BAD_INPUT = 2


def practise(settings: Settings, exercise: str, folder: Path, options: Sequence[str]) -> int:
    """Run the visible cases on ``folder``; the exit code of the zip's own program."""
    try:
        suite = find_suite(settings.suites_dir, exercise)
    except AbgabeError as error:
        complain(error)
        return BAD_INPUT
    with unpacked(suite) as place:
        command = [sys.executable, str(place / "practise.py"), "--language", language(), *options, str(folder)]
        return subprocess.run(command, check=False).returncode


@contextmanager
def unpacked(suite: Suite) -> Iterator[Path]:
    """The folder that a student gets by unpacking the zip."""
    with tempfile.TemporaryDirectory(prefix="practice", ignore_cleanup_errors=True) as name:
        for path, content in practice_files(suite).items():
            file = Path(name, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        yield Path(name)
