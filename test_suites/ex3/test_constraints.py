"""The L1 and L2 regularizers by themselves, and inside each optimizer. A regularizer acts on the weights alone: it must
not enter what momentum and Adam remember of past gradients."""

from __future__ import annotations

import numpy as np
from decoupled import SHAPE, check_with, make
from support import away_from_zero

from exam.checks import assert_close, assert_true

NORM = {"en": "the result of norm", "de": "das Ergebnis von norm"}
SHRINKAGE = {"en": "the result of calculate_gradient", "de": "das Ergebnis von calculate_gradient"}


def draw(rng):
    """A strength, and weights with both signs, none near 0."""
    return float(rng.uniform(1, 5)), away_from_zero(rng.uniform(-2, 2, SHAPE))


def test_L1(student, rng):  # noqa: N802 - L1 is its name
    """L1's gradient is alpha times the sign of each weight.

    de: Der Gradient von L1 ist alpha mal das Vorzeichen jedes Gewichts.
    hint: `self.alpha * np.sign(weights)`.
    hint.de: `self.alpha * np.sign(weights)`.
    """
    alpha, weights = draw(rng)
    gradient = make(student, "L1", alpha).calculate_gradient(weights)
    assert_close(gradient, alpha * np.sign(weights), what=SHRINKAGE, rtol=0, atol=1e-9)


def test_L2(student, rng):  # noqa: N802
    """L2's gradient is alpha times each weight.

    de: Der Gradient von L2 ist alpha mal jedes Gewicht.
    hint: `self.alpha * weights`, without a factor 2.
    hint.de: `self.alpha * weights`, ohne einen Faktor 2.
    """
    alpha, weights = draw(rng)
    gradient = make(student, "L2", alpha).calculate_gradient(weights)
    assert_close(gradient, alpha * weights, what=SHRINKAGE, rtol=0, atol=1e-9, known={"two": 2})


def test_L1_norm(student, rng):  # noqa: N802
    """L1's norm is alpha times the sum of the absolute weights.

    de: Die Norm von L1 ist alpha mal die Summe der Beträge der Gewichte.
    hint: `self.alpha * np.sum(np.abs(weights))`, one number.
    hint.de: `self.alpha * np.sum(np.abs(weights))`, eine Zahl.
    """
    alpha, weights = draw(rng)
    norm = make(student, "L1", alpha).norm(weights)
    assert_close(norm, alpha * np.abs(weights).sum(), what=NORM, rtol=0, atol=1.5e-7, known={"alpha": alpha})


def test_L2_norm(student, rng):  # noqa: N802
    """L2's norm is alpha times the sum of the squared weights.

    de: Die Norm von L2 ist alpha mal die Summe der quadrierten Gewichte.
    hint: `self.alpha * np.sum(weights ** 2)`: no square root, no factor 1/2.
    hint.de: `self.alpha * np.sum(weights ** 2)`: keine Wurzel, kein Faktor 1/2.
    """
    alpha, weights = draw(rng)
    norm = make(student, "L2", alpha).norm(weights)
    total = float((weights**2).sum())
    said = abs(float(norm) - alpha * np.sqrt(total)) < 1e-6 if isinstance(norm, float | np.floating) else False
    assert_true(
        not said,
        "The norm has a square root in it: it is alpha * sqrt(sum of squares), but should be alpha * sum of squares.",
        "In der Norm steckt eine Wurzel: Sie ist alpha * Wurzel(Summe der Quadrate), sollte aber alpha * Summe der "
        "Quadrate sein.",
    )
    known = {"alpha": alpha, "two": 2.0}
    assert_close(norm, alpha * total, what=NORM, rtol=0, atol=1.5e-7, known=known)


def test_L1_with_sgd(student, rng):  # noqa: N802
    """Sgd with L1 shrinks every weight by learning rate times alpha, besides its step.

    de: Sgd mit L1 verkleinert jedes Gewicht um Lernrate mal alpha, neben seinem Schritt.
    hint: `w - lr * regularizer.calculate_gradient(w) - lr * gradient`, with the same old w in both places.
    hint.de: `w - lr * regularizer.calculate_gradient(w) - lr * gradient`, an beiden Stellen mit demselben alten w.
    """
    check_with(student, rng, "Sgd", "L1")


def test_L2_with_sgd(student, rng):  # noqa: N802
    """Sgd with L2 shrinks every weight in proportion, besides its step.

    de: Sgd mit L2 verkleinert jedes Gewicht anteilig, neben seinem Schritt.
    hint: `w - lr * regularizer.calculate_gradient(w) - lr * gradient`, with the same old w in both places.
    hint.de: `w - lr * regularizer.calculate_gradient(w) - lr * gradient`, an beiden Stellen mit demselben alten w.
    """
    check_with(student, rng, "Sgd", "L2")


def test_L1_with_sgd_w_momentum(student, rng):  # noqa: N802
    """Momentum with L1: the shrinkage acts on the weights and is not remembered.

    de: Momentum mit L1: Die Verkleinerung wirkt auf die Gewichte und wird nicht gemerkt.
    hint: Keep the regularizer's gradient out of v: `w - lr * regularizer.calculate_gradient(w) + v`.
    hint.de: Halte den Gradienten des Regularisierers aus v heraus: `w - lr * regularizer.calculate_gradient(w) + v`.
    """
    check_with(student, rng, "SgdWithMomentum", "L1")


def test_L2_with_sgd_w_momentum(student, rng):  # noqa: N802
    """Momentum with L2: the shrinkage acts on the weights and is not remembered.

    de: Momentum mit L2: Die Verkleinerung wirkt auf die Gewichte und wird nicht gemerkt.
    hint: Keep the regularizer's gradient out of v: `w - lr * regularizer.calculate_gradient(w) + v`.
    hint.de: Halte den Gradienten des Regularisierers aus v heraus: `w - lr * regularizer.calculate_gradient(w) + v`.
    """
    check_with(student, rng, "SgdWithMomentum", "L2")


def test_L1_with_adam(student, rng):  # noqa: N802
    """Adam with L1: the shrinkage acts on the weights and does not enter Adam's averages.

    de: Adam mit L1: Die Verkleinerung wirkt auf die Gewichte und geht nicht in Adams Mittelwerte ein.
    hint: Give Adam the plain gradient, and subtract `lr * regularizer.calculate_gradient(w)` from the weights.
    hint.de: Gib Adam den reinen Gradienten und ziehe `lr * regularizer.calculate_gradient(w)` von den Gewichten ab.
    """
    check_with(student, rng, "Adam", "L1")


def test_L2_with_adam(student, rng):  # noqa: N802
    """Adam with L2: the shrinkage acts on the weights and does not enter Adam's averages.

    de: Adam mit L2: Die Verkleinerung wirkt auf die Gewichte und geht nicht in Adams Mittelwerte ein.
    hint: Give Adam the plain gradient, and subtract `lr * regularizer.calculate_gradient(w)` from the weights.
    hint.de: Gib Adam den reinen Gradienten und ziehe `lr * regularizer.calculate_gradient(w)` von den Gewichten ab.
    """
    check_with(student, rng, "Adam", "L2")
