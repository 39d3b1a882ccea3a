"""A candidate that lies, stalls, floods or dies: each question ends in a value or in a known exception, in time, and
the examiner neither grows nor gives away anything that was not lent."""

from __future__ import annotations

import builtins
import gc
import os
import socket
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exam.codec import LentRef, PathRef, RemoteRef
from exam.conversation import Patience
from exam.errors import CandidateGone, CannotCross, CaseOver, StudentRaised, SuiteMistake
from exam.lending import MAX_STASHED, LentByName
from exam.proxies import Remote
from exam.report import Verdict
from exam.seam import Seam
from exam.verdicts import judge
from exam.wire import (
    Answer,
    Ask,
    Begun,
    Callback,
    Ended,
    Finished,
    Look,
    Raised,
    Ready,
    Refused,
    Returned,
    Seen,
    to_bytes,
)
from tests.exam.liar import (
    HURRIED,
    WALL_S,
    Drip,
    Flood,
    Hear,
    Manners,
    Move,
    Send,
    Stall,
    encodable,
    frame,
    lying,
    quickly,
    say,
)
from tests.exam.values import values

RAISED = Raised("ValueError", ["ValueError"], "bad", "", 0, "")
TARGET = RemoteRef(1, "object", "Thing")


class Spy:
    """What a test lends; remembers what was done to it."""

    def __init__(self) -> None:
        self.calls = 0
        self.public = 1.5
        self._secret = "expected value"
        self.touched = False

    def initialize(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        return np.ones(2)

    def fail(self, *args: Any) -> None:
        raise LookupError("the test's own")

    def _private(self, *args: Any) -> Any:
        self.touched = True


def ask(seam: Seam, *args: Any) -> Any:
    return seam.ask("call", None, "f", args)


def reason(seam: Seam, *args: Any) -> str:
    """Why the case is over after one question."""
    with quickly(2 * WALL_S), pytest.raises(CaseOver) as caught:
        ask(seam, *args)
    assert seam.case.over is caught.value
    with quickly(0), pytest.raises(CaseOver) as again:
        ask(seam)
    assert again.value is caught.value
    return caught.value.reason


# --- one lie at a time ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ([], "died"),
        ([Hear()], "died"),
        ([Hear(), Send(b"\x00\x00")], "died"),
        ([Hear(), Send(frame(b"x" * 100)[:50])], "died"),
        ([Hear(), Stall()], "late"),
        ([Hear(), Send(b"\x00\x00"), Stall()], "late"),
        ([Hear(), Send(frame(b"x" * 100)[:50]), Stall()], "late"),
        ([Hear(), Drip()], "late"),
        ([Stall()], "late"),
        ([Hear(), Send(b"\xff\xff\xff\xff")], "garbled"),
        ([Hear(), Send(frame(b""))], "garbled"),
        ([Hear(), Send(frame(b"garbage"))], "garbled"),
        ([Hear(), say(Ready(1, "3", "2"))], "garbled"),
        ([Hear(), say(Ended("exit", 0, 0.0, 0.0, 0.0, ""))], "garbled"),
        ([Hear(), say(Finished())], "garbled"),
        ([Hear(), say(Ask("call", None, "f", (), {}, False, []))], "garbled"),
        ([Hear(), say(Returned(1))], "garbled"),
        ([Hear(), say(Refused("ValueError", "x", 1))], "garbled"),
        ([Hear(), say(Answer(LentRef(1, "Spy", ("initialize",), True)))], "garbled"),
        ([Hear(), say(Answer(LentRef(99, "Spy", (), False)))], "garbled"),
        ([Hear(), say(Answer(PathRef("os", "system")))], "garbled"),
        ([Hear(), say(Answer({RemoteRef(1, "object", "Key"): 1}))], "garbled"),
        ([Hear(), Flood(Callback("call", 1, "initialize", (), {}))], "too_many_calls"),
    ],
    ids=str,
)
def test_each_lie_ends_the_case_with_its_reason(script: list[Move], expected: str) -> None:
    with lying(script) as seam:
        seam.begin(0)
        assert reason(seam) == expected
        assert seam.end().reason == "asked"


def test_the_next_case_begins_afresh() -> None:
    with lying([Hear(), say(Answer(5))]) as seam:
        for _ in range(3):
            seam.begin(0)
            assert ask(seam) == 5
            assert reason(seam) == "died"
            seam.end()


def test_a_case_that_is_over_stays_over() -> None:
    with lying([Hear(), Send(frame(b"garbage")), say(Answer(1)), say(Answer(1)), Stall()]) as seam:
        seam.begin(0)
        assert reason(seam) == "garbled"


def test_an_answer_before_the_question_is_the_answer() -> None:
    with lying([say(Answer(1)), say(Answer(2)), say(RAISED), Stall()]) as seam:
        seam.begin(0)
        assert ask(seam) == 1
        assert ask(seam) == 2
        with pytest.raises(ValueError, match="bad"):
            ask(seam)
        assert reason(seam) == "late"


def test_a_question_that_nobody_reads_is_late() -> None:
    with lying([Stall()]) as seam:
        seam.begin(0)
        seam.case.channel.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        assert reason(seam, bytes(1 << 19)) == "late"


def test_a_call_that_computes_too_long_is_ended() -> None:
    manners = Manners(seen=frame(to_bytes(Seen(0.2, ""))))
    with lying([Hear(), Stall()], manners) as seam:
        seam.begin(0)
        assert reason(seam) == "call_cpu"


def test_a_process_that_has_ended_while_its_stream_lives_on_has_died() -> None:
    ended = Ended("cpu", 0, 12.0, 0.0, 1.0, "said")
    with lying([Hear(), Stall()], Manners(seen=frame(to_bytes(ended)))) as seam:
        seam.begin(0)
        assert reason(seam) == "died"
        assert seam.end() == ended  # and nobody waits for a second one


def test_references_that_were_never_given_are_only_names() -> None:
    """The candidate may call anything an object of its own: it is the one that will be asked about it."""
    with lying([Hear(), say(Answer(RemoteRef(77, "nonsense", "Lie\x00\n"))), Hear(), say(Answer(1)), Stall()]) as seam:
        seam.begin(0)
        remote = ask(seam)
        assert type(remote) is Remote
        assert remote.anything == 1


@pytest.mark.parametrize("bases", [["SystemExit"], ["KeyboardInterrupt"], ["GeneratorExit"], ["StopIteration"], []])
def test_an_exception_that_would_end_more_than_the_test_does_not(bases: list[str]) -> None:
    lie = Raised("CaseOver", [*bases, "BaseException"], "x", "", 0, "")
    with lying([Hear(), say(lie), Stall()]) as seam:
        seam.begin(0)
        with pytest.raises(StudentRaised) as caught:
            ask(seam)
        assert type(caught.value) is StudentRaised


def test_any_builtin_name_may_be_claimed_as_a_base() -> None:
    names = sorted(vars(builtins))
    script: list[Move] = [say(Raised(name, [name], "text", "", 0, "")) for name in names]
    with lying([*script, Stall()], limits=replace_wall(20)) as seam:
        seam.begin(0)
        for _ in names:
            with pytest.raises(StudentRaised, match="text"):
                ask(seam)


def test_a_token_that_was_never_given_is_nothing() -> None:
    with lying([Hear(), say(Raised("E", ["ValueError"], "text", "", 12345, "")), Stall()]) as seam:
        seam.begin(0)
        with pytest.raises(StudentRaised, match="text"):
            ask(seam)


# --- loans ------------------------------------------------------------------------------------------------------------

FORBIDDEN = [
    Callback("call", 1, "_private", (), {}),
    Callback("call", 1, "__init__", (), {}),
    Callback("call", 1, "__class__", (), {}),
    Callback("call", 1, "__reduce_ex__", (2,), {}),
    Callback("call", 1, "__call__", (), {}),
    Callback("call", 1, "", (), {}),
    Callback("call", 2, "initialize", (), {}),
    Callback("call", -1, "initialize", (), {}),
    Callback("get", 1, "_secret", (), {}),
    Callback("get", 1, "__dict__", (), {}),
    Callback("get", 1, "__class__", (), {}),
    Callback("get", 1, "public.__class__", (), {}),
    Callback("set", 1, "initialize", (1,), {}),
    Callback("set", 1, "_secret", (1,), {}),
    Callback("set", 1, "__class__", (1,), {}),
    Callback("set", 1, "public", (), {}),
    Callback("set", 1, "public", 5, {}),
    Callback("delete", 1, "public", (), {}),
    Callback("", 1, "", None, None),
    Callback("call", 1, "initialize", None, {}),
    Callback("call", 1, "initialize", (), None),
    Callback("call", 1, "initialize", (), {1: 2}),
    Callback("call", 1, "fail", (), {}),
]


@pytest.mark.parametrize("callback", FORBIDDEN, ids=lambda c: f"{c.op} {c.target} {c.name} {c.args} {c.kwargs}")
def test_what_was_not_lent_is_refused(callback: Callback) -> None:
    spy = Spy()
    with lying([Hear(), say(callback), Hear(), say(Answer("done")), Stall()]) as seam:
        seam.begin(0)
        assert ask(seam, spy) == "done"
    assert vars(spy) == vars(Spy())


def test_a_loan_by_name_is_of_these_names_alone() -> None:
    spy = Spy()
    tries = [
        Callback("call", 1, "fail", (), {}),
        Callback("get", 1, "public", (), {}),
        Callback("set", 1, "public", (2,), {}),
    ]
    good = Callback("call", 1, "initialize", (), {})
    script = [Hear(), *(move for call in (*tries, good) for move in (say(call), Hear())), say(Answer("done")), Stall()]
    with lying(script) as seam:
        seam.begin(0)
        assert ask(seam, LentByName(spy, ("initialize",))) == "done"
    assert (spy.calls, spy.public) == (1, 1.5)


def test_endless_callbacks_are_counted() -> None:
    spy = Spy()
    script: list[Move] = [Hear(), *([say(Callback("call", 1, "initialize", (), {})), Hear()] * 60)]
    with lying(script, limits=replace_wall(5)) as seam:
        seam.begin(0)
        assert reason(seam, spy) == "too_many_calls"
    assert spy.calls == 50


def replace_wall(seconds: float) -> Any:
    return HURRIED.__class__(**{**HURRIED.__dict__, "case_wall_s": seconds})


def test_a_loan_does_not_outlive_its_case() -> None:
    with lying([Hear(), say(Callback("call", 1, "initialize", (), {})), Hear(), say(Answer(0)), Stall()]) as seam:
        first, second = Spy(), Spy()
        seam.begin(0)
        ask(seam, first)
        seam.end()
        seam.begin(0)
        ask(seam)
        seam.end()
    assert (first.calls, second.calls) == (1, 0)


def test_refused_calls_do_not_keep_what_was_passed() -> None:
    big = Callback("call", 1, "fail", (np.zeros(1 << 16),), {})
    script: list[Move] = [Hear(), *([say(big), Hear()] * 300), say(Answer("done")), Stall()]
    with lying(script, limits=replace_wall(20), patience=Patience(1.0, 1000)) as seam:
        seam.begin(0)
        tracemalloc.start()
        assert ask(seam, Spy()) == "done"
        gc.collect()
        left, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(seam.case.lending._stash) == MAX_STASHED
    assert left < 5 << 20


def test_results_that_cannot_cross_are_refused() -> None:
    class Giver:
        def big(self) -> Any:
            return bytes(2 << 20)

        def module(self) -> Any:
            return os

    for name in ("big", "module"):
        script = [Hear(), say(Callback("call", 1, name, (), {})), Hear(), say(Raised("X", [], "", "", 1, "")), Stall()]
        with lying(script) as seam:
            seam.begin(0)
            with pytest.raises(CannotCross) as caught:
                ask(seam, Giver())
            assert verdict(seam, caught.value) == Verdict.FAILED


def verdict(seam: Seam, error: Exception) -> Verdict:
    return judge(error, seam.case, Ended("asked", 0, 0.1, 0.0, 1.0, "")).verdict


WEIGHTS = ((2**70, 2**70), (2**70, 2**70))


def test_a_hand_in_cannot_make_its_test_look_broken() -> None:
    """An array of what it has returned is none of numbers, and cannot be given back."""
    with lying([Hear(), say(Answer(WEIGHTS)), Stall()]) as seam:
        seam.begin(0)
        with pytest.raises(CannotCross) as caught:
            ask(seam, np.array(ask(seam)))
        assert verdict(seam, caught.value) == Verdict.FAILED


def test_what_a_test_lends_before_any_answer_is_its_own_mistake() -> None:
    with lying([Hear(), Stall()]) as seam:
        seam.begin(0)
        with pytest.raises(SuiteMistake) as caught:
            ask(seam, np.array(WEIGHTS))
        assert verdict(seam, caught.value) == Verdict.SUITE_ERROR


# --- the supervisor's stream ------------------------------------------------------------------------------------------


def nothing(control: socket.socket, stream: socket.socket) -> None:
    control.sendall(frame(to_bytes(Begun())))


def twice(control: socket.socket, stream: socket.socket) -> None:
    socket.send_fds(control, [frame(to_bytes(Begun()))], [stream.fileno()] * 2)


def twenty(control: socket.socket, stream: socket.socket) -> None:
    socket.send_fds(control, [frame(to_bytes(Begun()))], [stream.fileno()] * 20)


def a_file(control: socket.socket, stream: socket.socket) -> None:
    with open("/dev/null") as file:
        socket.send_fds(control, [frame(to_bytes(Begun()))], [file.fileno()])


def datagrams(control: socket.socket, stream: socket.socket) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        socket.send_fds(control, [frame(to_bytes(Begun()))], [sock.fileno()])


def something_else(control: socket.socket, stream: socket.socket) -> None:
    socket.send_fds(control, [frame(to_bytes(Seen(0.0, "")))], [stream.fileno()])


def garbage(control: socket.socket, stream: socket.socket) -> None:
    socket.send_fds(control, [b"\x00\x00\x00\x04garbage"], [stream.fileno()])


def half(control: socket.socket, stream: socket.socket) -> None:
    socket.send_fds(control, [b"\x00\x00"], [stream.fileno()])


def giant(control: socket.socket, stream: socket.socket) -> None:
    socket.send_fds(control, [b"\xff\xff\xff\xff"], [stream.fileno()])


def cut(control: socket.socket, stream: socket.socket) -> None:
    socket.send_fds(control, [frame(to_bytes(Begun()))[:-2]], [stream.fileno()])


def silence(control: socket.socket, stream: socket.socket) -> None:
    pass


def hang_up(control: socket.socket, stream: socket.socket) -> None:
    control.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "begun",
    [nothing, twice, twenty, a_file, datagrams, something_else, garbage, half, giant, cut, silence, hang_up],
    ids=lambda begun: begun.__name__,
)
def test_a_case_that_does_not_begin_properly_is_the_sandboxs_end(begun: Callable[..., None]) -> None:
    with lying([Stall()], manners=Manners(begun=begun)) as seam:
        with quickly(0.5), pytest.raises(CandidateGone):
            seam.begin(0)
        assert not seam.running


def test_a_long_word_is_refused_before_it_is_read() -> None:
    with lying([Stall()], manners=Manners(begun=giant)) as seam, pytest.raises(CandidateGone, match="not a case's"):
        seam.begin(0)


def test_a_stream_that_is_not_connected_is_a_case_that_died() -> None:
    def listening(control: socket.socket, stream: socket.socket) -> None:
        with socket.socket(socket.AF_UNIX) as sock:
            socket.send_fds(control, [frame(to_bytes(Begun()))], [sock.fileno()])

    with lying(manners=Manners(begun=listening)) as seam:
        seam.begin(0)
        assert reason(seam) == "died"


@pytest.mark.parametrize(
    "ready",
    [
        b"",
        b"\x00",
        frame(b"garbage"),
        b"\xff\xff\xff\xff",
        frame(to_bytes(Begun())),
        frame(to_bytes(Ready(99, "", ""))),
    ],
    ids=repr,
)
def test_a_greeting_must_be_one(ready: bytes) -> None:
    with lying(manners=Manners(ready=ready), prepared=False) as seam, quickly(0.3), pytest.raises(CandidateGone):
        seam.prepare({}, time.monotonic() + 0.3)


WRONG_WORDS = [
    b"",
    b"\x00\x00",
    frame(b"garbage"),
    frame(to_bytes(Begun())),
    frame(to_bytes(Ready(1, "", ""))),
    b"\xff" * 9,
]


@pytest.mark.parametrize("word", WRONG_WORDS, ids=repr)
def test_a_supervisor_that_makes_no_sense_is_gone(word: bytes) -> None:
    with lying([Hear(), Stall()], Manners(seen=word, ended=word)) as seam:
        seam.begin(0)
        with quickly(1), pytest.raises(CandidateGone):
            ask(seam)
        with quickly(1), pytest.raises(CandidateGone):
            seam.end()
        assert not seam.running


# --- any lie ----------------------------------------------------------------------------------------------------------

builtin_names = st.sampled_from([*vars(builtins), "Nonsense", ""])
names = st.sampled_from(["initialize", "fail", "public", "_secret", "_private", "__class__", "__dict__", "", "é"])
references = (
    st.builds(
        RemoteRef, st.integers(0, 5), st.sampled_from(["object", "list", "class", "method", "odd"]), st.text(max_size=5)
    )
    | st.builds(LentRef, st.integers(0, 3), st.text(max_size=5), st.just(()), st.booleans())
    | st.builds(PathRef, st.text(max_size=5), st.text(max_size=5))
)
anything = st.recursive(
    values | references,
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=6,
)
messages = (
    st.builds(Answer, anything)
    | st.builds(
        Raised,
        st.text(max_size=5),
        st.lists(builtin_names, max_size=3),
        st.text(max_size=5),
        st.text(max_size=5),
        st.integers(-2, 5),
        st.sampled_from(["", "numpy"]),
    )
    | st.builds(
        Callback,
        st.sampled_from(["call", "get", "set", "copy", "delete", ""]),
        st.integers(-1, 4),
        names,
        st.tuples(anything) | st.just(()) | anything,
        st.dictionaries(names, anything, max_size=2) | anything,
    )
    | st.sampled_from([Look(0.0), Returned(1), Refused("E", "", 1), Ready(1, "", ""), Begun(), Seen(0.0, "")])
)
moves = (
    messages.filter(encodable).map(say)
    | st.binary(max_size=30).map(Send)
    | st.binary(max_size=30).map(lambda data: Send(frame(data)))
    | st.just(Hear())
)
scripts = st.tuples(
    st.lists(moves | messages.filter(encodable).map(say), max_size=8).map(lambda moves: [Hear(), *moves]),
    st.sampled_from([(), (), (), (Stall(),)]),
).map(lambda parts: [*parts[0], *parts[1]])

QUESTIONS: list[Callable[[Seam, Spy], Any]] = [
    lambda seam, spy: ask(seam, 1, np.ones(3)),
    lambda seam, spy: ask(seam, spy),
    lambda seam, spy: seam.ask("call", None, "f", (), keep=True),
    lambda seam, spy: seam.ask("call", None, "f", (LentByName(spy, ("initialize",)), [spy], {"k": spy})),
    lambda seam, spy: seam.prints(),
]
KNOWN = (
    StudentRaised,
    CaseOver,
    SuiteMistake,
    CannotCross,
    CandidateGone,
    LookupError,
    AttributeError,
    TypeError,
    ValueError,
)
"""The last four: what refused calls of a loan have raised here, when the candidate hands their token back."""


@given(scripts, st.lists(st.sampled_from(QUESTIONS), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_any_script_ends_in_time_with_a_known_ending(script: list[Move], questions: list[Any]) -> None:
    spy = Spy()
    held: list[Any] = []
    with lying(script) as seam:
        seam.begin(0)
        for question in questions:
            with quickly(2 * WALL_S), suppress(*KNOWN):
                held.append(question(seam, spy))
        with suppress(*KNOWN), quickly(2 * WALL_S):
            held.append([use(value) for value in held for use in USES])
        with quickly(1), suppress(CandidateGone):
            seam.end()
    assert (spy._secret, spy.touched) == ("expected value", False)


USES: list[Callable[[Any], Any]] = [bool, len, float, str, list, np.asarray, lambda value: value == [1], lambda v: v[0]]
