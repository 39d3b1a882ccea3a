"""Sentences for students: the same in both languages, and said whatever the parameters are."""

from __future__ import annotations

import ast
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exam
from exam.messages import LANGUAGES, TEXTS, Message

ZONES = [Path(exam.__file__).parent, Path(exam.__file__).parents[1] / "worker"]


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def codes_in_use() -> dict[str, set[str] | None]:
    """Code -> the parameters it is used with, None where they cannot be read off."""
    found: dict[str, set[str] | None] = {}
    for path in (path for zone in ZONES for path in zone.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Message", "fail", "NotHandedIn"):
                code = node.args[0] if node.args else None
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    found[code.value] = _given(node)
    return found


def _given(call: ast.Call) -> set[str] | None:
    if len(call.args) == 1:
        return {keyword.arg for keyword in call.keywords if keyword.arg}
    given_dict = call.args[1]
    if isinstance(given_dict, ast.Dict) and all(isinstance(key, ast.Constant) for key in given_dict.keys):
        return {str(key.value) for key in given_dict.keys if isinstance(key, ast.Constant)}
    return None


@pytest.mark.parametrize("code", TEXTS)
def test_both_languages_say_the_same_things(code: str) -> None:
    texts = TEXTS[code]
    assert set(texts) == set(LANGUAGES)
    assert len({frozenset(parameters(text)) for text in texts.values()}) == 1
    assert code == "text" or code == "relation" or len(set(texts.values())) == len(LANGUAGES)


def test_every_code_that_is_used_exists_and_gets_its_parameters() -> None:
    used = codes_in_use()
    assert {"passed", "wrong_shape", "timeout_cpu", "missing_file", "our_error"} <= used.keys() <= TEXTS.keys()
    for code, given_names in used.items():
        assert given_names is None or given_names == parameters(TEXTS[code]["en"]), code


def test_a_parameter_may_have_two_languages_or_be_a_message() -> None:
    message = Message("relation", {"finding": Message("check").to_json(), "relation": {"en": "So.", "de": "Also."}})
    assert message.text("en") == "A check of this case does not hold. So."
    assert message.text("de") == "Eine Prüfung dieses Falls trifft nicht zu. Also."
    assert str(message) == message.text("en")


def test_what_nobody_translated_is_said_in_english() -> None:
    assert Message.plain("only this").text("de") == "Only this"
    assert Message("text", {"text": {"en": "only this"}}).text("de") == "Only this"
    assert Message("passed").text("fr") == "Passed."


def test_a_sentence_begins_with_a_capital_and_a_name_as_it_is_spelt() -> None:
    assert Message.plain("the output is wrong").text() == "The output is wrong"
    assert Message.plain("relu.forward is wrong").text() == "relu.forward is wrong"


def test_braces_in_what_a_student_wrote_are_only_text() -> None:
    params = {"type": "{0.__class__}", "text": "{text} {} {"}
    assert Message("raised", params).text() == "Your code raised {0.__class__}: {text} {} {"


anything = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["en", "de", "code", "params", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)
names = st.sampled_from(sorted({name for texts in TEXTS.values() for name in parameters(texts["en"])} | {"", "odd"}))


@given(st.sampled_from([*TEXTS, "unheard of", ""]), st.dictionaries(names, anything, max_size=6))
def test_any_message_can_be_told(code: str, params: dict[str, Any]) -> None:
    for language in (*LANGUAGES, "fr"):
        assert isinstance(Message(code, params).text(language), str)
