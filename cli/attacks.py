"""The hostile hand-ins below ``probe/``: what each of them tries, how its case must end, and what stops it.

All of that stands in the docstring of its file, which is read here and never run: only a sandbox does that.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROBE = Path(__file__).resolve().parent / "probe"
HAND_IN = PROBE / "hand_in"
KINDS = ("docker", "bubblewrap")
AIMS = ("secrets", "lent", "answer", "harm", "traces")
"""What an attack is after: what the examiner or the host knows; what a test has lent, beyond its loan; points for a
wrong answer; the machine, or the cases of others; the cases that come after it."""


@dataclass(frozen=True)
class Attack:
    """``ends``: the codes of the messages with which its case may end where it was stopped."""

    name: str
    tries: str
    aim: str
    ends: frozenset[str]
    uses: str
    stopped_by: dict[str, str]
    """For each kind of sandbox."""


def load_attacks(folder: Path = HAND_IN / "attacks") -> tuple[Attack, ...]:
    """All of them, in the order of their names. Raises ValueError for a docstring that does not say what it must."""
    return tuple(_read(path) for path in sorted(folder.glob("*.py")))


def _read(path: Path) -> Attack:
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    tries, _, rest = text.partition("\n\n")
    fields = dict(line.split(": ", 1) for line in rest.splitlines())
    unknown = fields.keys() - {"aim", "ends", "uses", "stopped by", *KINDS}
    if unknown or fields.get("aim") not in AIMS:
        raise ValueError(f"{path.name}: its docstring does not say what it must ({', '.join(unknown) or 'aim'})")
    stopped_by = {kind: fields.get(kind) or fields.get("stopped by", "") for kind in KINDS}
    ends = frozenset(fields.get("ends", "passed").split(" or "))
    return Attack(path.stem, " ".join(tries.split()), fields["aim"], ends, fields.get("uses", ""), stopped_by)


def hand_in_files(attacks: Iterable[Attack]) -> dict[str, bytes]:
    """The hand-in that holds these attacks: canonical path -> content."""
    files = {path.name: path.read_bytes() for path in sorted(HAND_IN.glob("*.py"))}
    return files | {f"attacks/{one.name}.py": (HAND_IN / "attacks" / f"{one.name}.py").read_bytes() for one in attacks}
