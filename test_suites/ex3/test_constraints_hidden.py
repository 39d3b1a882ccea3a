"""Regularizers over many updates, on tensors of any shape, and where a weight is 0."""

from __future__ import annotations

import numpy as np
import pytest
from decoupled import ALPHA, MOMENTUM, RATE, SHAPE, make, regularized
from support import assert_unchanged, away_from_zero

from exam.checks import assert_close
from reference_impl import Adam, L1Regularizer, L2Regularizer, Sgd, SgdWithMomentum

NORM = {"en": "the result of norm", "de": "das Ergebnis von norm"}
SHRINKAGE = {"en": "the result of calculate_gradient", "de": "das Ergebnis von calculate_gradient"}
STEPS = 12
REGULARIZERS = {"L1": L1Regularizer(ALPHA), "L2": L2Regularizer(ALPHA)}


def reference(optimizer, name):
    """The reference's optimizer with the regularizer ``name``."""
    arguments = {"Sgd": (RATE,), "SgdWithMomentum": (RATE, MOMENTUM), "Adam": (RATE, 0.9, 0.999)}[optimizer]
    made = {"Sgd": Sgd, "SgdWithMomentum": SgdWithMomentum, "Adam": Adam}[optimizer]
    return made(*arguments, regularizer=REGULARIZERS[name])


@pytest.mark.advisory
@pytest.mark.parametrize("optimizer", ["Sgd", "SgdWithMomentum", "Adam"])
def test_decoupled_over_many_steps(student, rng, optimizer):
    """After twelve updates the weights are still those of a plain optimizer with a separate shrinkage.

    de: Nach zwölf Updates sind die Gewichte noch immer die eines einfachen Optimierers mit getrennter Verkleinerung.
    hint: The regularizer sees the weights before each update, and never enters momentum or Adam's averages.
    hint.de: Der Regularisierer sieht die Gewichte vor jedem Update und geht nie in Momentum oder Adams Mittelwerte ein.
    why: The course's tests make two updates and look at the sum of all weights only.
    why.de: Die Kurstests machen zwei Updates und sehen nur die Summe aller Gewichte an.
    """
    what = {"en": f"the result of update {STEPS}", "de": f"das Ergebnis von Update {STEPS}"}
    for name in REGULARIZERS:
        weights = expected = away_from_zero(rng.uniform(-2, 2, SHAPE))
        made, right = regularized(student, optimizer, name), reference(optimizer, name)
        for gradient in away_from_zero(rng.uniform(-1, 1, (STEPS, *SHAPE))):
            weights, expected = made.calculate_update(weights, gradient), right.update(expected, gradient)
        assert_close(weights, expected, what=what, rtol=0, atol=1e-6)


@pytest.mark.advisory
def test_tensors_of_any_shape(student, rng):
    """Norm and gradient work on kernels (4 axes) and biases (1 axis), and a weight of 0 stays where it is.

    de: Norm und Gradient gehen auch bei Kernen (4 Achsen) und Biaswerten (1 Achse), und ein Gewicht 0 bleibt 0.
    hint: `np.sum` without an axis; `np.sign(0)` is 0.
    hint.de: `np.sum` ohne Achse; `np.sign(0)` ist 0.
    why: The course's tests use matrices without a 0.
    why.de: Die Kurstests benutzen Matrizen ohne eine 0.
    """
    for shape in ((2, 3, 3, 3), (7,)):
        weights = rng.standard_normal(shape)
        weights.flat[0] = 0
        first, second = make(student, "L1", ALPHA), make(student, "L2", ALPHA)
        assert_close(first.norm(weights), ALPHA * np.abs(weights).sum(), what=NORM)
        assert_close(second.norm(weights), ALPHA * (weights**2).sum(), what=NORM)
        assert_close(first.calculate_gradient(weights), ALPHA * np.sign(weights), what=SHRINKAGE)
        assert_close(second.calculate_gradient(weights), ALPHA * weights, what=SHRINKAGE)


@pytest.mark.advisory
def test_arguments_stay_as_they_are(student, rng):
    """Regularizers and optimizers do not change the weights and gradients that they are given.

    de: Regularisierer und Optimierer verändern die übergebenen Gewichte und Gradienten nicht.
    hint: `weights *= …` writes into the caller's array; `weights * …` makes a new one.
    hint.de: `weights *= …` schreibt in das Feld des Aufrufers; `weights * …` legt ein neues an.
    why: The course's tests do not look at the old weights again.
    why.de: Die Kurstests sehen sich die alten Gewichte nicht mehr an.
    """
    for name in ("L1", "L2"):
        weights, gradient = rng.standard_normal((2, 5, 3))
        kept_weights, kept_gradient = student.keep(weights.copy()), student.keep(gradient.copy())
        regularizer = make(student, name, ALPHA)
        regularizer.norm(kept_weights)
        regularizer.calculate_gradient(kept_weights)
        optimizer = student.Optimization.Optimizers.SgdWithMomentum(0.1, 0.9)
        optimizer.add_regularizer(regularizer)
        for _ in range(2):
            optimizer.calculate_update(kept_weights, kept_gradient)
        assert_unchanged(student, kept_weights, weights, en="the old weights", de="die alten Gewichte")
        assert_unchanged(student, kept_gradient, gradient, en="the gradient", de="der Gradient")
