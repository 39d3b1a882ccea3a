"""Mutants: a hand-in's file with one fault in it, under a name that stays the same as long as the place does."""

from __future__ import annotations

import ast
import difflib
import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.mutation.operators import changes

EQUIVALENT = "equivalent_mutants.toml"


@dataclass(frozen=True)
class Mutant:
    """``id`` depends on the fault, its function and the text it replaces, not on line numbers."""

    id: str
    file: str
    line: int
    kind: str
    original: str
    source: str

    def diff(self) -> str:
        """The changed lines, as a unified diff without its head."""
        lines = difflib.unified_diff(self.original.splitlines(), self.source.splitlines(), n=0, lineterm="")
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def mutants(files: Mapping[str, bytes]) -> list[Mutant]:
    """Every mutant of the Python files, in the order of files and lines."""
    return [mutant for path, content in sorted(files.items()) for mutant in _mutants_of(path, content.decode("utf-8"))]


def _mutants_of(path: str, text: str) -> Iterator[Mutant]:
    seen: Counter[str] = Counter()
    tree = ast.parse(text)
    program = ast.dump(tree)
    for where, node in _walk(tree, ""):
        for kind, old, new in changes(node):
            source = _replaced(text, old, new)
            if not _differs(program, source):
                continue
            key = "\0".join((path, where, kind, ast.unparse(old), new))
            seen[key] += 1
            name = hashlib.sha256(f"{key}\0{seen[key]}".encode()).hexdigest()[:8]
            yield Mutant(name, path, getattr(old, "lineno", 0), kind, text, source)


def _walk(node: ast.AST, where: str) -> Iterator[tuple[str, ast.AST]]:
    """Every node that may be changed, with the dotted name of its function."""
    for field, value in ast.iter_fields(node):
        if field in ("decorator_list", "annotation", "returns") or isinstance(node, ast.JoinedStr):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                inner = f"{where}.{child.name}" if isinstance(child, ast.FunctionDef | ast.ClassDef) else where
                yield inner, child
                yield from _walk(child, inner)


def _replaced(text: str, node: ast.AST, new: str) -> str:
    """``text`` with that node's part replaced; positions count the bytes of UTF-8."""
    lines = text.encode().splitlines(keepends=True)
    data = b"".join(lines)

    def offset(line: int, column: int) -> int:
        return sum(len(one) for one in lines[: line - 1]) + column

    start = offset(getattr(node, "lineno", 1), getattr(node, "col_offset", 0))
    end = offset(getattr(node, "end_lineno", 1), getattr(node, "end_col_offset", 0))
    return (data[:start] + new.encode() + data[end:]).decode()


def _differs(program: str, source: str) -> bool:
    """Whether it is another program at all, and one."""
    try:
        return ast.dump(ast.parse(source)) != program
    except SyntaxError:
        return False


def argued(folder: Path) -> dict[str, str]:
    """Id -> why that mutant of the hand-in in ``folder`` is none: its author's argument. Raises ValueError."""
    path = folder / EQUIVALENT
    if not path.is_file():
        return {}
    found = tomllib.loads(path.read_text("utf-8")).get("mutant", [])
    if not all(isinstance(one.get("id"), str) and one.get("reason") for one in found):
        raise ValueError(f"{path}: each mutant needs an id and a reason")
    return {one["id"]: one["reason"] for one in found}
