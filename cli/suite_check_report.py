"""What a check of a suite says, for a person and for a machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.markup import escape

from cli.console import out
from core.suites import Suite


@dataclass
class Section:
    """One check. ``findings`` are what the author has to mend, ``notes`` what is good to know; ``data`` is for
    machines."""

    name: str
    summary: str = ""
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


def as_object(suite: Suite, sandbox: str, sections: Sequence[Section], total_s: float) -> dict[str, Any]:
    """What ``--json`` prints."""
    return {
        "exercise": suite.id,
        "version": suite.version,
        "digest": suite.digest(),
        "sandbox": sandbox,
        "well": not any(section.findings for section in sections),
        "total_s": round(total_s, 1),
        "checks": [
            {
                "name": section.name,
                "summary": section.summary,
                "findings": section.findings,
                "notes": section.notes,
                **section.data,
            }
            for section in sections
        ],
    }


def print_section(section: Section) -> None:
    """One line for the check, its findings and notes below, each of their lines on one: to search and to copy."""
    mark = "[bold red]✗[/bold red]" if section.findings else "[green]✓[/green]"
    out.print(f"{mark} {section.name:12} {escape(section.summary)}", soft_wrap=True)
    for finding in section.findings:
        _indented(finding, "red")
    for note in section.notes:
        _indented(note, "dim")


def print_total(suite: Suite, sections: Sequence[Section], total_s: float) -> None:
    found = sum(len(section.findings) for section in sections)
    out.print(f"[bold]{found} to mend[/bold]" if found else "[bold green]Nothing to mend.[/bold green]")
    out.print(f"{suite.id} version {suite.version}, checked in {total_s:.0f} s", markup=False)


def _indented(text: str, style: str) -> None:
    first, *rest = text.splitlines()
    out.print(
        "\n".join([f"    · {first}", *(f"      {line}" for line in rest)]), markup=False, style=style, soft_wrap=True
    )
