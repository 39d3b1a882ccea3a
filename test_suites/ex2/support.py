"""What several test files of this suite share: numerical gradients through the student's own code, how close an
analytic gradient must be to one, and how a mistake that is recognised gets named.

The counting cases ask no more than the course's tests: a layer's gradient must be the slope of its own forward pass.
They therefore hold for every layout of the weights, for kernels that are applied flipped, and for either side of the
extra zero that an even kernel needs.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterable
from pathlib import Path
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
GRADIENT_WEIGHTS = {"en": "the attribute gradient_weights", "de": "das Attribut gradient_weights"}
GRADIENT_BIAS = {"en": "the attribute gradient_bias", "de": "das Attribut gradient_bias"}
UPDATE = {"en": "the result of calculate_update", "de": "das Ergebnis von calculate_update"}

Mistake = tuple[Any, str, str]
"""The value that a known mistake leads to, and what to say about it in English and German."""

STEP = 1e-5
"""How far an entry is moved to either side to measure a slope, as in the course's gradient check."""

GRADIENT_ERROR = 1e-5
"""The sum, over all entries, of |analytic - numerical| / max(|analytic|, |numerical|) may reach this. It is the
course's limit. Measuring a slope itself errs by about 1e-10; the usual mistakes err by 1e-2 and more."""

LOSS_GRADIENT_ERROR = 1e-4
"""The course's limit for the cross-entropy, whose slope bends more: 1/p."""

NEGLIGIBLE = 1e-3
"""Entries smaller than this share of the largest count as that large, so that no unlucky draw, with an entry near 0,
makes rounding look like a mistake."""


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


def assert_gradient(analytic: Any, slope: Tensor, *, what: What, batch: int, limit: float = GRADIENT_ERROR) -> None:
    """``analytic`` agrees with the measured ``slope``; says so where it is the mean over the ``batch`` instead."""
    gradient = assert_finite(assert_shape(analytic, slope.shape, what=what), what=what)
    floor = NEGLIGIBLE * np.abs(slope).max()
    larger = np.maximum(np.maximum(np.abs(gradient), np.abs(slope)), max(floor, 1e-15))
    if not np.sum(np.abs(gradient - slope) / larger) <= limit:
        each = limit / (4 * slope.size)
        assert_close(gradient, slope, what=what, rtol=each, atol=each * floor, known={"the batch size": batch})


def attribute_slopes(student: Any, layer: Any, name: str, x: Tensor, loss: Callable[[Tensor], float]) -> Tensor:
    """dL/d(layer.name), measured by writing moved values to the attribute, which is put back afterwards."""
    value = assert_tensor(getattr(layer, name), what={"en": f"the attribute {name}", "de": f"das Attribut {name}"})
    shape = assert_array(layer.forward(x), what=FORWARD).shape

    def loss_with(moved: Tensor) -> float:
        setattr(layer, name, moved)
        return loss(assert_shape(layer.forward(x), shape, what=FORWARD))

    slope = slopes(lambda changed: [loss_with(moved) for moved in changed], value)
    setattr(layer, name, value)
    assert_true(
        slope.any(),
        f"Writing new values to the attribute {name} does not change the output: forward must use self.{name}.",
        f"Neue Werte im Attribut {name} ändern die Ausgabe nicht: forward muss self.{name} benutzen.",
    )
    return slope


def name_mistake(actual: Any, expected: Any, mistakes: Iterable[Mistake], *, closeness: float = 1e-6) -> None:
    """Fail with the words for a mistake if ``actual`` is the value it leads to, and not the right one."""
    array = np.asarray(actual) if isinstance(actual, np.ndarray | float | int) else None
    if array is None or _alike(array, expected, closeness):
        return
    for wrong, en, de in mistakes:
        assert_true(not _alike(array, wrong, closeness), en, de)


def _alike(array: Tensor, value: Any, closeness: float) -> bool:
    wanted = np.asarray(value)
    if array.shape != wanted.shape or array.dtype.kind not in "biuf":
        return False
    return bool(np.abs(array - wanted).max(initial=0) <= closeness * max(np.abs(wanted).max(initial=0), 1e-12))


def shape_of(value: Any) -> tuple[int, ...] | None:
    """Its ``shape``, as the course's tests read it; None for what has none."""
    shape: tuple[int, ...] | None = getattr(value, "shape", None)
    return shape


def assert_tensor(actual: Any, shape: tuple[int, ...] | None = None, *, what: What) -> Tensor:
    """A NumPy array, of this shape if one is given: what has to have a ``shape`` may not be a list."""
    array = assert_array(actual, what=what) if shape is None else assert_shape(actual, shape, what=what)
    name = what if isinstance(what, dict) else {"en": what, "de": what}
    assert_true(
        isinstance(actual, np.ndarray),
        f"{name['en']} should be a NumPy array, but is a {type(actual).__name__}.",
        f"{name['de']} sollte ein NumPy-Feld sein, ist aber ein {type(actual).__name__}.",
    )
    return array


def assert_unchanged(student: Any, kept: Any, original: Tensor, *, en: str, de: str) -> None:
    """What was passed to the student's code, and kept there, still holds what it held."""
    now = student.fetch(kept)
    same = isinstance(now, np.ndarray) and now.shape == original.shape and bool(np.all(now == original))
    assert_true(
        same,
        f"Changed in place: {en}. Work on a new array: `a = a - b` instead of `a -= b`.",
        f"An Ort und Stelle verändert: {de}. Rechne in einem neuen Feld: `a = a - b` statt `a -= b`.",
    )


def one_hot(rng: np.random.Generator, batch: int, classes: int) -> Tensor:
    """Random labels with one 1 in each row; each class occurs where the batch is long enough."""
    return np.eye(classes)[rng.permutation(np.arange(batch) % classes)]


def away_from_zero(x: Tensor) -> Tensor:
    """No entry within 0.1 of 0, where ReLU has no slope."""
    return x + np.where(x >= 0, 0.1, -0.1)


def apart(rng: np.random.Generator, shape: tuple[int, ...]) -> Tensor:
    """Numbers in (0, 1) in random order, any two of them at least 1/size apart, so that no maximum is in doubt."""
    size = int(np.prod(shape))
    return (rng.permutation(size).reshape(shape) + rng.uniform(0.25, 0.75)) / size


def grows(layer: Any, x: Tensor, shape: tuple[int, ...]) -> None:
    """Pushing with error = -output makes the output grow in each of ten steps."""
    output = assert_tensor(layer.forward(x), shape, what=FORWARD)
    for step in range(1, 11):
        layer.backward(-output)
        before, output = output, assert_tensor(layer.forward(x), shape, what=FORWARD)
        assert_true(
            not np.array_equal(before, output),
            f"Step {step}: backward left the output as it was. With an optimizer set, it must write the result of "
            "optimizer.calculate_update back to weights.",
            f"Schritt {step}: backward ließ die Ausgabe, wie sie war. Mit gesetztem Optimierer muss es das Ergebnis "
            "von optimizer.calculate_update nach weights zurückschreiben.",
        )
        assert_true(
            np.sum(output**2) > np.sum(before**2),
            f"Step {step}: the output went from norm {np.sum(before**2):.6g} to {np.sum(output**2):.6g} (squared), but "
            "must grow. A step goes AGAINST the gradient, for the bias as well.",
            f"Schritt {step}: Die Ausgabe ging von der Norm {np.sum(before**2):.6g} zu {np.sum(output**2):.6g} "
            "(quadriert), muss aber wachsen. Ein Schritt geht GEGEN den Gradienten, auch beim Bias.",
        )


def iris(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """The iris flowers in random order: (inputs, one-hot labels)."""
    return _shuffled(rng, *_helpers()["iris_flowers"]())


def digits(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """The handwritten digits in random order: (images of one channel, one-hot labels)."""
    return _shuffled(rng, *_helpers()["handwritten_digits"]())


def _helpers() -> dict[str, Any]:
    """The suite's own copy of Helpers, which the examiner may run."""
    return runpy.run_path(str(Path(__file__).parent / "provided/Layers/Helpers.py"))


def _shuffled(rng: np.random.Generator, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    order = rng.permutation(len(inputs))
    return inputs[order], labels[order]
