"""What the files on convolution share: the student's layer, an initializer with known kernels, and the check of its
gradients, with the slopes that usual mistakes lead to. All slopes are measured through the student's own forward."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from support import (
    BACKWARD,
    FORWARD,
    GRADIENT_BIAS,
    GRADIENT_ERROR,
    GRADIENT_WEIGHTS,
    Mistake,
    assert_gradient,
    assert_tensor,
    attribute_slopes,
    input_slopes,
    name_mistake,
)

from exam.checks import assert_true
from reference_impl import L2Loss
from reference_impl.tensor import Tensor

Shape = tuple[int, ...]


def make(student: Any, stride: Any, size: Shape, kernels: int) -> Any:
    """The student's layer; ``size`` is (channels, rows, columns), or (channels, length) for signals."""
    return student.Layers.Conv.Conv(stride, size, kernels)


def flipped(weights: Tensor) -> Tensor:
    """Each kernel upside down and back to front; the channels stay."""
    return np.ascontiguousarray(np.flip(weights, axis=tuple(range(2, weights.ndim))))


class CentreTap:
    """An initializer that writes down what it is asked for. Its only kernel picks the middle of three channels."""

    def initialize(self, weights_shape: Shape, fan_in: int, fan_out: int) -> Tensor:
        self.fan_in, self.fan_out = fan_in, fan_out
        weights = np.zeros((1, 3, 3, 3))
        weights[0, 1, 1, 1] = 1
        return weights


def assert_output_size(output: Any, batch: int, kernels: int, image: Shape, stride: Shape, size: Shape) -> Tensor:
    """An output for every stride-th place of the image; says so where the padding is missing, or rounding is wrong."""
    expected = (batch, kernels, *(-(-n // s) for n, s in zip(image, stride, strict=True)))
    array = assert_tensor(output, what=FORWARD)
    unpadded = (batch, kernels, *((n - m) // s + 1 for n, m, s in zip(image, size[1:], stride, strict=True)))
    rounded = (batch, kernels, *(n // s for n, s in zip(image, stride, strict=True)))
    for shape, en, de in (
        (unpadded, "as if there were no padding", "als gäbe es keine Auffüllung mit Nullen"),
        (rounded, "rounded down; the last rows and columns count, too", "abgerundet; auch der Rest am Ende zählt"),
    ):
        assert_true(
            array.shape != shape or shape == expected or unpadded == rounded,
            f"The output of forward has shape {shape}, {en}; it should be {expected}.",
            f"Die Ausgabe von forward hat die Form {shape}, {de}; es sollte {expected} sein.",
        )
    return assert_tensor(output, expected, what=FORWARD)


class GradientCheck:
    """One forward and one backward pass of a layer under the sum of squares, and what its gradients should be."""

    def __init__(self, student: Any, rng: np.random.Generator, stride: Shape, size: Shape, kernels: int, image: Shape):
        self._student, self._shape = student, (kernels, *size)
        self._layer, self._loss = make(student, stride, size, kernels), L2Loss()
        self._x = rng.random((2, size[0], *image))
        output = assert_output_size(self._layer.forward(self._x), len(self._x), kernels, image, stride, size)
        self._label = rng.random(output.shape)
        self._loss.forward(output, self._label)
        self._error = self._loss.backward(self._label)
        self._returned = self._layer.backward(self._error)

    def _loss_of(self, output: Tensor) -> float:
        return self._loss.forward(output, self._label)

    def assert_input(self, limit: float = GRADIENT_ERROR) -> None:
        """backward returns the gradient with respect to the input."""
        slope = input_slopes(self._student, self._layer, self._x, self._loss_of)
        name_mistake(self._returned, slope, self._turned())
        assert_gradient(self._returned, slope, what=BACKWARD, batch=len(self._x), limit=limit)

    def assert_weights(self, limit: float = GRADIENT_ERROR) -> None:
        """gradient_weights is the gradient with respect to weights."""
        gradient = self._layer.gradient_weights
        slope = attribute_slopes(self._student, self._layer, "weights", self._x, self._loss_of)
        name_mistake(gradient, slope, self._of_weights(slope))
        assert_gradient(gradient, slope, what=GRADIENT_WEIGHTS, batch=len(self._x), limit=limit)

    def assert_bias(self, limit: float = GRADIENT_ERROR) -> None:
        """gradient_bias is the gradient with respect to bias."""
        gradient = self._layer.gradient_bias
        slope = attribute_slopes(self._student, self._layer, "bias", self._x, self._loss_of)
        name_mistake(gradient, slope, self._of_bias(slope))
        assert_gradient(gradient, slope, what=GRADIENT_BIAS, batch=len(self._x), limit=limit)

    def _turned(self) -> Iterator[Mistake]:
        """The error of a layer whose kernels or channels lie the other way round."""
        weights = np.asarray(self._layer.weights)
        if weights.shape != self._shape:
            return
        for turned, en, de in (
            (flipped(weights), "the kernels are flipped the wrong way", "die Kerne sind falsch herum gespiegelt"),
            (weights[:, ::-1], "the channels are in the wrong order", "die Kanäle sind in falscher Reihenfolge"),
        ):
            self._layer.weights = np.ascontiguousarray(turned)
            wrong = input_slopes(self._student, self._layer, self._x, self._against)
            yield wrong, f"In the error that backward returns, {en}.", f"Im Fehler von backward: {de}."
        self._layer.weights = weights

    def _against(self, output: Tensor) -> float:
        """A loss whose gradient is the error of this check, whatever the output is."""
        return float((output * self._error).sum())

    def _of_weights(self, slope: Tensor) -> Iterator[Mistake]:
        yield (
            flipped(slope),
            "gradient_weights is right but for its orientation: each kernel of it is flipped.",
            "gradient_weights stimmt bis auf die Orientierung: Jeder Kern darin ist gespiegelt.",
        )
        yield from self._one_sample("weights")

    def _of_bias(self, slope: Tensor) -> Iterator[Mistake]:
        for number in (self._error[0, 0].size, self._error[:, 0].size):
            yield (
                slope / number,
                "gradient_bias is the mean over the image; it should be the sum.",
                "gradient_bias ist das Mittel über das Bild statt der Summe.",
            )
        yield from self._one_sample("bias")

    def _one_sample(self, name: str) -> Iterator[Mistake]:
        """The gradient of the last or the first sample alone."""
        for place, en, de in (([-1], "last", "letzten"), ([0], "first", "ersten")):

            def loss_of(output: Tensor, place: list[int] = place) -> float:
                return self._loss.forward(output, self._label[place])

            yield (
                attribute_slopes(self._student, self._layer, name, self._x[place], loss_of),
                f"gradient_{name} is that of the {en} sample alone; sum over the batch.",
                f"gradient_{name} ist der des {de} Beispiels allein; summiere über den Batch.",
            )
