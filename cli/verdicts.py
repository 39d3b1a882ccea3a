"""How a case with its verdict reads in a terminal: the same for ``abgabe grade`` and ``abgabe submit``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.console import language
from exam.report import CaseResult, Language

WORDS: dict[str, dict[Language, str]] = {
    "hint": {"en": "Hint: ", "de": "Hinweis: "},
    "printed": {"en": "Your code printed:", "de": "Dein Code gab aus:"},
    "more": {"en": "… and {lines} more lines", "de": "… und {lines} weitere Zeilen"},
}
MAX_LINES, MAX_LINE = 20, 200


@dataclass(frozen=True)
class Told:
    """A case that has ended, in the reader's language."""

    title: str
    counts: bool
    verdict: str
    message: str
    hint: str
    why: str
    traceback: str
    prints: str

    @classmethod
    def of(cls, case: CaseResult) -> Told:
        spec, told = case.spec, language()
        title, hint, why = (text.get(told) or text.get("en", "") for text in (spec.title, spec.hint, spec.why))
        message = case.message.text(told)
        return cls(title, spec.counts, case.verdict.value, message, hint, why, case.traceback, case.prints)

    @classmethod
    def from_json(cls, case: Mapping[str, Any]) -> Told:
        """A case as the API sends it."""
        texts = (str(case.get(name) or "") for name in ("message", "hint", "why", "traceback", "prints"))
        return cls(str(case["title"]), bool(case["counts"]), str(case["verdict"]), *texts)


def table(title: str = "") -> Table:
    """For cases: their verdicts in the first column, what is said about them in the second."""
    made = Table(title=escape(title) or None, title_justify="left", title_style="bold", box=None, show_header=False)
    made.pad_edge = False
    made.add_column(width=12)
    made.add_column(ratio=1)
    return made


def add(place: Table, case: Told, name: str = "") -> None:
    """Append a case, its name behind its title; what is to be mended in it is told below."""
    title = escape(case.title) + (f" [dim]{escape(name)}[/dim]" if name else "")
    if case.verdict == "passed":
        place.add_row("[green]passed[/green]", title)
        return
    style, mark = ("red", case.verdict) if case.counts else ("yellow", "advice")
    details = "".join(f"\n[dim]{escape(line)}[/dim]" for line in _details(case))
    place.add_row(f"[{style}]{mark}[/{style}]", title + details)


def _details(case: Told) -> list[str]:
    said = [case.message, case.why, case.hint and _word("hint") + case.hint, case.traceback.rstrip()]
    if case.prints.strip():
        said += [_word("printed"), *(f"  {line}" for line in _capped(case.prints))]
    return [text for text in said if text]


def _capped(prints: str) -> list[str]:
    lines = prints.rstrip().splitlines()
    shown = [line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…" for line in lines[:MAX_LINES]]
    more = len(lines) - len(shown)
    return shown + [_word("more").format(lines=more)] * bool(more)


def _word(code: str) -> str:
    return WORDS[code][language()]
