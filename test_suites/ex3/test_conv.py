"""The convolution of exercise 2, in short: shapes, values where the kernel's orientation does not matter, gradients."""

from __future__ import annotations

import numpy as np
import pytest
from support import FORWARD, SumOfSquares, assert_trainable, check_input_gradient, check_parameter_gradient, grows

from exam.checks import assert_close, assert_shape, assert_true

KERNELS = 4
BLUR = np.array([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
"""The same read backwards: correlation and convolution agree."""
INPUT_LIMIT, PARAMETER_LIMIT = 5e-2, 1e-5
"""The course's limits for the sum of relative errors."""


def make(student, stride=(1, 1), shape=(3, 3, 3), kernels=KERNELS):
    return student.Layers.Conv.Conv(stride, shape, kernels)


class Spread:
    """An initializer to lend: normal numbers; remembers the fans of the largest tensor it made."""

    def __init__(self, rng, deviation=0.2):
        self._rng = rng
        self._deviation = deviation
        self._fans = None

    def initialize(self, weights_shape, fan_in, fan_out):
        self._fans = (fan_in, fan_out)
        return self._deviation * self._rng.standard_normal(weights_shape)


def test_trainable(student):
    """A convolution says that it is trainable.

    de: Eine Faltung gibt an, dass sie trainierbar ist.
    hint: Set `trainable = True` after `super().__init__()`.
    hint.de: Setze `trainable = True` nach `super().__init__()`.
    """
    assert_trainable(make(student))


@pytest.mark.parametrize(
    ("stride", "kernel", "image", "result"),
    [
        ((1, 1), (3, 5, 8), (3, 10, 14), (10, 14)),
        ((3, 2), (3, 5, 8), (3, 10, 14), (4, 7)),
        ((3, 2), (3, 5, 8), (3, 11, 15), (4, 8)),
        ((1, 1), (3, 1, 1), (3, 10, 14), (10, 14)),
        ((2,), (3, 3), (3, 15), (8,)),
    ],
    ids=["plain", "stride", "uneven_image", "one_pixel", "signal"],
)
def test_sizes(student, rng, stride, kernel, image, result):
    """Zero padding keeps the size, a stride divides it and rounds up; the error has the input's shape.

    de: Padding mit Nullen erhält die Größe, ein Stride teilt sie und rundet auf; der Fehler hat die Form der Eingabe.
    hint: Pad "same", also for even kernels; a convolution_shape of two numbers is a 1-D convolution.
    hint.de: Padding "same", auch bei geraden Kernen; eine convolution_shape aus zwei Zahlen ist eine 1-D-Faltung.
    """
    layer, x = make(student, stride, kernel), rng.random((2, *image))
    output = assert_shape(layer.forward(x), (2, KERNELS, *result), what=FORWARD)
    what = {"en": "the error that backward returns", "de": "der Fehler, den backward zurückgibt,"}
    assert_shape(layer.backward(output), x.shape, what=what)


def blurred(images):
    """Every channel blurred by BLUR, with zeros around."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    return np.einsum("bcyxij,ij->bcyx", np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3)), BLUR)


def test_forward(student, rng):
    """A kernel is applied at every pixel, summed over channels, and the bias is added.

    de: Ein Kern wird an jedem Pixel angewandt, über die Kanäle summiert, und der Bias addiert.
    hint: One kernel has all channels; their results are added, and then the bias.
    hint.de: Ein Kern hat alle Kanäle; ihre Ergebnisse werden addiert, und dann der Bias.
    """
    layer, x = make(student, kernels=2), rng.random((2, 3, 10, 14))
    strength = rng.uniform(0.5, 1.5, (2, 3))
    layer.weights, layer.bias = strength[:, :, None, None] * BLUR, np.array([0.5, -1.0])
    expected = np.einsum("kc,bcyx->bkyx", strength, blurred(x)) + np.array([0.5, -1.0]).reshape(1, 2, 1, 1)
    assert_close(layer.forward(x), expected, what=FORWARD, rtol=0, atol=0.05)


def test_layout_preservation(student, rng):
    """A kernel with a single 1 in its middle picks one channel.

    de: Ein Kern mit einer einzigen 1 in der Mitte wählt einen Kanal aus.
    hint: Do not flip the order of the channels.
    hint.de: Drehe die Reihenfolge der Kanäle nicht um.
    """
    layer, x = make(student, kernels=1), rng.random((2, 3, 10, 14))
    kernel = np.zeros((1, 3, 3, 3))
    kernel[0, 1, 1, 1] = 1
    layer.weights, layer.bias = kernel, np.zeros(1)
    assert_close(layer.forward(x), x[:, 1:2], what=FORWARD, rtol=0, atol=1.5e-7)


def draw(student, rng, stride):
    """A small convolution, an input and a loss."""
    layer, x = make(student, stride, (3, 3, 3), 2), rng.uniform(-1, 1, (2, 3, 5, 4))
    size = tuple(-(-n // s) for n, s in zip((5, 4), stride, strict=True))
    return layer, x, SumOfSquares(rng.random((2, 2, *size)))


@pytest.mark.parametrize("stride", [(1, 1), (1, 2)], ids=["plain", "stride"])
def test_gradient(student, rng, stride):
    """The error that comes back is the gradient with respect to the input.

    de: Der Fehler, der zurückkommt, ist der Gradient nach der Eingabe.
    hint: Spread the error to the stride first, then correlate with kernels whose channels and outputs are swapped.
    hint.de: Ziehe den Fehler zuerst auf den Stride auseinander, dann mit Kernen, deren Kanäle und Ausgänge vertauscht
      sind.
    """
    layer, x, loss = draw(student, rng, stride)
    check_input_gradient(student, layer, x, loss, limit=INPUT_LIMIT if stride == (1, 1) else 1e-4)


@pytest.mark.parametrize("name", ["weights", "bias"])
@pytest.mark.parametrize("stride", [(1, 1), (2, 2)], ids=["plain", "stride"])
def test_gradient_of(student, rng, name, stride):
    """gradient_weights and gradient_bias are the gradients with respect to kernels and bias.

    de: gradient_weights und gradient_bias sind die Gradienten nach Kernen und Bias.
    hint: Correlate the padded input with the spread error; the bias gets the sum of the error.
    hint.de: Korreliere die Eingabe mit Padding und den auseinandergezogenen Fehler; der Bias bekommt die Fehlersumme.
    """
    layer, x, loss = draw(student, rng, stride)
    check_parameter_gradient(layer, name, x, loss, limit=PARAMETER_LIMIT)


def test_initialization(student, rng):
    """initialize asks for fan_in = channels * kernel size and fan_out = kernels * kernel size.

    de: initialize fragt mit fan_in = Kanäle * Kerngröße und fan_out = Kerne * Kerngröße.
    hint: `np.prod(convolution_shape)` and `num_kernels * np.prod(convolution_shape[1:])`.
    hint.de: `np.prod(convolution_shape)` und `num_kernels * np.prod(convolution_shape[1:])`.
    """
    layer, weights = make(student, (1, 1), (3, 5, 8)), Spread(rng)
    before = layer.weights
    layer.initialize(weights, Spread(rng))
    assert_close(weights._fans or (), (120, 160), what={"en": "(fan_in, fan_out)", "de": "(fan_in, fan_out)"})
    assert_true(
        not np.array_equal(before, layer.weights),
        "initialize left the weights as they were.",
        "initialize ließ die Gewichte, wie sie waren.",
    )


def test_update(student, rng):
    """With an optimizer set, every backward pass improves kernels and bias.

    de: Ist ein Optimierer gesetzt, verbessert jeder Rückwärtslauf Kerne und Bias.
    hint: Weights and bias each need a copy of the optimizer.
    hint.de: Gewichte und Bias brauchen je eine Kopie des Optimierers.
    """
    layer = make(student, (3, 2), (3, 3, 3))
    layer.optimizer = student.Optimization.Optimizers.Sgd(1)
    layer.initialize(Spread(rng), Spread(rng))
    grows(layer, rng.random((2, 3, 7, 8)))
