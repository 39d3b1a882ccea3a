"""An update with a regularizer, as it should be and as the usual mistakes make it: what several files of this suite ask
of the student's optimizers."""

from __future__ import annotations

from typing import Any

import numpy as np
from support import away_from_zero

from exam.checks import assert_close, assert_true
from reference_impl import Adam, Sgd, SgdWithMomentum

SHAPE = (4, 5)
RATE, ALPHA = 0.2, 0.3


def make(student: Any, name: str, alpha: float) -> Any:
    """The student's L1 or L2 regularizer."""
    return getattr(student.Optimization.Constraints, f"{name}_Regularizer")(alpha)


class Regularized:
    """A plain optimizer with a decoupled step of shrinkage, and what the usual mistakes make of it."""

    def __init__(self, optimizer, name):
        self._optimizer = optimizer
        self._shrink = np.sign if name == "L1" else lambda weights: weights

    def decoupled(self, weights, gradients):
        """w <- step(w, g) - rate * alpha * shrink(w), with the w before the step."""
        for gradient in gradients:
            weights = self._optimizer.update(weights, gradient) - RATE * ALPHA * self._shrink(weights)
        return weights

    def coupled(self, weights, gradients):
        """The regularizer's gradient is added to the loss's, and so enters momentum and Adam's statistics."""
        for gradient in gradients:
            weights = self._optimizer.update(weights, gradient + ALPHA * self._shrink(weights))
        return weights

    def late(self, weights, gradients):
        """The shrinkage is computed with the weights AFTER the step."""
        for gradient in gradients:
            weights = self._optimizer.update(weights, gradient)
            weights = weights - RATE * ALPHA * self._shrink(weights)
        return weights

    def without_rate(self, weights, gradients):
        """The shrinkage lacks the learning rate."""
        for gradient in gradients:
            weights = self._optimizer.update(weights, gradient) - ALPHA * self._shrink(weights)
        return weights

    def without(self, weights, gradients):
        """No regularizer at all."""
        for gradient in gradients:
            weights = self._optimizer.update(weights, gradient)
        return weights


MISTAKES = {
    "coupled": (
        "The regularizer's gradient has entered momentum (or Adam's averages). Subtract learning_rate * gradient of "
        "the regularizer from the weights separately.",
        "Der Gradient des Regularisierers ist in das Momentum (oder in Adams Mittelwerte) geraten. Ziehe Lernrate * "
        "Gradient des Regularisierers getrennt von den Gewichten ab.",
    ),
    "late": (
        "The regularizer's gradient was computed with the weights after the step. Use those from before.",
        "Der Gradient des Regularisierers wurde mit den Gewichten nach dem Schritt berechnet. Nimm die von davor.",
    ),
    "without_rate": (
        "The regularizer's gradient is not multiplied by the learning rate.",
        "Der Gradient des Regularisierers ist nicht mit der Lernrate multipliziert.",
    ),
    "without": (
        "The regularizer has no effect: use self.regularizer in calculate_update when it is set.",
        "Der Regularisierer bewirkt nichts: Benutze in calculate_update self.regularizer, wenn er gesetzt ist.",
    ),
}
REFERENCES = {
    "Sgd": lambda: Sgd(RATE),
    "SgdWithMomentum": lambda: SgdWithMomentum(RATE, 0.9),
    "Adam": lambda: Adam(RATE, 0.9, 0.999),
}
ARGUMENTS = {"Sgd": (RATE,), "SgdWithMomentum": (RATE, 0.9), "Adam": (RATE, 0.9, 0.999)}


def check_with(student, rng, optimizer, name, steps=2, margin=1e-3):
    """``steps`` updates of ``optimizer`` with the regularizer ``name`` are decoupled ones."""
    weights, gradients = away_from_zero(rng.uniform(-2, 2, SHAPE)), away_from_zero(rng.uniform(-1, 1, (steps, *SHAPE)))
    layer = getattr(student.Optimization.Optimizers, optimizer)(*ARGUMENTS[optimizer])
    layer.add_regularizer(make(student, name, ALPHA))
    result = weights
    for gradient in gradients:
        result = layer.calculate_update(result, gradient)
    expected = Regularized(REFERENCES[optimizer](), name).decoupled(weights, gradients)
    what = {"en": f"the weights after {steps} updates", "de": f"die Gewichte nach {steps} Updates"}
    if isinstance(result, np.ndarray) and result.shape == SHAPE and not np.allclose(result, expected, 0, margin):
        for mistake, texts in MISTAKES.items():
            wrong = getattr(Regularized(REFERENCES[optimizer](), name), mistake)(weights, gradients)
            assert_true(not np.allclose(result, wrong, 0, 1e-6), *texts)
    assert_close(result, expected, what=what, rtol=0, atol=margin)
