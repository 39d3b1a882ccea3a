"""Two updates with a regularizer and the same gradient, as they should be and as the usual mistakes make them.

With the same gradient twice, what an optimizer adds by itself is simple: momentum 0.9 makes the second step 1.9 times
as long as the first, and Adam's steps have the length of the learning rate.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from support import away_from_zero

from exam.checks import assert_array, assert_close, assert_true
from reference_impl.tensor import Tensor

SHAPE = (4, 5)
RATE, MOMENTUM, ALPHA = 0.2, 0.9, 0.3
MARGIN = 1e-3
ARGUMENTS = {"Sgd": (RATE,), "SgdWithMomentum": (RATE, MOMENTUM), "Adam": (RATE, 0.9, 0.999)}


def make(student: Any, name: str, alpha: float) -> Any:
    """The student's L1 or L2 regularizer."""
    return getattr(student.Optimization.Constraints, f"{name}_Regularizer")(alpha)


def regularized(student: Any, optimizer: str, name: str) -> Any:
    """The student's optimizer with the regularizer ``name``."""
    made = getattr(student.Optimization.Optimizers, optimizer)(*ARGUMENTS[optimizer])
    made.add_regularizer(make(student, name, ALPHA))
    return made


def plain_steps(optimizer: str, gradient: Tensor) -> tuple[Tensor, Tensor]:
    """What two updates with this gradient add to the weights, without a regularizer."""
    if optimizer == "Adam":
        return -RATE * np.sign(gradient), -RATE * np.sign(gradient)
    first = -RATE * gradient
    return first, first * (1 + MOMENTUM) if optimizer == "SgdWithMomentum" else first


def check_with(student: Any, rng: np.random.Generator, optimizer: str, name: str) -> None:
    """Two updates of ``optimizer`` with the regularizer ``name`` are decoupled ones."""
    weights, gradient = away_from_zero(rng.uniform(-2, 2, SHAPE)), away_from_zero(rng.uniform(-1, 1, SHAPE))
    steps = plain_steps(optimizer, gradient)
    made = regularized(student, optimizer, name)
    results = [made.calculate_update(weights, gradient)]
    results.append(made.calculate_update(results[0], gradient))
    expected = weights
    for number, (step, result) in enumerate(zip(steps, results, strict=True), start=1):
        expected = expected + step - RATE * shrinkage(name, expected)
        what = {"en": f"the result of update {number}", "de": f"das Ergebnis von Update {number}"}
        if number == 1:
            _recognise(assert_array(result, what=what), weights, step, name, expected)
        else:
            _recognise_memory(assert_array(result, what=what), weights, name, expected)
        assert_close(result, expected, what=what, rtol=0, atol=MARGIN)


def shrinkage(name: str, weights: Tensor) -> Tensor:
    """The regularizer's gradient."""
    return ALPHA * (np.sign(weights) if name == "L1" else weights)


def _recognise(result: Tensor, weights: Tensor, step: Tensor, name: str, expected: Tensor) -> None:
    """The mistakes that show in the first update."""
    if result.shape != SHAPE or np.allclose(result, expected, rtol=0, atol=MARGIN):
        return
    assert_true(
        not np.allclose(result, weights + step),
        "The regularizer has no effect on the first update. Either it is not used, or its gradient was added to that "
        "of the loss, where Adam's normalisation removes it. Subtract learning_rate * its gradient from the weights.",
        "Der Regularisierer wirkt beim ersten Update nicht. Entweder wird er nicht benutzt, oder sein Gradient wurde "
        "zu dem des Verlusts addiert, wo Adams Normierung ihn beseitigt. Ziehe Lernrate * seinen Gradienten von den "
        "Gewichten ab.",
    )
    assert_true(
        not np.allclose(result, weights + step - RATE * shrinkage(name, weights + step)),
        "The regularizer's gradient was computed with the weights after the step. Use those from before.",
        "Der Gradient des Regularisierers wurde mit den Gewichten nach dem Schritt berechnet. Nimm die von davor.",
    )
    assert_true(
        not np.allclose(result, weights + step - shrinkage(name, weights)),
        "The regularizer's gradient is not multiplied by the learning rate.",
        "Der Gradient des Regularisierers ist nicht mit der Lernrate multipliziert.",
    )


def _recognise_memory(result: Tensor, weights: Tensor, name: str, expected: Tensor) -> None:
    """In the second update, momentum repeats the first one's shrinkage where that had entered it."""
    coupled = expected - MOMENTUM * RATE * shrinkage(name, weights)
    assert_true(
        result.shape != SHAPE or not np.allclose(result, coupled),
        "The regularizer's gradient has entered the momentum. Subtract learning_rate * its gradient from the weights "
        "separately.",
        "Der Gradient des Regularisierers ist in das Momentum geraten. Ziehe Lernrate * seinen Gradienten getrennt von "
        "den Gewichten ab.",
    )
