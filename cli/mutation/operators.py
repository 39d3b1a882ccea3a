"""The faults: for each kind of node in a syntax tree, what a student might have written there instead."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

Change = tuple[str, ast.AST, str]
"""(kind of fault, node to replace, its new text)."""

ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}
COMPARISON: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
RELATIVES = [("sum", "mean"), ("max", "min"), ("maximum", "minimum"), ("zeros", "ones"), ("argmax", "argmin")]
RELATIVE = dict(RELATIVES) | {second: first for first, second in RELATIVES}
DISPENSABLE = {
    "copy",
    "deepcopy",
    "reversed",
    "sorted",
    "abs",
    "exp",
    "log",
    "sqrt",
    "square",
    "flip",
}
"""Functions that may have been forgotten: the call is replaced by its first argument, or by what it is called on."""


def changes(node: ast.AST) -> Iterator[Change]:
    """Every fault that can be made at this very node."""
    for kind in type(node).__mro__:
        for operator in OPERATORS.get(kind, ()):
            yield from operator(node)


def _with(node: Any, **fields: Any) -> str:
    changed = deepcopy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    text = ast.unparse(ast.fix_missing_locations(changed))
    return f"({text})" if isinstance(node, ast.BinOp | ast.BoolOp | ast.Compare | ast.UnaryOp) else text


def arithmetic(node: ast.BinOp) -> Iterator[Change]:
    other = ARITHMETIC.get(type(node.op))
    if other:
        yield "arithmetic", node, _with(node, op=other())
    if isinstance(node.op, ast.MatMult):
        yield "arguments swapped", node, _with(node, left=node.right, right=node.left)


def augmented(node: ast.AugAssign) -> Iterator[Change]:
    other = ARITHMETIC.get(type(node.op))
    if other:
        yield "arithmetic", node, _with(node, op=other())
    yield "assigned instead", node, f"{ast.unparse(node.target)} = {ast.unparse(node.value)}"


def comparison(node: ast.Compare) -> Iterator[Change]:
    other = COMPARISON.get(type(node.ops[0]))
    if other and len(node.ops) == 1:
        yield "comparison", node, _with(node, ops=[other()])


def boolean(node: ast.BoolOp) -> Iterator[Change]:
    yield "and/or", node, _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())


def sign(node: ast.UnaryOp) -> Iterator[Change]:
    if isinstance(node.op, ast.USub | ast.Not):
        yield "sign" if isinstance(node.op, ast.USub) else "not", node, f"({ast.unparse(node.operand)})"


def constant(node: ast.Constant) -> Iterator[Change]:
    if isinstance(node.value, bool):
        yield "constant", node, repr(not node.value)
    elif isinstance(node.value, int):
        yield "constant", node, repr(node.value + 1)
    elif isinstance(node.value, float):
        yield "constant", node, repr(2 * node.value if node.value else 1.0)


def condition(node: ast.If | ast.While | ast.IfExp) -> Iterator[Change]:
    yield "not", node.test, f"(not ({ast.unparse(node.test)}))"


def removed(node: ast.Expr | ast.Assign | ast.AugAssign) -> Iterator[Change]:
    """Not a docstring, and not a local name's assignment: without that, nothing runs at all."""
    kept = isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call)
    local = isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Attribute | ast.Subscript)
    if not kept and not local:
        yield "statement removed", node, "pass"


def returned(node: ast.Return) -> Iterator[Change]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield "returns None", node, "return None"


def call(node: ast.Call) -> Iterator[Change]:
    if len(node.args) >= 2 and not any(isinstance(one, ast.Starred) for one in node.args[:2]):
        yield "arguments swapped", node, _with(node, args=[node.args[1], node.args[0], *node.args[2:]])
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    inner = node.args[0] if node.args else getattr(node.func, "value", None)
    if name in DISPENSABLE and inner is not None:
        yield "call removed", node, f"({ast.unparse(inner)})"
    for keyword in node.keywords:
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
            yield "axis", keyword.value, "1" if keyword.value.value == 0 else "0"


def attribute(node: ast.Attribute) -> Iterator[Change]:
    if node.attr == "T":
        yield "not transposed", node, ast.unparse(node.value)
    elif node.attr in RELATIVE:
        yield "relative", node, _with(node, attr=RELATIVE[node.attr])


def sliced(node: ast.Slice) -> Iterator[Change]:
    if node.lower is not None:
        yield "slice", node, _with(node, lower=None)
    if node.upper is not None:
        yield "slice", node, _with(node, upper=None)


def loop(node: ast.For) -> Iterator[Change]:
    yield "loop skipped", node.iter, "()"


OPERATORS: dict[type[ast.AST], tuple[Callable[[Any], Iterator[Change]], ...]] = {
    ast.BinOp: (arithmetic,),
    ast.AugAssign: (augmented, removed),
    ast.Compare: (comparison,),
    ast.BoolOp: (boolean,),
    ast.UnaryOp: (sign,),
    ast.Constant: (constant,),
    ast.If: (condition,),
    ast.While: (condition,),
    ast.IfExp: (condition,),
    ast.Expr: (removed,),
    ast.Assign: (removed,),
    ast.Return: (returned,),
    ast.Call: (call,),
    ast.Attribute: (attribute,),
    ast.Slice: (sliced,),
    ast.For: (loop,),
}
