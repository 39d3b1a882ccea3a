"""What the files on convolution share: the student's layer, the reference with the same kernels, an initializer with
known kernels, and the gradients that usual mistakes lead to."""

from __future__ import annotations

from itertools import product
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
from reference_impl import Conv, L2Loss
from reference_impl.tensor import Tensor

Shape = tuple[int, ...]


def make(student: Any, stride: Any, size: Shape, kernels: int) -> Any:
    """The student's layer; ``size`` is (channels, rows, columns), or (channels, length) for signals."""
    return student.Layers.Conv.Conv(stride, size, kernels)


def reference(stride: Shape, weights: Tensor, bias: Tensor) -> Conv:
    """The reference with these kernels and this bias."""
    kernels, channels, *size = weights.shape
    layer = Conv(channels, kernels, tuple(size), np.random.default_rng(0), stride=stride)
    layer.params = {"weights": weights, "bias": bias}
    return layer


def outputs(x: Tensor, stride: Shape, weights: Tensor, bias: Tensor) -> list[Tensor]:
    """The right outputs for ``x``: one, or one for either side of the extra zero in each direction with an even kernel.

    A kernel of 4 places with its extra zero before the image is one of 5 whose last place is 0.
    """
    either = [((0, 1), (1, 0)) if size % 2 == 0 else ((0, 0),) for size in weights.shape[2:]]
    odd = (np.pad(weights, ((0, 0), (0, 0), *widths)) for widths in product(*either))
    return [reference(stride, kernel, bias).forward(x) for kernel in odd]


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
            array.shape != shape or shape == expected,
            f"The output of forward has shape {shape}, {en}; it should be {expected}.",
            f"Die Ausgabe von forward hat die Form {shape}, {de}; es sollte {expected} sein.",
        )
    return assert_tensor(output, expected, what=FORWARD)


class GradientCheck:
    """One forward and one backward pass of a layer under the sum of squares, and what its gradients should be."""

    def __init__(self, student: Any, rng: np.random.Generator, stride: Shape, size: Shape, kernels: int, image: Shape):
        self._student, self._stride, self._size, self._kernels = student, stride, size, kernels
        self._layer, self._loss, self._batch = make(student, stride, size, kernels), L2Loss(), 2
        self._x = rng.random((self._batch, size[0], *image))
        output = assert_output_size(self._layer.forward(self._x), self._batch, kernels, image, stride, size)
        self._label = rng.random(output.shape)
        self._loss.forward(output, self._label)
        self._error = self._loss.backward(self._label)
        self._returned = self._layer.backward(self._error)

    def _loss_of(self, output: Tensor) -> float:
        return self._loss.forward(output, self._label)

    def assert_input(self, limit: float = GRADIENT_ERROR) -> None:
        """backward returns the gradient with respect to the input."""
        slope = input_slopes(self._student, self._layer, self._x, self._loss_of)
        name_mistake(self._returned, slope, self._mistakes_of_the_error())
        assert_gradient(self._returned, slope, what=BACKWARD, batch=self._batch, limit=limit)

    def assert_weights(self, limit: float = GRADIENT_ERROR) -> None:
        """gradient_weights is the gradient with respect to weights."""
        gradient = self._layer.gradient_weights
        slope = attribute_slopes(self._student, self._layer, "weights", self._x, self._loss_of)
        en = "gradient_weights is right but for its orientation: each kernel of it is flipped."
        de = "gradient_weights stimmt bis auf die Orientierung: Jeder Kern darin ist gespiegelt."
        name_mistake(gradient, slope, [(flipped(slope), en, de), *self._one_sample("weights")])
        assert_gradient(gradient, slope, what=GRADIENT_WEIGHTS, batch=self._batch, limit=limit)

    def assert_bias(self, limit: float = GRADIENT_ERROR) -> None:
        """gradient_bias is the gradient with respect to bias."""
        gradient = self._layer.gradient_bias
        slope = attribute_slopes(self._student, self._layer, "bias", self._x, self._loss_of)
        places = self._error[0, 0].size
        en, de = "is the mean over the image; it should be the sum.", "ist das Mittel über das Bild statt der Summe."
        mean = (slope / places, f"gradient_bias {en}", f"gradient_bias {de}")
        both = (slope / places / self._batch, f"gradient_bias {en}", f"gradient_bias {de}")
        name_mistake(gradient, slope, [mean, both, *self._one_sample("bias")])
        assert_gradient(gradient, slope, what=GRADIENT_BIAS, batch=self._batch, limit=limit)

    def _mistakes_of_the_error(self) -> list[Mistake]:
        weights, bias = np.asarray(self._layer.weights), np.zeros(self._kernels)
        if weights.shape != (self._kernels, *self._size):
            return []
        said = []
        for turned, en, de in (
            (flipped(weights), "the kernels are flipped the wrong way", "die Kerne sind falsch herum"),
            (
                np.ascontiguousarray(weights[:, ::-1]),
                "the channels are in the wrong order",
                "die Kanäle sind in falscher Reihenfolge",
            ),
        ):
            layer = reference(self._stride, turned, bias)
            layer.forward(self._x)
            wrong = layer.backward(self._error)
            said.append((wrong, f"In the error that backward returns, {en}.", f"Im Fehler von backward: {de}."))
        return said

    def _one_sample(self, name: str) -> list[Mistake]:
        """The gradient of the last or the first sample alone."""
        layer = reference(self._stride, np.zeros((self._kernels, *self._size)), np.zeros(self._kernels))
        said = []
        for place, en, de in ((-1, "last", "letzten"), (0, "first", "ersten")):
            layer.forward(self._x[[place]])
            layer.backward(self._error[[place]])
            text = f"gradient_{name} is that of the {en} sample alone; sum over the batch."
            sagt = f"gradient_{name} ist der des {de} Beispiels allein; summiere über den Batch."
            said.append((layer.grads[name], text, sagt))
        return said
