"""What a hand-in uses of a package that it brings along. What nothing reaches cannot be wrong: it has no mutants."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

Lines = Mapping[str, list[range]]


def unused(package: Mapping[str, bytes], by: Iterable[bytes]) -> Lines:
    """Path -> the lines of its functions and classes that are named nowhere in the files ``by``, nor in what is used.

    A name counts wherever it stands, for an attribute or in quotes, too: what is left over is rather too little.
    """
    named = {name for text in by for name in _names(ast.parse(text))}
    left: list[tuple[str, ast.FunctionDef | ast.ClassDef]] = []
    for path, text in package.items():
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                left.append((path, node))
            elif not isinstance(node, ast.Import | ast.ImportFrom):
                named |= set(_names(node))
    while used := [node for _, node in left if node.name in named]:
        named |= {name for node in used for name in _names(node)}
        left = [(path, node) for path, node in left if node not in used]
    return {path: [_lines(node) for other, node in left if other == path] for path in package}


def _names(tree: ast.AST) -> Iterator[str]:
    """Whatever might name a function or a class in there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            yield str(node.value)
        for field in ("id", "attr", "name"):  # of a variable, an attribute, an import
            if isinstance(name := getattr(node, field, None), str):
                yield name


def _lines(node: ast.FunctionDef | ast.ClassDef) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)
