"""What a loan allows: the names that were lent and no others, copies with no more rights, a bounded number of each."""

from __future__ import annotations

import functools
import io
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exam.codec import CodecError, LentRef, TooLarge
from exam.errors import CandidateGone
from exam.lending import MAX_LOANS, MAX_STASHED, Lending, LentByName
from exam.wire import Callback, Refused, Returned


class Nested:
    pass


class Tool:
    """What a test might pass: methods of every kind, data, and things that are nobody's business."""

    constant = 3
    Inner = Nested

    def __init__(self) -> None:
        self.data = [1, 2]
        self._hidden = "expected"
        self.set_to: Any = None

    def method(self, x: int, y: int = 1) -> int:
        return x + y

    @staticmethod
    def static(x: int) -> int:
        return -x

    @classmethod
    def of_class(cls) -> str:
        return cls.__name__

    @property
    def doubled(self) -> int:
        return 2 * len(self.data)

    @property
    def broken(self) -> int:
        raise LookupError("a property of the test")

    def fails(self) -> None:
        raise ValueError("the test's own")

    def checks(self) -> None:
        assert self._hidden == "got", f"expected {self._hidden}"

    def loses_the_candidate(self) -> None:
        raise CandidateGone("gone")

    def _private(self) -> str:
        return self._hidden


class Machine(Tool):
    def __call__(self) -> str:
        return "called"


@pytest.fixture
def lending() -> Lending:
    return Lending()


def use(lending: Lending, op: str, name: str, *args: Any, target: int = 1) -> Any:
    """The result, or the name of the exception with which it was refused."""
    reply = lending.serve(Callback(op, target, name, args, {}))
    return reply.value if isinstance(reply, Returned) else reply.type_name


def test_the_public_methods_of_a_passed_object_are_lent(lending: Lending) -> None:
    ref = lending.lend(Machine())
    assert ref.open
    assert set(ref.methods) == {
        "method",
        "static",
        "of_class",
        "fails",
        "checks",
        "loses_the_candidate",
        "Inner",
        "__call__",
    }
    assert use(lending, "call", "method", 1, 2) == 3
    assert use(lending, "call", "static", 1) == -1
    assert use(lending, "call", "of_class") == "Machine"
    assert use(lending, "call", "__call__") == "called"


def test_its_public_data_can_be_read_and_set(lending: Lending) -> None:
    tool = Tool()
    lending.lend(tool)
    assert use(lending, "get", "data") == [1, 2]
    assert use(lending, "get", "doubled") == 4
    assert use(lending, "get", "constant") == 3
    assert use(lending, "set", "set_to", 5) is None
    assert tool.set_to == 5
    assert use(lending, "get", "broken") == "LookupError"


NOT_LENT = ["_hidden", "_private", "__dict__", "__class__", "__init__", "__reduce_ex__", "__getattribute__", "method"]
NOT_LENT += ["static", "of_class", "Inner", "", "data.append", "data\0", " data", "nothing"]


@pytest.mark.parametrize("name", NOT_LENT)
def test_nothing_else_of_it_can_be_read_or_set(lending: Lending, name: str) -> None:
    tool = Tool()
    before = dict(vars(tool))
    lending.lend(tool)
    assert use(lending, "get", name) == "AttributeError"
    assert name == "nothing" or use(lending, "set", name, "changed") == "AttributeError"
    assert name == "nothing" or vars(tool) == before


@pytest.mark.parametrize("name", ["_private", "__init__", "__class__", "__call__", "doubled", "data", "", "nothing"])
def test_nothing_else_of_it_can_be_called(lending: Lending, name: str) -> None:
    lending.lend(Tool())
    assert use(lending, "call", name) == "AttributeError"


@pytest.mark.parametrize("target", [0, 2, -1, 10**9])
def test_a_loan_that_was_never_made_is_refused(lending: Lending, target: int) -> None:
    lending.lend(Tool())
    for op, name in (("call", "method"), ("get", "data"), ("set", "data"), ("copy", "deep")):
        assert use(lending, op, name, 1, target=target) == "AttributeError"
    with pytest.raises(CodecError):
        lending.owned(target)


def test_a_loan_by_name_has_these_names_alone(lending: Lending) -> None:
    tool = Tool()
    ref = lending.lend(LentByName(tool, ("method", "_private")))
    assert (ref.methods, ref.open) == (("method", "_private"), False)
    assert use(lending, "call", "method", 1) == 2
    assert use(lending, "call", "_private") == "expected"  # the author said so
    assert use(lending, "call", "static", 1) == "AttributeError"
    assert use(lending, "get", "data") == "AttributeError"
    assert use(lending, "set", "data", 1) == "AttributeError"
    assert lending.owned(ref.id) is tool


def test_a_copy_may_do_no_more_than_what_it_is_a_copy_of(lending: Lending) -> None:
    tool = Tool()
    lending.lend(LentByName(tool, ("method",)))
    copied = use(lending, "copy", "deep")
    assert lending.lend(copied).methods == ("method",)
    assert use(lending, "get", "data", target=2) == "AttributeError"
    assert lending.owned(2) is not tool


def test_copies_are_deep_or_shallow(lending: Lending) -> None:
    tool = Tool()
    lending.lend(tool)
    deep, shallow = use(lending, "copy", "deep"), use(lending, "copy", "shallow")
    assert deep.data == shallow.data == tool.data
    assert deep.data is not tool.data
    assert shallow.data is tool.data


def test_a_function_can_be_called_and_nothing_else(lending: Lending) -> None:
    for number, function in enumerate((lambda: 1, functools.partial(int, "1"), len, Tool().method), start=1):
        assert lending.lend(function) == LentRef(number, type(function).__name__, ("__call__",), False)
        assert use(lending, "get", "__code__", target=number) == "AttributeError"
        assert use(lending, "get", "func", target=number) == "AttributeError"
    assert use(lending, "call", "__call__") == 1


NEVER = [np, np.dtype("f8"), np.random.default_rng(0), io.StringIO(), Path(), Tool, int, (i for i in ()), {1}, object()]
NEVER += [pytest.approx(1.0), types.SimpleNamespace(a=1), Lending(), ValueError("text")]


@pytest.mark.parametrize("value", NEVER, ids=lambda value: type(value).__name__)
def test_libraries_and_the_machinery_are_never_lent(lending: Lending, value: Any) -> None:
    with pytest.raises(CodecError):
        lending.lend(value)


def test_the_same_object_is_the_same_loan_and_with_other_names_another(lending: Lending) -> None:
    tool = Tool()
    assert lending.lend(tool) == lending.lend(tool)
    by_name = lending.lend(LentByName(tool, ("method",)))
    assert by_name.id == 2
    assert use(lending, "get", "data", target=2) == "AttributeError"
    assert use(lending, "get", "data", target=1) == [1, 2]


def test_loans_are_counted(lending: Lending) -> None:
    tools = [Tool() for _ in range(MAX_LOANS)]
    for tool in tools:
        lending.lend(tool)
    with pytest.raises(TooLarge):
        lending.lend(Tool())
    assert lending.lend(tools[0]).id == 1


def test_the_tests_own_exception_is_found_again_once(lending: Lending) -> None:
    lending.lend(Tool())
    reply = lending.serve(Callback("call", 1, "fails", (), {}))
    assert isinstance(reply, Refused)
    assert (reply.type_name, reply.text) == ("ValueError", "the test's own")
    found = lending.stashed(reply.token)
    assert isinstance(found, ValueError)
    assert found.__traceback__ is None
    assert lending.stashed(reply.token) is None


def test_only_the_last_exceptions_are_kept(lending: Lending) -> None:
    lending.lend(Tool())
    replies = [lending.serve(Callback("call", 1, "fails", (), {})) for _ in range(MAX_STASHED + 1)]
    first, *rest = [reply.token for reply in replies if isinstance(reply, Refused)]
    assert lending.stashed(first) is None
    assert all(isinstance(lending.stashed(token), ValueError) for token in rest)


def test_what_a_check_expected_is_not_told(lending: Lending) -> None:
    lending.lend(Tool())
    reply = lending.serve(Callback("call", 1, "checks", (), {}))
    assert isinstance(reply, Refused)
    assert (reply.type_name, reply.text) == ("AssertionError", "")


def test_the_end_of_the_candidate_is_no_refusal(lending: Lending) -> None:
    lending.lend(Tool())
    with pytest.raises(CandidateGone):
        lending.serve(Callback("call", 1, "loses_the_candidate", (), {}))


@pytest.mark.parametrize("args", [None, [], "text", 1])
def test_arguments_must_be_a_tuple_and_a_dict(lending: Lending, args: Any) -> None:
    lending.lend(Tool())
    for call in (Callback("call", 1, "method", args, {}), Callback("call", 1, "method", (1,), args)):
        reply = lending.serve(call)
        assert isinstance(reply, Refused)
        assert reply.type_name == "TypeError"


def test_uses_are_counted_whether_they_are_allowed_or_not(lending: Lending) -> None:
    lending.lend(Tool())
    for name in ("method", "_private", "fails"):
        use(lending, "call", name)
    assert lending.calls == 3
