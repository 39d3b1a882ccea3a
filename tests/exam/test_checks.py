"""Each finding of a check, each relation it explains; nothing that a student returns makes it raise anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exam.checks import (
    CheckFailed,
    assert_array,
    assert_close,
    assert_equal,
    assert_finite,
    assert_number,
    assert_shape,
    assert_true,
    describe,
    directional_derivative,
)
from exam.messages import LANGUAGES
from tests.exam.values import values

RIGHT = np.array([[1.0, -2.0, 3.0], [0.5, 7.0, -1.0]])
SQUARE = np.array([[1.0, 2.0], [3.0, 4.0]])


def finding(check: Callable[[], Any]) -> Any:
    """The message with which the check fails."""
    with pytest.raises(CheckFailed) as caught:
        check()
    for language in LANGUAGES:
        assert "{" not in caught.value.message.text(language)
    return caught.value.message


def close(actual: Any, expected: Any = RIGHT, **more: Any) -> Any:
    return finding(lambda: assert_close(actual, expected, what="it", **more))


def relation(actual: Any, expected: Any = RIGHT, **more: Any) -> Any:
    message = close(actual, expected, **more)
    return message.params["relation"] if message.code == "relation" else None


def code_of_relation(actual: Any, expected: Any = RIGHT, **more: Any) -> str:
    found = relation(actual, expected, **more)
    return found["code"] if found else ""


# --- what is right ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.longdouble, np.complex128])
def test_right_values_pass_in_any_dtype(kind: type) -> None:
    assert_close(RIGHT.astype(kind), RIGHT, what="it")
    assert_close(RIGHT.tolist(), RIGHT, what="it")
    assert_close(RIGHT.T.copy().T, RIGHT, what="it")


def test_truth_values_are_compared_as_0_and_1() -> None:
    mask = np.array([[True, False], [False, True]])
    assert_close(mask, mask, what="it")
    assert_close(mask, mask.astype(float), what="it")
    assert close(~mask, mask).code in ("wrong_values", "relation")


def test_the_tolerance_is_absolute_plus_relative() -> None:
    assert_close([100.0 + 1.0], np.array([100.0]), what="it", rtol=0.01, atol=0.0)
    assert close([100.0 + 1.1], np.array([100.0]), rtol=0.01, atol=0.0).code == "wrong_values"
    assert_close([0.0009], np.array([0.0]), what="it", rtol=0.0, atol=0.001)
    assert close([0.0011], np.array([0.0]), rtol=0.0, atol=0.001).code == "wrong_values"


def test_an_empty_array_is_right_where_one_is_expected() -> None:
    assert_close(np.empty((0, 3)), np.empty((0, 3)), what="it")
    assert close(np.empty((3, 0)), np.empty((0, 3))).code in ("wrong_shape", "relation")


def test_checks_return_what_they_have_checked() -> None:
    assert assert_array([[1, 2]], what="it").shape == (1, 2)
    assert assert_shape(RIGHT, (2, 3), what="it") is RIGHT
    assert assert_finite(RIGHT, what="it") is RIGHT
    assert assert_number(np.array([[2.5]]), what="it") == 2.5


# --- findings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "actual", [None, "text", {"a": 1}, [1, [2, 3]], [None, 1.0], object(), b"x", ["1.0"]], ids=repr
)
def test_what_is_no_array_of_numbers(actual: Any) -> None:
    assert close(actual).code == "not_numbers"
    assert finding(lambda: assert_shape(actual, (2, 3), what="it")).code == "not_numbers"
    assert finding(lambda: assert_finite(actual, what="it")).code == "not_numbers"


def test_a_wrong_number_of_dimensions() -> None:
    assert finding(lambda: assert_array(RIGHT, what="it", ndim=1)).code == "not_numbers"


class ObjectArray:
    """As an array of the student's objects comes across."""

    exam_kind = "objects"


def test_an_array_of_objects_is_explained() -> None:
    assert close(ObjectArray()).code == "object_array"


def test_a_wrong_shape() -> None:
    message = close(np.ones((3, 4)))
    assert message.code == "wrong_shape"
    assert (message.params["expected"], message.params["got"]) == ("(2, 3)", "(3, 4)")
    assert finding(lambda: assert_shape(RIGHT, (3, 2), what="it")).code == "wrong_shape"


def test_values_that_are_not_finite_are_counted_and_placed() -> None:
    actual = RIGHT.copy()
    actual[0, 2], actual[1, 1] = np.inf, np.nan
    message = close(actual)
    assert message.code == "not_finite"
    assert {key: message.params[key] for key in ("bad", "size", "got", "index")} == {
        "bad": 2,
        "size": 6,
        "got": "inf",
        "index": "[0, 2]",
    }


def test_wrong_values_are_counted_and_placed() -> None:
    actual = RIGHT + np.array([[0, 0, 0.25], [0, -4, 0]])
    params = close(actual).params
    assert {key: params[key] for key in ("bad", "size", "index", "expected", "got", "error")} == {
        "bad": 2,
        "size": 6,
        "index": "[0, 2]",
        "expected": "3",
        "got": "3.25",
        "error": "4",
    }


@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf])
def test_nothing_is_close_to_what_is_not_finite(strange: float) -> None:
    """What is expected may have been worked out from other answers of the student's."""
    expected = RIGHT.copy()
    expected[1, 2] = strange
    assert close(RIGHT, expected).params["bad"] == 1
    assert close(2.0, strange).code == "wrong_number"


def test_whole_numbers_do_not_overflow() -> None:
    lowest = np.iinfo(np.int64).min
    assert close(np.array([lowest]), np.array([0])).code == "wrong_values"
    assert close(np.array([2], np.uint8), np.array([3], np.uint8)).params["dtype"] == "uint8"


def test_a_wrong_number() -> None:
    message = close(2.5, 2.0)
    assert message.code == "wrong_number"
    assert (message.params["got"], message.params["expected"], message.params["error"]) == ("2.5", "2", "0.5")


@pytest.mark.parametrize("actual", [None, "2", [1.0, 2.0], [], np.nan, np.inf, 1j, {}, object()])
def test_what_is_no_single_number(actual: Any) -> None:
    assert close(actual, 2.0).code == "not_a_number"
    assert finding(lambda: assert_number(actual, what="it")).code == "not_a_number"


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (2, 1),
        ("1", 1),
        (None, 1),
        (1.0, "a"),
        ([1], (1,)),
        (RIGHT, "a"),
        ((RIGHT, 1), (1, 2)),
        (np.int64(3), (3, 3)),
        (np.float64(3), []),
    ],
)
def test_what_is_not_equal(actual: Any, expected: Any) -> None:
    assert finding(lambda: assert_equal(actual, expected, what="it")).code == "not_equal"


def test_what_is_equal() -> None:
    assert_equal(3, 3, what="it")
    assert_equal(np.int64(3), 3, what="it")
    assert_equal("sgd", "sgd", what="it")
    assert_equal(np.bool_(True), True, what="it")


def test_a_condition_in_the_authors_words() -> None:
    assert_true([1], "not said")
    message = finding(lambda: assert_true([], "It is empty.", "Es ist leer."))
    assert (message.text("en"), message.text("de")) == ("It is empty.", "Es ist leer.")
    assert finding(lambda: assert_true(0, "It is zero.")).text("de") == "It is zero."


def test_the_subject_is_said_in_the_students_language() -> None:
    message = finding(lambda: assert_finite([np.nan], what={"en": "the output", "de": "die Ausgabe"}))
    assert message.text("en").startswith("The output contains 1 of 1")
    assert message.text("de").startswith("Die Ausgabe enthält 1 von 1")


# --- relations --------------------------------------------------------------------------------------------------------


def test_mistakes_that_are_recognised() -> None:
    assert code_of_relation(-RIGHT) == "negated"
    assert code_of_relation(RIGHT.T) == "transposed"
    assert code_of_relation(SQUARE.T, SQUARE) == "transposed"
    assert code_of_relation(RIGHT + 0.5) == "shifted"
    assert relation(RIGHT * 3)["params"]["factor"] == "3"
    assert relation(RIGHT + 0.5)["params"]["offset"] == "0.5"


def test_a_suite_may_name_a_factor_in_both_languages() -> None:
    divided = close(RIGHT / 3, known={("the number of neighbours", "die Zahl der Nachbarn"): 3})
    assert "divided by the number of neighbours (3)" in divided.text("en")
    assert "geteilt durch die Zahl der Nachbarn (3)" in divided.text("de")


def test_a_known_factor_is_named_in_both_languages() -> None:
    known = {"the batch size": 9}
    divided = close(RIGHT / 9, known=known)
    assert divided.params["relation"]["code"] == "divided_by"
    assert "divided by the batch size (9)" in divided.text("en")
    assert "geteilt durch die Batchgröße (9)" in divided.text("de")
    assert code_of_relation(RIGHT * 9, known=known) == "scaled_by"
    assert code_of_relation(18.0, 2.0, known=known) == "scaled_by"
    assert code_of_relation(2.5, 2.0, known=known) == ""


@pytest.mark.parametrize(
    "actual",
    [RIGHT**2, np.zeros_like(RIGHT), RIGHT + np.eye(2, 3), np.ones((4, 5))],
    ids=["squared", "zero", "in two places", "of another shape"],
)
def test_what_is_no_simple_mistake_is_not_called_one(actual: Any) -> None:
    assert code_of_relation(actual) == ""


def test_nothing_is_related_to_zeros() -> None:
    assert code_of_relation(np.ones((2, 3)), np.zeros((2, 3))) in ("", "shifted")
    assert code_of_relation([2.0], np.array([0.0])) == ""


# --- strange values ---------------------------------------------------------------------------------------------------


class Raises:
    """Whatever is asked of it."""

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise ZeroDivisionError

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    def __len__(self) -> int:
        raise OverflowError

    __hash__ = None  # type: ignore[assignment]


class ArrayOfObjects:
    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        return np.array([Raises(), None], dtype=object)


CHECKS: list[Callable[[Any], Any]] = [
    lambda x: assert_close(x, RIGHT, what="it", known={"two": 2}),
    lambda x: assert_close(x, 2.0, what="it", known={"two": 2}),
    lambda x: assert_close(x, np.zeros((0, 2)), what="it"),
    lambda x: assert_close(x, np.array([1 + 1j]), what="it"),
    lambda x: assert_close(x, np.array([True, False]), what="it"),
    lambda x: assert_shape(x, (2, 3), what="it"),
    lambda x: assert_array(x, what="it", ndim=2),
    lambda x: assert_finite(x, what="it"),
    lambda x: assert_number(x, what="it"),
    lambda x: assert_equal(x, 3, what="it"),
    lambda x: assert_equal(x, "name", what="it"),
    lambda x: assert_equal(x, True, what="it"),
    lambda x: assert_equal(x, (1, 2), what="it"),
    lambda x: assert_true(x is None, "It should be None."),
]
shaped = st.sampled_from(
    [RIGHT, SQUARE, RIGHT[0], RIGHT[:0], RIGHT.astype(complex) * 1j, RIGHT > 0, RIGHT.astype("U4")]
)
numbers = st.sampled_from([2.0, np.float32(2.0), 2**5000, 10**400, np.nan, -np.inf, 1e308, np.longdouble(1), True, 1j])
strange = st.sampled_from([Raises(), ArrayOfObjects(), object, len, ObjectArray(), [Raises()], (), [[]], range(6)])
scaled = st.builds(np.multiply, st.sampled_from([RIGHT, SQUARE, RIGHT[0]]), st.floats())


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@given(st.sampled_from(CHECKS), shaped | numbers | strange | scaled | values)
@settings(max_examples=400, deadline=None)
def test_a_check_raises_nothing_but_that_it_failed(check: Callable[[Any], Any], actual: Any) -> None:
    said: list[str] = []
    try:
        check(actual)
    except CheckFailed as failed:
        said = [failed.message.text(language) for language in LANGUAGES]
    assert all(len(text) < 3000 for text in said)


@given(values | numbers | strange)
def test_anything_can_be_described(value: Any) -> None:
    assert isinstance(describe(value), str)


def test_a_value_is_described_in_a_few_words() -> None:
    said = {describe(value) for value in (None, True, 1.5, "x" * 1000, RIGHT, [1, 2], {}, object())}
    assert said == {
        "None",
        "True",
        "1.5",
        repr("x" * 60),
        "ndarray, shape (2, 3), dtype float64",
        "list (2)",
        "dict (0)",
        "object",
    }


def test_a_directional_derivative_is_the_gradients_product() -> None:
    x, direction = RIGHT.copy(), np.ones_like(RIGHT)
    assert directional_derivative(lambda x: float((x**2).sum()), x, direction) == pytest.approx(float(2 * x.sum()))
