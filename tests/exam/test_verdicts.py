"""Each ending of a case becomes the verdict it deserves, told in both languages, and never the other's fault."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from _pytest.fixtures import FixtureLookupError

from exam.channel import Channel
from exam.checks import CheckFailed, skip
from exam.conversation import Conversation
from exam.errors import CannotCross, CaseOver, NotHandedIn, SuiteMistake, raised_here
from exam.messages import LANGUAGES, Message
from exam.report import Fault, Verdict
from exam.verdicts import BUSY_SHARE, Judgement, judge
from exam.wire import Ended, Raised
from tests.exam.small import LIMITS

ASKED = Ended("asked", 0, 0.1, 0.0, 1.0, "")
BUSY_S = BUSY_SHARE * LIMITS.case_wall_s
DOING = "ReLU.forward"


@pytest.fixture
def case() -> Iterator[Conversation]:
    """A case in which the student's code has answered once."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Conversation(Channel(ours, 1000), LIMITS, time.monotonic() + 10, 1, answers=1, doing=DOING)


def told(judgement: Judgement) -> tuple[str, str]:
    for language in LANGUAGES:
        assert "{" not in judgement.message.text(language)
    return judgement.verdict.value, judgement.message.code


def over(case: Conversation, ended: Ended, reason: str, **params: Any) -> Judgement:
    case.end_by(CaseOver(reason, **params))
    return judge(None, case, ended)


def raised(kind: str, *bases: str, text: str = "bad", missing: str = "") -> Any:
    names = [*bases, "Exception", "BaseException", "object"]
    return raised_here(Raised(kind, names, text, "Traceback …", 0, missing), DOING)


# --- the student's process is over ------------------------------------------------------------------------------------

ENDINGS = [
    (Ended("cpu", 0, 10.1, 0.0, 1.0, ""), "died", ("timeout", "timeout_cpu")),
    (Ended("memory", 0, 0.1, 0.0, 999.0, ""), "died", ("memory", "memory")),
    (Ended("exit", 3, 0.1, 0.0, 1.0, ""), "died", ("crashed", "exited")),
    (Ended("signal", signal.SIGSEGV, 0.1, 0.0, 1.0, ""), "died", ("crashed", "killed")),
    (Ended("signal", signal.SIGSYS, 0.1, 0.0, 1.0, ""), "died", ("forbidden", "forbidden")),
    (Ended("signal", 250, 0.1, 0.0, 1.0, ""), "died", ("crashed", "killed")),
    (ASKED, "died", ("crashed", "hung_up")),
    (ASKED, "late", ("timeout", "timeout_idle")),
    (Ended("cpu", 0, 10.1, 0.0, 1.0, ""), "late", ("timeout", "timeout_cpu")),
    (Ended("memory", 0, 0.1, 0.0, 999.0, ""), "late", ("memory", "memory")),
    (ASKED, "call_cpu", ("timeout", "timeout_cpu")),
    (Ended("nonsense", -5, 0.1, 0.0, 1.0, ""), "died", ("crashed", "exited")),
]


@pytest.mark.parametrize(("ended", "reason", "expected"), ENDINGS)
def test_how_the_students_process_ended(
    case: Conversation, ended: Ended, reason: str, expected: tuple[str, str]
) -> None:
    judgement = over(case, ended, reason)
    assert told(judgement) == expected
    assert judgement.verdict.fault is Fault.STUDENT
    assert not judgement.rerun


def test_what_it_was_doing_is_said(case: Conversation) -> None:
    assert DOING in over(case, ASKED, "late").message.text()


def test_before_any_question_it_was_the_case(case: Conversation) -> None:
    case.doing = ""
    message = over(case, ASKED, "late").message
    assert "the case" in message.text("en")
    assert "der Fall" in message.text("de")


def test_the_limit_that_was_exceeded_is_named(case: Conversation) -> None:
    case.limits = replace(LIMITS, case_cpu_s=11.0, call_cpu_s=7.0, case_wall_s=33.0, memory_mib=123)
    for reason, how, number in [
        ("call_cpu", "asked", "7.0"),
        ("late", "asked", "33.0"),
        ("died", "cpu", "11.0"),
        ("died", "memory", "123"),
    ]:
        case.over = None
        assert number in over(case, replace(ASKED, reason=how), reason).message.text()


def test_a_garbled_answer_and_a_flood_of_calls(case: Conversation) -> None:
    assert told(over(case, ASKED, "garbled", detail="not a message")) == ("crashed", "garbled")
    case.over = None
    assert told(over(case, ASKED, "too_many_calls", limit=5)) == ("timeout", "too_many_calls")


def test_the_first_reason_is_the_one_that_counts(case: Conversation) -> None:
    case.end_by(CaseOver("garbled", detail="x"))
    assert told(over(case, ASKED, "late")) == ("crashed", "garbled")


def test_an_over_case_is_never_passed_nor_the_suites(case: Conversation) -> None:
    """Even if the test caught what happened, or failed of something else because of it."""
    case.end_by(CaseOver("died"))
    for error in (None, AssertionError("x"), NameError("x"), SuiteMistake("x")):
        assert told(judge(error, case, replace(ASKED, reason="exit"))) == ("crashed", "exited")


# --- a busy host ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("candidate_s", "examiner_s"), [(BUSY_S, 0.0), (0.0, BUSY_S), (BUSY_S / 2, BUSY_S / 2)])
def test_silence_on_a_busy_host_is_tried_again(case: Conversation, candidate_s: float, examiner_s: float) -> None:
    case.end_by(CaseOver("late"))
    judgement = judge(None, case, replace(ASKED, waited_s=candidate_s), examiner_s)
    assert told(judgement) == ("our_error", "busy_host")
    assert judgement.rerun


@pytest.mark.parametrize("reason", ["call_cpu", "died", "garbled", "too_many_calls"])
def test_what_the_host_has_no_part_in_is_not(case: Conversation, reason: str) -> None:
    case.end_by(CaseOver(reason, detail="x", limit=1))
    judgement = judge(None, case, replace(ASKED, waited_s=10 * BUSY_S), 10 * BUSY_S)
    assert judgement.verdict.fault is Fault.STUDENT
    assert not judgement.rerun


# --- the test itself does not end -------------------------------------------------------------------------------------


def test_a_test_that_does_not_end_after_an_answer_is_the_answers_fault(case: Conversation) -> None:
    assert told(over(case, ASKED, "stuck")) == ("failed", "stuck")


def test_without_any_answer_it_is_the_suites(case: Conversation) -> None:
    case.answers = 0
    assert told(over(case, ASKED, "stuck")) == ("suite_error", "suite_error")


# --- the student's code raised ----------------------------------------------------------------------------------------

RAISED = [
    (raised("ValueError", "ValueError"), ("raised", "raised")),
    (raised("Own"), ("raised", "raised")),
    (raised("MemoryError", "MemoryError"), ("memory", "memory")),
    (raised("ArrayMemoryError", "MemoryError"), ("memory", "memory")),
    (raised("ModuleNotFoundError", "ModuleNotFoundError", missing="torch"), ("raised", "missing_module")),
    (raised("PermissionError", "PermissionError", "OSError", text="[Errno 1] Operation not permitted"), "forbidden"),
    (raised("OSError", "OSError", text="[Errno 30] Read-only file system: 'x'"), "forbidden"),
    (raised("OSError", "OSError", text="[Errno 101] Network is unreachable"), "forbidden"),
    (raised("OSError", "OSError", text="[Errno 28] No space left on device"), ("raised", "raised")),
    (raised("ValueError", "ValueError", text="Operation not permitted"), ("raised", "raised")),
]


@pytest.mark.parametrize(("error", "expected"), RAISED, ids=str)
def test_what_the_students_code_raised(case: Conversation, error: Any, expected: Any) -> None:
    judgement = judge(error, case, ASKED)
    assert told(judgement) == (("forbidden", "forbidden") if expected == "forbidden" else expected)
    assert judgement.traceback == "Traceback …"


def test_what_was_not_handed_in(case: Conversation) -> None:
    assert told(judge(NotHandedIn("missing_file", file="Layers/ReLU.py"), case, ASKED)) == ("missing", "missing_file")
    name = judge(NotHandedIn("missing_name", module="Layers/ReLU.py", name="ReLU"), case, ASKED)
    assert told(name) == ("missing", "missing_name")
    assert "ReLU" in name.message.text()


# --- the test failed --------------------------------------------------------------------------------------------------


class Untold(AssertionError):
    def __str__(self) -> str:
        raise ValueError("asked too late")


IN_THE_TEST = [
    (CheckFailed(Message("check")), ("failed", "check")),
    (AssertionError("my words"), ("failed", "text")),
    (AssertionError(), ("failed", "check")),
    (Untold(), ("failed", "text")),
    (pytest.fail.Exception("my words"), ("failed", "text")),
    (pytest.skip.Exception("not needed"), ("missing", "text")),
    (TypeError("unsupported operand"), ("failed", "unusable")),
    (ValueError("cannot reshape"), ("failed", "unusable")),
    (CannotCross("too large"), ("failed", "unusable")),
    (MemoryError(), ("failed", "unusable")),
    (RecursionError("too deep"), ("failed", "unusable")),
    (KeyboardInterrupt(), ("failed", "unusable")),
    (NameError("x"), ("suite_error", "suite_error")),
    (ImportError("x"), ("suite_error", "suite_error")),
    (SyntaxError("x"), ("suite_error", "suite_error")),
    (FileNotFoundError("x"), ("suite_error", "suite_error")),
    (SuiteMistake("x"), ("suite_error", "suite_error")),
]


@pytest.mark.parametrize(("error", "expected"), IN_THE_TEST, ids=lambda value: type(value).__name__)
def test_what_the_test_raised(case: Conversation, error: BaseException, expected: tuple[str, str]) -> None:
    assert told(judge(error, case, ASKED)) == expected


def test_a_case_about_something_optional_says_in_both_languages_that_it_is_not_there(case: Conversation) -> None:
    with pytest.raises(pytest.skip.Exception) as caught:
        skip("There is no LSTM.", "Ein LSTM gibt es nicht.")
    judgement = judge(caught.value, case, ASKED)
    assert told(judgement) == ("missing", "text")
    assert [judgement.message.text(language) for language in LANGUAGES] == [
        "There is no LSTM.",
        "Ein LSTM gibt es nicht.",
    ]


def test_a_fixture_that_does_not_exist_is_the_suites_mistake(
    case: Conversation, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(FixtureLookupError) as caught:
        request.getfixturevalue("nothing_like_it")
    assert told(judge(caught.value, case, ASKED)) == ("suite_error", "suite_error")


@pytest.mark.parametrize("error", [TypeError("x"), ValueError("x"), MemoryError()], ids=repr)
def test_before_the_student_was_asked_anything_it_is_the_suites_mistake(case: Conversation, error: Exception) -> None:
    case.answers = 0
    assert told(judge(error, case, ASKED)) == ("suite_error", "suite_error")


def test_no_error_is_passed(case: Conversation) -> None:
    judgement = judge(None, case, ASKED)
    assert told(judgement) == ("passed", "passed")
    assert judgement.verdict is Verdict.PASSED


def test_a_long_text_is_cut(case: Conversation) -> None:
    assert len(judge(AssertionError("x" * 10**6), case, ASKED).message.text()) < 3000
