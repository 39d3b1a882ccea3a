"""ReLU of exercise 1, in short: max(0, x). Its derivative at 0 is left open."""

from __future__ import annotations

import numpy as np
from support import BACKWARD, FORWARD, SumOfSquares, assert_not_trainable, away_from_zero, check_input_gradient

from exam.checks import assert_close

BATCH, SIZE = 5, 10


def make(student):
    return student.Layers.ReLU.ReLU()


def test_trainable(student):
    """ReLU says that it is not trainable.

    de: ReLU gibt an, dass es nicht trainierbar ist.
    hint: Inherit from BaseLayer and call `super().__init__()`, which sets `trainable = False`.
    hint.de: Erbe von BaseLayer und rufe `super().__init__()` auf; das setzt `trainable = False`.
    """
    assert_not_trainable(make(student))


def test_forward_and_backward(student, rng):
    """Negative inputs become 0, positive ones stay; the error passes where the input was positive.

    de: Negative Eingaben werden 0, positive bleiben; der Fehler geht durch, wo die Eingabe positiv war.
    hint: `np.maximum(0, x)`; remember the input, and compare THAT with 0 in backward.
    hint.de: `np.maximum(0, x)`; merke dir die Eingabe und vergleiche in backward SIE mit 0.
    """
    layer, x = make(student), away_from_zero(rng.uniform(-1, 1, (BATCH, SIZE)))
    assert_close(layer.forward(x.copy()), np.maximum(x, 0), what=FORWARD, rtol=0, atol=0)
    error = rng.standard_normal(x.shape)
    assert_close(layer.backward(error.copy()), error * (x > 0), what=BACKWARD, rtol=0, atol=0)


def test_gradient(student, rng):
    """The error that comes back is the gradient of the loss.

    de: Der Fehler, der zurückkommt, ist der Gradient des Verlusts.
    hint: `error * (input > 0)`, not `max(0, error)`.
    hint.de: `error * (input > 0)`, nicht `max(0, error)`.
    """
    x, loss = away_from_zero(rng.uniform(-1, 1, (BATCH, SIZE))), SumOfSquares(rng.random((BATCH, SIZE)))
    check_input_gradient(student, make(student), x, loss)
