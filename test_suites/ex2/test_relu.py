"""ReLU: max(0, x). Its derivative at 0 is left open; no case looks there."""

from __future__ import annotations

import numpy as np
import pytest
from support import BACKWARD, FORWARD, assert_gradient, assert_unchanged, away_from_zero, input_slopes

from exam.checks import assert_close, assert_shape, assert_true
from reference_impl import L2Loss

BATCH, SIZE = 5, 10


def make(student):
    return student.Layers.ReLU.ReLU()


def halves(first, second):
    """Rows of five times ``first`` and five times ``second``."""
    return np.repeat([[first, second]], SIZE // 2, axis=1).repeat(BATCH, axis=0)


def test_trainable(student):
    """ReLU says that it is not trainable.

    de: ReLU gibt an, dass es nicht trainierbar ist.
    hint: Inherit from BaseLayer and call `super().__init__()`, which sets `trainable = False`.
    hint.de: Erbe von BaseLayer und rufe `super().__init__()` auf; das setzt `trainable = False`.
    """
    assert_true(
        not make(student).trainable,
        "The attribute trainable should be False.",
        "Das Attribut trainable sollte False sein.",
    )


def test_forward(student):
    """Negative inputs become 0, positive ones stay.

    de: Negative Eingaben werden 0, positive bleiben.
    hint: `np.maximum(0, input_tensor)`.
    hint.de: `np.maximum(0, input_tensor)`.
    """
    output = make(student).forward(halves(-1.0, 1.0))
    assert_close(output, halves(0.0, 1.0), what=FORWARD, rtol=0, atol=0)


def test_backward(student):
    """The error passes where the input was positive, and is 0 elsewhere.

    de: Der Fehler geht durch, wo die Eingabe positiv war, und ist sonst 0.
    hint: Remember the input of forward, and compare THAT with 0.
    hint.de: Merke dir die Eingabe von forward und vergleiche SIE mit 0.
    """
    layer = make(student)
    layer.forward(halves(-1.0, 1.0))
    assert_close(layer.backward(halves(-2.0, 2.0)), halves(0.0, 2.0), what=BACKWARD, rtol=0, atol=0)


def test_gradient(student, rng):
    """The error that comes back is the gradient of the loss, whatever the signs of the error.

    de: Der Fehler, der zurückkommt, ist der Gradient des Verlusts, gleich welche Vorzeichen der Fehler hat.
    hint: The sign of the forward input decides, not that of the error: `error * (input > 0)`, not `max(0, error)`.
    hint.de: Das Vorzeichen der Eingabe von forward entscheidet, nicht das des Fehlers: `error * (input > 0)`, nicht
      `max(0, error)`.
    """
    layer, loss = make(student), L2Loss()
    x, label = away_from_zero(rng.uniform(-1, 1, (BATCH, SIZE))), rng.random((BATCH, SIZE))
    loss.forward(assert_shape(layer.forward(x), label.shape, what=FORWARD), label)
    error = loss.backward(label)
    returned = layer.backward(error)
    assert_true(
        not np.array_equal(returned, np.maximum(error, 0)),
        "backward applied ReLU to the error. The error must pass, with either sign, where the INPUT was positive.",
        "backward hat ReLU auf den Fehler angewandt. Der Fehler muss, mit jedem Vorzeichen, durchgehen, wo die EINGABE "
        "positiv war.",
    )
    slope = input_slopes(student, layer, x, lambda output: loss.forward(output, label))
    assert_gradient(returned, slope, what=BACKWARD, batch=BATCH)


@pytest.mark.advisory
def test_arguments_stay_as_they_are(student, rng):
    """forward and backward do not change the arrays that they are given.

    de: forward und backward verändern die Felder nicht, die sie bekommen.
    hint: `x[x < 0] = 0` writes into the caller's array; `np.maximum(0, x)` makes a new one.
    hint.de: `x[x < 0] = 0` schreibt in das Feld des Aufrufers; `np.maximum(0, x)` legt ein neues an.
    why: The course's tests do not use their arrays again. In a network the input is the previous layer's output, which
      that layer may have kept for its own backward pass.
    why.de: Die Kurstests benutzen ihre Felder danach nicht mehr. In einem Netz ist die Eingabe die Ausgabe der
      vorigen Schicht, die diese vielleicht für ihren Rückwärtslauf behalten hat.
    """
    layer = make(student)
    x, error = rng.uniform(-1, 1, (2, BATCH, SIZE))
    kept_x, kept_error = student.keep(x.copy()), student.keep(error.copy())
    layer.forward(kept_x)
    layer.backward(kept_error)
    assert_unchanged(student, kept_x, x, en="the input of forward", de="die Eingabe von forward")
    assert_unchanged(student, kept_error, error, en="the error given to backward", de="der Fehler für backward")
