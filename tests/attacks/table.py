"""The table of docs/security.md: every attack, and what stops it. ``python -m tests.attacks.table`` writes it."""

from __future__ import annotations

from cli.attacks import Attack, load_attacks
from core.settings import PROJECT
from tests.attacks.outside import OUTSIDE

PAGE = PROJECT / "docs" / "security.md"
BEGIN, END = "<!-- attacks: written by tests/attacks/table.py -->\n", "<!-- end of attacks -->\n"
TITLES = {
    "secrets": "To see, reach or change what is outside",
    "lent": "To read what a test has lent, beyond its loan",
    "answer": "To be given points for a wrong answer",
    "harm": "To wear out the machine, or the exam",
    "traces": "To leave something for a later case or hand-in",
}


def table() -> str:
    """Markdown, from BEGIN to END."""
    attacks = load_attacks()
    lines = [BEGIN]
    for aim, title in TITLES.items():
        lines += [
            f"\n### {title}\n",
            "\n| attack | stopped by, on Docker | stopped by, on bubblewrap |\n|---|---|---|\n",
        ]
        lines += [_row(one) for one in attacks if one.aim == aim]
    lines += ["\n### Past the sandboxes\n", "\n| attack | stopped by | tried by |\n|---|---|---|\n"]
    lines += [f"| {one.tries} | {one.stopped_by} | `{one.test.partition('::')[0]}` |\n" for one in OUTSIDE]
    return "".join([*lines, "\n", END])


def _row(attack: Attack) -> str:
    docker, bubblewrap = attack.stopped_by["docker"], attack.stopped_by["bubblewrap"]
    return f"| `{attack.name}`: {attack.tries} | {docker} | {'the same' if docker == bubblewrap else bubblewrap} |\n"


def with_table(page: str) -> str:
    """``page`` with the table as it should be."""
    before, _, rest = page.partition(BEGIN)
    return before + table() + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")
