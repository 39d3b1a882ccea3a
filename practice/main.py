"""``python practise.py FOLDER``: a student's folder becomes the exercise's tree, the cases run on it in a process of
their own, and what they say is printed.

Exit codes: 0 all visible counting cases pass, 1 some do not, 2 it could not begin.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import locale
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from core import intake
from core.errors import AbgabeError
from exam.messages import LANGUAGES, Language
from exam.report import CaseResult, Verdict
from practice.exercise import Exercise
from practice.running import Broken, Order, run
from practice.telling import Teller
from practice.words import word

if TYPE_CHECKING:
    from core.suites import Suite

PASSED, NOT_PASSED, BAD_INPUT, STOPPED = 0, 1, 2, 130
NEEDED = ("numpy", "pytest")


def main(cases: Path, argv: Sequence[str]) -> int:
    """Run the cases in ``cases`` as ``argv`` says; the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a Windows console may lack some letter of a student's
    asked = _arguments(argv)
    exercise, language = Exercise(cases), asked.language
    missing = " ".join(name for name in NEEDED if importlib.util.find_spec(name) is None)
    if missing:
        print(word("needs", language, names=missing, python=sys.executable))
        return BAD_INPUT
    try:
        taken = _take_in(asked.folder, exercise)
    except AbgabeError as error:
        print(error.text(language), error.hint(language), sep="\n")
        return BAD_INPUT
    for notice in taken.notices:
        print(f"! {notice.text(language)}")
    with tempfile.TemporaryDirectory(prefix="practice", ignore_cleanup_errors=True) as place:
        root = _lay_out(taken.files, Path(place).resolve())
        return _practise(Order(exercise, root, asked.seed, asked.case), Teller(exercise, language))


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="practise.py", description=word("usage", _language()))
    parser.add_argument("folder", type=Path, help=word("folder", _language()))
    parser.add_argument("--language", choices=LANGUAGES, default=_language())
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--case", default="", metavar="NAME")
    return parser.parse_args(argv)


def _language() -> Language:
    told = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    with contextlib.suppress(ValueError):
        told = told or locale.getlocale()[0]
    return "de" if (told or "").casefold().startswith(("de", "german")) else "en"


def _take_in(path: Path, exercise: Exercise) -> intake.Intake:
    """The tree as the server would make it. Raises UploadRefused."""
    with intake.Upload.from_paths([path]) as upload, intake.pack(upload) as archive:
        return intake.read(archive, cast("Suite", exercise))


def _lay_out(files: dict[str, bytes], place: Path) -> Path:
    root = place / "src_to_implement"
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def _practise(order: Order, teller: Teller) -> int:
    results: list[CaseResult] = []
    teller.begin()
    try:
        for result in run(order):
            results.append(result)
            teller.case(result)
    except Broken as error:
        teller.say(teller.word("broken", text=error))
        return BAD_INPUT
    except KeyboardInterrupt:
        teller.say(teller.word("stopped"))
        return STOPPED
    if not results:
        teller.say(teller.word("no_case"))
        return BAD_INPUT
    teller.summary(results)
    counting = [one for one in results if one.spec.counts]
    return PASSED if all(one.verdict is Verdict.PASSED for one in counting) else NOT_PASSED
