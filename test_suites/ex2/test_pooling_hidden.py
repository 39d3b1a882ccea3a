"""What the course's tests do not see of max pooling: oblong windows, negative and equal numbers, integers as strides,
several batches."""

from __future__ import annotations

import numpy as np
import pytest
from support import BACKWARD, FORWARD, apart, assert_tensor, assert_unchanged

from exam.checks import assert_close, assert_true
from reference_impl import MaxPool

SHAPE = (2, 3, 7, 9)


def make(student, stride, window):
    return student.Layers.Pooling.Pooling(stride, window)


def assert_like_the_reference(layer, x, error, stride, window):
    """forward and backward give what the reference gives, where no two numbers are equal."""
    reference = MaxPool(window, stride)
    expected = reference.forward(x)
    assert_close(assert_tensor(layer.forward(x), expected.shape, what=FORWARD), expected, what=FORWARD)
    assert_close(layer.backward(error), reference.backward(error), what=BACKWARD)


@pytest.mark.advisory
@pytest.mark.parametrize(
    ("stride", "window"), [((1, 3), (3, 2)), ((2, 1), (1, 4)), ((4, 2), (2, 5))], ids=("3x2", "1x4", "2x5")
)
def test_oblong_windows(student, rng, stride, window):
    """Window and stride may differ between rows and columns.

    de: Fenster und Schrittweite dürfen in Zeilen und Spalten verschieden sein.
    hint: The first number of stride_shape and pooling_shape belongs to the rows, the second to the columns.
    hint.de: Die erste Zahl von stride_shape und pooling_shape gehört zu den Zeilen, die zweite zu den Spalten.
    why: All windows of the course's tests are square.
    why.de: Alle Fenster der Kurstests sind quadratisch.
    """
    x = apart(rng, SHAPE)
    size = [(n - w) // s + 1 for n, w, s in zip(SHAPE[2:], window, stride, strict=True)]
    assert_like_the_reference(make(student, stride, window), x, rng.random((*SHAPE[:2], *size)), stride, window)


@pytest.mark.advisory
def test_negative_numbers(student, rng):
    """The largest of several negative numbers is negative.

    de: Die größte von mehreren negativen Zahlen ist negativ.
    hint: Do not start the search for the maximum at 0, and do not pad with zeros.
    hint.de: Beginne die Suche nach dem Maximum nicht bei 0, und fülle nicht mit Nullen auf.
    why: The course's tests pool positive numbers, which is what ReLU leaves. Pooling may also come before it.
    why.de: Die Kurstests nehmen positive Zahlen, wie ReLU sie übrig lässt. Pooling kann aber auch davor stehen.
    """
    x, error = apart(rng, SHAPE) - 2, rng.standard_normal((2, 3, 3, 4))
    assert_like_the_reference(make(student, (2, 2), (2, 2)), x, error, (2, 2), (2, 2))


@pytest.mark.advisory
def test_equal_numbers(student, rng):
    """Where a window has several largest numbers, its error is still handed on once.

    de: Hat ein Fenster mehrere größte Zahlen, wird sein Fehler trotzdem nur einmal weitergegeben.
    hint: `np.argmax` picks one place; comparing the window with its maximum picks all of them.
    hint.de: `np.argmax` wählt eine Stelle; wer das Fenster mit seinem Maximum vergleicht, wählt alle.
    why: The course's tests have no equal numbers. After ReLU, windows full of zeros are common.
    why.de: In den Kurstests gibt es keine gleichen Zahlen. Nach ReLU sind Fenster voller Nullen häufig.
    """
    layer, x = make(student, (2, 2), (2, 2)), rng.integers(0, 2, (2, 3, 6, 8)).astype(float)
    layer.forward(x)
    error = rng.uniform(0.5, 1, (2, 3, 3, 4))
    returned = assert_tensor(layer.backward(error), x.shape, what=BACKWARD)
    per_window = returned.reshape(2, 3, 3, 2, 4, 2).sum(axis=(3, 5))
    what = {"en": "the sum of the returned error in each window", "de": "die Summe des Fehlers in jedem Fenster"}
    assert_close(per_window, error, what=what)


@pytest.mark.advisory
def test_overlap_adds_up(student, rng):
    """A number that is the maximum of many windows gets the sum of their errors.

    de: Eine Zahl, die das Maximum vieler Fenster ist, erhält die Summe ihrer Fehler.
    hint: Add with `+=`, one window after the other, or with `np.add.at`.
    hint.de: Addiere mit `+=`, ein Fenster nach dem anderen, oder mit `np.add.at`.
    why: In the course's tests at most two windows share a maximum, in one direction.
    why.de: In den Kurstests teilen höchstens zwei Fenster ein Maximum, in einer Richtung.
    """
    x = apart(rng, SHAPE)
    x[:, :, 3, 4] = 5
    assert_like_the_reference(make(student, (1, 1), (3, 3)), x, rng.random((2, 3, 5, 7)), (1, 1), (3, 3))


@pytest.mark.advisory
def test_a_single_number_as_stride(student, rng):
    """A stride given as one number holds for rows and columns.

    de: Eine Schrittweite, die als eine Zahl angegeben ist, gilt für Zeilen und Spalten.
    hint: `if isinstance(stride_shape, int): stride_shape = (stride_shape, stride_shape)`.
    hint.de: `if isinstance(stride_shape, int): stride_shape = (stride_shape, stride_shape)`.
    why: The exercise allows a single value; the course's tests always pass two.
    why.de: Die Aufgabe erlaubt einen einzelnen Wert; die Kurstests geben immer zwei an.
    """
    x, error = apart(rng, SHAPE), rng.random((2, 3, 3, 4))
    assert_like_the_reference(make(student, 2, (2, 2)), x, error, (2, 2), (2, 2))


@pytest.mark.advisory
def test_each_batch_by_itself(student, rng):
    """One layer pools batches and images of any size, one after the other.

    de: Eine Schicht bearbeitet Batches und Bilder jeder Größe, nacheinander.
    hint: Begin each forward pass with a fresh memory of the maxima; lists that are never emptied keep old ones.
    hint.de: Beginne jeden Vorwärtslauf mit leerem Gedächtnis für die Maxima; nie geleerte Listen behalten alte.
    why: The course's gradient tests call backward once for each layer.
    why.de: Die Gradiententests des Kurses rufen backward je Schicht nur einmal auf.
    """
    layer = make(student, (2, 2), (2, 2))
    for shape in ((3, 2, 4, 6), (1, 2, 4, 6), (2, 1, 5, 4)):
        error = rng.random((*shape[:2], shape[2] // 2, shape[3] // 2))
        assert_like_the_reference(layer, apart(rng, shape), error, (2, 2), (2, 2))


@pytest.mark.advisory
def test_backward_twice(student, rng):
    """backward called twice gives the same error twice.

    de: Zweimal aufgerufen gibt backward zweimal denselben Fehler.
    hint: Start backward with fresh zeros instead of adding to what is left from the last call.
    hint.de: Beginne backward mit frischen Nullen, statt auf den Rest des letzten Aufrufs zu addieren.
    why: The course's gradient tests call backward once for each layer.
    why.de: Die Gradiententests des Kurses rufen backward je Schicht nur einmal auf.
    """
    layer = make(student, (2, 2), (2, 2))
    layer.forward(apart(rng, SHAPE))
    error = rng.random((2, 3, 3, 4))
    first, second = (assert_tensor(layer.backward(error), SHAPE, what=BACKWARD) for _ in range(2))
    assert_true(
        np.array_equal(first, second),
        "The second call of backward returned something else than the first.",
        "Der zweite Aufruf von backward gab etwas anderes zurück als der erste.",
    )


@pytest.mark.advisory
def test_arguments_stay_as_they_are(student, rng):
    """forward and backward do not change the arrays that they are given.

    de: forward und backward verändern die Felder nicht, die sie bekommen.
    hint: Write into arrays of your own, `np.zeros_like(input_tensor)`, not into the arguments.
    hint.de: Schreibe in eigene Felder, `np.zeros_like(input_tensor)`, nicht in die Argumente.
    why: The course's tests do not use their arrays again, but a network's other layers may have kept them.
    why.de: Die Kurstests benutzen ihre Felder danach nicht mehr, andere Schichten eines Netzes vielleicht schon.
    """
    layer = make(student, (2, 2), (2, 2))
    x, error = apart(rng, SHAPE), rng.random((2, 3, 3, 4))
    kept_x, kept_error = student.keep(x.copy()), student.keep(error.copy())
    layer.forward(kept_x)
    layer.backward(kept_error)
    assert_unchanged(student, kept_x, x, en="the input of forward", de="die Eingabe von forward")
    assert_unchanged(student, kept_error, error, en="the error given to backward", de="der Fehler für backward")
