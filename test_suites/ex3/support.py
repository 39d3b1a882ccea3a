"""What several test files of this suite share: numerical gradients through the student's own code, and how close an
analytic gradient must be to one.

The counting cases ask no more than the course's tests: a layer's gradient must be the slope of its own forward pass.
They therefore hold for every layout of the weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from exam.checks import What, assert_array, assert_close, assert_finite, assert_shape, assert_true
from reference_impl.tensor import Tensor

FORWARD = {"en": "the output of forward", "de": "die Ausgabe von forward"}
SLOPE = {
    "en": "the slope as it follows from what forward returns",
    "de": "die Steigung, die aus den Antworten von forward folgt,",
}
BACKWARD = {"en": "the error that backward returns", "de": "der Fehler, den backward zurückgibt,"}
WEIGHTS = {"en": "the attribute weights", "de": "das Attribut weights"}
BIAS = {"en": "the attribute bias", "de": "das Attribut bias"}
GRADIENT = {"en": "the attribute gradient_weights", "de": "das Attribut gradient_weights"}
GRADIENT_BIAS = {"en": "the attribute gradient_bias", "de": "das Attribut gradient_bias"}

STEP = 1e-5
"""How far an entry is moved to either side to measure a slope, as in the course's gradient check."""

GRADIENT_ERROR = 1e-5
"""The sum, over all entries, of |analytic - numerical| / max(|analytic|, |numerical|) may reach this; the course's
limit for most layers. Measuring a slope itself errs by about 1e-10; the usual mistakes err by 1e-2 and more."""

NEGLIGIBLE = 1e-3
"""Entries smaller than this share of the largest count as that large, so that no unlucky draw, with an entry near 0,
makes rounding look like a mistake."""


class SumOfSquares:
    """The loss of every gradient check: sum (y m - t)^2 for a fixed random map m of the last axis, if there is one."""

    def __init__(self, target: Tensor, mixing: Tensor | None = None) -> None:
        self._target = target
        self._mixing = mixing

    def __call__(self, output: Tensor) -> float:
        return float((self._difference(output) ** 2).sum())

    def error(self, output: Tensor) -> Tensor:
        """Its gradient with respect to the output."""
        gradient: Tensor = 2 * self._difference(output)
        return gradient if self._mixing is None else gradient @ self._mixing.T

    def _difference(self, output: Tensor) -> Tensor:
        return (output if self._mixing is None else output @ self._mixing) - self._target


def slopes(losses_at: Callable[[list[Tensor]], list[float]], value: Tensor) -> Tensor:
    """The central difference quotient of a loss for each entry of ``value``, moved in its own dtype."""
    moved = [_moved(value, index, step) for step in (STEP, -STEP) for index in np.ndindex(value.shape)]
    after, before = np.split(np.array(losses_at(moved)), 2)
    return assert_finite(((after - before) / (2 * STEP)).reshape(value.shape), what=SLOPE)


def _moved(value: Tensor, index: tuple[int, ...], step: float) -> Tensor:
    moved = value.copy()
    moved[index] += step
    return moved


def input_slopes(student: Any, layer: Any, x: Tensor, loss: Callable[[Tensor], float]) -> Tensor:
    """dL/dx, measured through ``layer.forward``; all of its calls cross in one frame."""
    shape = assert_array(layer.forward(x), what=FORWARD).shape

    def losses_at(inputs: list[Tensor]) -> list[float]:
        outputs = student.many(layer.forward, [(moved,) for moved in inputs])
        return [loss(assert_shape(output, shape, what=FORWARD)) for output in outputs]

    return slopes(losses_at, x)


def parameter_slopes(layer: Any, name: str, x: Tensor, loss: Callable[[Tensor], float]) -> Tensor:
    """dL/d(layer.name), measured by writing to that attribute and running forward; it holds its old value after."""
    value = assert_array(getattr(layer, name), what={"en": f"the attribute {name}", "de": f"das Attribut {name}"})
    shape = assert_array(layer.forward(x), what=FORWARD).shape

    def loss_with(changed: Tensor) -> float:
        setattr(layer, name, changed)
        return loss(assert_shape(layer.forward(x), shape, what=FORWARD))

    slope = slopes(lambda all_changed: [loss_with(changed) for changed in all_changed], value.astype(float))
    setattr(layer, name, value)
    assert_true(
        slope.any(),
        f"Writing new values to the attribute {name} does not change the output: forward must use self.{name}.",
        f"Neue Werte im Attribut {name} ändern die Ausgabe nicht: forward muss self.{name} benutzen.",
    )
    return slope


def check_input_gradient(
    student: Any, layer: Any, x: Tensor, loss: SumOfSquares, *, limit: float = GRADIENT_ERROR
) -> None:
    """What backward returns is dL/dx."""
    returned = layer.backward(loss.error(assert_finite(layer.forward(x), what=FORWARD)))
    slope = input_slopes(student, layer, x, loss)
    assert_gradient(returned, slope, what=BACKWARD, batch=len(x), limit=limit)


def check_parameter_gradient(layer: Any, name: str, x: Tensor, loss: SumOfSquares, *, limit: float) -> None:
    """``layer.gradient_NAME`` after backward is dL/d(layer.NAME)."""
    layer.backward(loss.error(assert_finite(layer.forward(x), what=FORWARD)))
    gradient = getattr(layer, f"gradient_{name}")
    what = {"en": f"the attribute gradient_{name}", "de": f"das Attribut gradient_{name}"}
    assert_gradient(gradient, parameter_slopes(layer, name, x, loss), what=what, batch=len(x), limit=limit)


def assert_gradient(analytic: Any, slope: Tensor, *, what: What, batch: int, limit: float = GRADIENT_ERROR) -> None:
    """``analytic`` agrees with the measured ``slope``; says so where it is the mean over the ``batch`` instead."""
    gradient = assert_finite(assert_shape(analytic, slope.shape, what=what), what=what)
    floor = NEGLIGIBLE * np.abs(slope).max()
    larger = np.maximum(np.maximum(np.abs(gradient), np.abs(slope)), max(floor, 1e-15))
    if not np.sum(np.abs(gradient - slope) / larger) <= limit:
        each = limit / (4 * slope.size)
        assert_close(gradient, slope, what=what, rtol=each, atol=each * floor, known={"the batch size": batch})


def grows(layer: Any, x: Tensor, steps: int = 10) -> None:
    """Pushing with error = -output makes the output grow in each of ten steps."""
    output = assert_finite(layer.forward(x), what=FORWARD)
    for step in range(1, steps + 1):
        layer.backward(-output)
        before, output = output, assert_finite(assert_shape(layer.forward(x), output.shape, what=FORWARD), what=FORWARD)
        assert_true(
            not np.array_equal(before, output),
            f"Step {step}: backward left the output as it was. With an optimizer set, it must write the result of "
            "optimizer.calculate_update back to the weights.",
            f"Schritt {step}: backward ließ die Ausgabe, wie sie war. Mit gesetztem Optimierer muss es das Ergebnis "
            "von optimizer.calculate_update in die Gewichte zurückschreiben.",
        )
        assert_true(
            np.sum(output**2) > np.sum(before**2),
            f"Step {step}: the output went from norm {np.sum(before**2):.6g} to {np.sum(output**2):.6g} (squared), but "
            "must grow. A step goes AGAINST the gradient.",
            f"Schritt {step}: Die Ausgabe ging von der Norm {np.sum(before**2):.6g} zu {np.sum(output**2):.6g} "
            "(quadriert), muss aber wachsen. Ein Schritt geht GEGEN den Gradienten.",
        )


def shape_of(value: Any) -> tuple[int, ...] | None:
    """Its ``shape``, as the course's tests read it; None for what has none."""
    shape: tuple[int, ...] | None = getattr(value, "shape", None)
    return shape


def assert_trainable(layer: Any) -> None:
    """The flag is True."""
    assert_true(
        layer.trainable,
        "The attribute trainable is not True. Set it after `super().__init__()`.",
        "Das Attribut trainable ist nicht True. Setze es nach `super().__init__()`.",
    )


def assert_not_trainable(layer: Any) -> None:
    """The flag is False."""
    assert_true(
        not layer.trainable,
        "The attribute trainable should be False.",
        "Das Attribut trainable sollte False sein.",
    )


def assert_training_phase(layer: Any) -> None:
    """A new layer is in the training phase."""
    assert_true(
        not layer.testing_phase,
        "A new layer has testing_phase = True; it must begin in the training phase, with False.",
        "Eine neue Schicht hat testing_phase = True; sie muss in der Trainingsphase beginnen, mit False.",
    )


def assert_unchanged(student: Any, kept: Any, original: Tensor, *, en: str, de: str) -> None:
    """What was passed to the student's code, and kept there, still holds what it held."""
    now = student.fetch(kept)
    same = isinstance(now, np.ndarray) and now.shape == original.shape and bool(np.all(now == original))
    assert_true(
        same,
        f"Changed in place: {en}. Work on a new array: `a = a - b` instead of `a -= b`.",
        f"An Ort und Stelle verändert: {de}. Rechne in einem neuen Feld: `a = a - b` statt `a -= b`.",
    )


def check_arguments_stay(student: Any, layer: Any, x: Tensor, error: Tensor) -> None:
    """forward and backward do not change the arrays that they are given."""
    kept_x, kept_error = student.keep(x.copy()), student.keep(error.copy())
    layer.forward(kept_x)
    layer.backward(kept_error)
    assert_unchanged(student, kept_x, x, en="the input of forward", de="die Eingabe von forward")
    assert_unchanged(student, kept_error, error, en="the error given to backward", de="der Fehler für backward")


def one_hot(rng: np.random.Generator, batch: int, classes: int) -> Tensor:
    """Random labels with one 1 in each row; each class occurs where the batch is long enough."""
    return np.eye(classes)[rng.permutation(np.arange(batch) % classes)]


def away_from_zero(x: Tensor) -> Tensor:
    """No entry within 0.1 of 0, where ReLU and the sign have no slope."""
    return x + np.where(x >= 0, 0.1, -0.1)


def assert_finite_array(actual: Any, shape: tuple[int, ...], what: What) -> Tensor:
    """An array of numbers of exactly this shape, without NaN."""
    return assert_finite(assert_shape(actual, shape, what=what), what=what)


def follows_momentum(
    student: Any, layer: Any, names: tuple[str, ...], inputs: list[Tensor], errors: list[Tensor]
) -> None:
    """Each of these parameters moves as momentum by its own gradients demands, one step for each backward pass."""
    rate, momentum = 0.01, 0.9
    layer.optimizer = student.Optimization.Optimizers.SgdWithMomentum(rate, momentum)
    velocity: dict[str, Any] = dict.fromkeys(names, 0.0)
    for step, (x, error) in enumerate(zip(inputs, errors, strict=True), start=1):
        before = {name: assert_array(getattr(layer, name), what=name) for name in names}
        layer.forward(x)
        layer.backward(error)
        for name in names:
            velocity[name] = momentum * velocity[name] - rate * np.asarray(getattr(layer, f"gradient_{name}"))
            what = {"en": f"{name} after step {step} with momentum", "de": f"{name} nach Schritt {step} mit Momentum"}
            assert_close(getattr(layer, name), before[name] + velocity[name], what=what)
