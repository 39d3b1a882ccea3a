"""SoftMax of exercise 1, in short: probabilities row by row, and the full Jacobian backwards."""

from __future__ import annotations

import numpy as np
from support import FORWARD, SumOfSquares, assert_not_trainable, check_input_gradient, one_hot

from exam.checks import assert_close, assert_finite, assert_shape, assert_true

BATCH, CLASSES = 9, 4


def make(student):
    return student.Layers.SoftMax.SoftMax()


def test_trainable(student):
    """SoftMax says that it is not trainable.

    de: SoftMax gibt an, dass es nicht trainierbar ist.
    hint: Inherit from BaseLayer and call `super().__init__()`, which sets `trainable = False`.
    hint.de: Erbe von BaseLayer und rufe `super().__init__()` auf; das setzt `trainable = False`.
    """
    assert_not_trainable(make(student))


def test_forward(student, rng):
    """Each row becomes probabilities that sum to 1.

    de: Jede Zeile wird zu Wahrscheinlichkeiten mit Summe 1.
    hint: exp of each entry, divided by the sum of its row: `axis=1, keepdims=True`.
    hint.de: exp jedes Eintrags, geteilt durch die Summe seiner Zeile: `axis=1, keepdims=True`.
    """
    x = rng.uniform(-2, 2, (BATCH, CLASSES))
    y = assert_finite(assert_shape(make(student).forward(x.copy()), x.shape, what=FORWARD), what=FORWARD)
    what = {"en": "the sum of each row of the output", "de": "die Summe jeder Zeile der Ausgabe"}
    assert_close(y.sum(axis=1), np.ones(BATCH), what=what, rtol=0, atol=1.5e-7)
    what = {"en": "what the logarithms of the outputs differ by", "de": "der Unterschied der Logarithmen der Ausgaben"}
    logarithms = np.log(np.maximum(y, 1e-300))
    assert_close(np.diff(logarithms, axis=1), np.diff(x, axis=1), what=what, rtol=0, atol=1e-6)


def test_forward_shift(student):
    """Inputs of 10000 do not overflow.

    de: Eingaben von 10000 laufen nicht über.
    hint: Subtract the row's maximum before exp.
    hint.de: Ziehe vor exp das Maximum der Zeile ab.
    """
    assert_finite(make(student).forward(np.zeros((BATCH, CLASSES)) + 10000.0), what=FORWARD)


def test_gradient(student, rng):
    """The error that comes back is the gradient of the loss.

    de: Der Fehler, der zurückkommt, ist der Gradient des Verlusts.
    hint: `y * (error - np.sum(error * y, axis=1, keepdims=True))`.
    hint.de: `y * (error - np.sum(error * y, axis=1, keepdims=True))`.
    """
    x, loss = rng.uniform(-1, 1, (BATCH, CLASSES)), SumOfSquares(rng.random((BATCH, CLASSES)))
    check_input_gradient(student, make(student), x, loss)


def test_with_cross_entropy(student, rng):
    """Together with cross-entropy the error is small for a perfect prediction, and large for a wrong one.

    de: Zusammen mit der Kreuzentropie ist der Fehler bei perfekter Vorhersage klein und bei falscher groß.
    hint: The label's entry gets about -1 where the prediction was wrong, and 0 where it was right.
    hint.de: Der Eintrag des Labels bekommt etwa -1, wo die Vorhersage falsch war, und 0, wo sie stimmte.
    """
    layer, label = make(student), one_hot(rng, BATCH, CLASSES)
    for sign, expected in ((100.0, 0.0), (-10.0, -1.0)):
        prediction = assert_shape(layer.forward(sign * label), label.shape, what=FORWARD)
        what = {"en": "the error at the label", "de": "der Fehler beim Label"}
        error = assert_finite(layer.backward(-label / np.maximum(prediction, 1e-300)), what=what)
        assert_true(
            error.shape == label.shape,
            "The error that backward returns must have the shape of the input.",
            "Der Fehler, den backward zurückgibt, muss die Form der Eingabe haben.",
        )
        assert_close(error[label == 1], np.full(BATCH, expected), what=what, rtol=0, atol=2e-3)
