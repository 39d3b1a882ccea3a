"""What an examiner may ask of a case's process: one function for each ``op`` of an Ask."""

from __future__ import annotations

import copy
import importlib
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from exam.codec import RemoteRef, wire_dtype
from exam.encoder import is_data
from exam.objects import Objects, type_name
from exam.wire import Ask

_TEXT_LIMIT = 2_000


def perform(objects: Objects, ask: Ask) -> Any:
    """Do what is asked; returns a value, or a reference to one that stays. Raises whatever the student's code does."""
    result = _OPERATIONS[ask.op](objects, ask)
    return objects.hold(result) if ask.keep and not isinstance(result, RemoteRef) else result


def seed_everything(seed: int) -> None:
    """Seed the generators a student's code draws from: np.random's global one and random's."""
    np.random.seed(seed % (1 << 32))
    random.seed(seed)


def _crossing(objects: Objects, value: Any) -> Any:
    """A result: data by value; a list or dict with objects in it by reference, as it can change."""
    return objects.hold(value) if isinstance(value, list | dict) and not is_data(value) else value


def _get(objects: Objects, ask: Ask) -> Any:
    """An attribute. Containers stay where they are, so that appending to ``net.layers`` means something."""
    value = getattr(ask.target, ask.name)
    if isinstance(value, list | dict) or (isinstance(value, np.ndarray) and wire_dtype(value.dtype) is None):
        return objects.hold(value)
    return value


def _import(objects: Objects, ask: Ask) -> None:
    importlib.import_module(ask.name)


def _function(ask: Ask) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(ask.target, ask.name) if ask.name else ask.target
    return function


def _call(objects: Objects, ask: Ask) -> Any:
    return _crossing(objects, _function(ask)(*ask.args, **ask.kwargs))


def _many(objects: Objects, ask: Ask) -> list[Any]:
    function = _function(ask)
    return [_crossing(objects, function(*args)) for args in ask.args]


def _set(objects: Objects, ask: Ask) -> None:
    setattr(ask.target, ask.name, ask.args)


def _delete(objects: Objects, ask: Ask) -> None:
    delattr(ask.target, ask.name)


def _item(objects: Objects, ask: Ask) -> Any:
    return _crossing(objects, ask.target[ask.args])


def _set_item(objects: Objects, ask: Ask) -> None:
    key, value = ask.args
    ask.target[key] = value


def _delete_item(objects: Objects, ask: Ask) -> None:
    del ask.target[ask.args]


def _fetch(objects: Objects, ask: Ask) -> Any:
    """The value itself; of a subclass of dict or list, the plain one it contains."""
    for kind in (dict, list):
        if isinstance(ask.target, kind) and type(ask.target) is not kind:
            return kind(ask.target)
    return ask.target


def _array(objects: Objects, ask: Ask) -> Any:
    array = np.asarray(ask.target)
    if wire_dtype(array.dtype) is None:
        raise TypeError(f"{type_name(ask.target)} does not hold numbers only (its array has dtype {array.dtype})")
    return array


def _same(objects: Objects, ask: Ask) -> bool:
    first, second = ask.args
    return first is second


def _shares(objects: Objects, ask: Ask) -> bool:
    first, second = ask.args
    return bool(np.shares_memory(np.asarray(first), np.asarray(second)))


def _copy(objects: Objects, ask: Ask) -> Any:
    return copy.deepcopy(ask.target) if ask.name == "deep" else copy.copy(ask.target)


def _seed(objects: Objects, ask: Ask) -> None:
    seed_everything(ask.args)


_OPERATIONS: dict[str, Callable[[Objects, Ask], Any]] = {
    "import": _import,
    "call": _call,
    "many": _many,
    "get": _get,
    "set": _set,
    "delete": _delete,
    "item": _item,
    "set_item": _set_item,
    "delete_item": _delete_item,
    "items": lambda objects, ask: list(ask.target),
    "length": lambda objects, ask: len(ask.target),
    "contains": lambda objects, ask: ask.args in ask.target,
    "truth": lambda objects, ask: bool(ask.target),
    "number": lambda objects, ask: float(ask.target),
    "text": lambda objects, ask: str(ask.target)[:_TEXT_LIMIT],
    "equal": lambda objects, ask: bool(ask.target == ask.args),
    "instance": lambda objects, ask: isinstance(ask.args, ask.target),
    "same": _same,
    "shares": _shares,
    "copy": _copy,
    "fetch": _fetch,
    "array": _array,
    "keep": lambda objects, ask: ask.args,
    "seed": _seed,
}
OPERATIONS = tuple(_OPERATIONS)
