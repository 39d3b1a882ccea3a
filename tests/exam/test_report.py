"""What leaves the sandbox as text can be stored, sent and shown, whatever the student's code put into it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exam.report import MAX_TEXT, CaseResult, CaseSpec, Message, Verdict, cut, printable

SPEC = CaseSpec("ReLU.forward", "ReLU", {"en": "It masks."}, True)
HOSTILE = "\ud800 \x1b]52;c;cm0gLXJm\x07 \x1b[2J \x00 \u202e \x9b31m"


def result(text: str) -> CaseResult:
    message = Message("raised", {"type": text, "text": {"en": text}, "more": [text]})
    return CaseResult(SPEC, Verdict.RAISED, message, traceback=text, prints=text)


def texts(value: Any) -> str:
    return json.dumps(value.to_json(), ensure_ascii=False)


def test_a_result_holds_nothing_that_steers_a_terminal_or_is_no_unicode() -> None:
    told = texts(CaseResult.from_json(result(HOSTILE).to_json()))
    told.encode("utf-8")
    assert not set(told) & set("\ud800\x1b\x07\x00\u202e\x9b")
    assert "[2J" in told  # what is harmless without its escape stays, so that one can see what it was


@pytest.mark.parametrize("text", ["Größe: 3 × 4\n\tweiter", "“quoted” → ∂L/∂x", "日本語 ✓", ""])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert CaseResult.from_json(result(text).to_json()) == result(text)


def test_of_a_long_text_the_beginning_and_the_end_go_on() -> None:
    told = result("begin" + "x" * 5_000_000 + "end").to_json()
    assert len(json.dumps(told["message"])) < 4 * MAX_TEXT
    assert len(told["traceback"]) <= MAX_TEXT
    assert told["message"]["params"]["text"]["en"].startswith("beginxx")
    assert told["message"]["params"]["text"]["en"].endswith("xxend")
    assert cut(told["traceback"]) == told["traceback"]


def test_a_progress_bar_becomes_lines() -> None:
    assert printable("10 %\r20 %\r\ndone") == "10 %\n20 %\ndone"


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_sent_and_cleaning_it_again_changes_nothing(text: str) -> None:
    once = printable(text)
    once.encode("utf-8")
    assert printable(once) == once
