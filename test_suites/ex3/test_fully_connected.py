"""The fully connected layer of exercises 1 and 2, in short; for every layout of the weights."""

from __future__ import annotations

import numpy as np
from support import FORWARD, SumOfSquares, assert_trainable, check_input_gradient, check_parameter_gradient, grows

from exam.checks import assert_close, assert_finite, assert_shape, assert_true

BATCH, INPUTS, OUTPUTS = 6, 4, 3
GRADIENT_LIMIT = 1e-5


def make(student, inputs=INPUTS, outputs=OUTPUTS):
    return student.Layers.FullyConnected.FullyConnected(inputs, outputs)


class Recorded:
    """An initializer to lend: a first row of ones and a second row of twos; remembers what it was told."""

    def __init__(self):
        self._fans = None

    def initialize(self, weights_shape, fan_in, fan_out):
        self._fans = (fan_in, fan_out)
        weights = np.zeros(weights_shape)
        weights[:1] = 1
        weights[1:2] = 2
        return weights


class Zeros:
    """An initializer to lend: zeros."""

    def initialize(self, weights_shape, fan_in, fan_out):
        return np.zeros(weights_shape)


def test_trainable(student):
    """A fully connected layer says that it is trainable.

    de: Eine vollverbundene Schicht gibt an, dass sie trainierbar ist.
    hint: Set `trainable = True` after `super().__init__()`.
    hint.de: Setze `trainable = True` nach `super().__init__()`.
    """
    assert_trainable(make(student))


def test_sizes(student, rng):
    """The output has a column for each output; the error that comes back has the shape of the input.

    de: Die Ausgabe hat eine Spalte je Ausgang; der Fehler, der zurückkommt, hat die Form der Eingabe.
    hint: The column of ones that you append is not an input: leave the bias out in backward.
    hint.de: Die angehängte Spalte aus Einsen ist keine Eingabe: Lass den Bias in backward weg.
    """
    layer = make(student)
    output = assert_shape(layer.forward(rng.random((BATCH, INPUTS))), (BATCH, OUTPUTS), what=FORWARD)
    what = {"en": "the error that backward returns", "de": "der Fehler, den backward zurückgibt,"}
    assert_shape(layer.backward(output), (BATCH, INPUTS), what=what)


def test_bias(student):
    """A layer without any signal still gives its bias.

    de: Ganz ohne Signal gibt die Schicht ihren Bias aus.
    hint: Append a column of ones to the input, or add the bias row. Weights and bias start uniformly in [0, 1).
    hint.de: Hänge der Eingabe eine Spalte aus Einsen an oder addiere die Biaszeile. Gewichte und Bias beginnen
      gleichverteilt in [0, 1).
    """
    output = assert_finite(make(student).forward(np.zeros((1, INPUTS))), what=FORWARD)
    assert_true(
        output.sum() > 0,
        "For an input of zeros the output should be the bias, which is positive.",
        "Für eine Eingabe aus Nullen sollte die Ausgabe der Bias sein, der positiv ist.",
    )


def test_gradient(student, rng):
    """The error that comes back is the gradient with respect to the input.

    de: Der Fehler, der zurückkommt, ist der Gradient nach der Eingabe.
    hint: error_tensor times the transposed weights, without the bias row.
    hint.de: error_tensor mal die transponierten Gewichte, ohne die Biaszeile.
    """
    loss = SumOfSquares(rng.random((BATCH, OUTPUTS)))
    check_input_gradient(student, make(student), rng.random((BATCH, INPUTS)), loss)


def test_gradient_weights(student, rng):
    """gradient_weights is the gradient with respect to the weights, summed over the batch.

    de: gradient_weights ist der Gradient nach den Gewichten, summiert über den Batch.
    hint: The transposed input, WITH its column of ones, times error_tensor.
    hint.de: Die transponierte Eingabe, MIT ihrer Einsenspalte, mal error_tensor.
    """
    loss = SumOfSquares(rng.random((BATCH, OUTPUTS)))
    check_parameter_gradient(make(student), "weights", rng.random((BATCH, INPUTS)), loss, limit=GRADIENT_LIMIT)


def test_update(student, rng):
    """With an optimizer set, every backward pass improves weights and bias.

    de: Ist ein Optimierer gesetzt, verbessert jeder Rückwärtslauf Gewichte und Bias.
    hint: In backward: `self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)`.
    hint.de: In backward: `self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)`.
    """
    for x in (rng.random((BATCH, INPUTS)), np.zeros((BATCH, INPUTS))):
        layer = make(student)
        layer.optimizer = student.Optimization.Optimizers.Sgd(1)
        grows(layer, x)


def test_initialization(student):
    """initialize fills weights and bias with what the two initializers return.

    de: initialize füllt Gewichte und Bias mit dem, was die beiden Initialisierer zurückgeben.
    hint: Ask the first one for shape (input_size, output_size) with fan_in = input_size and fan_out = output_size, the
      second one for the bias row.
    hint.de: Frage den ersten nach der Form (input_size, output_size) mit fan_in = input_size und fan_out = output_size,
      den zweiten nach der Biaszeile.
    """
    layer, initializer = make(student), Recorded()
    layer.initialize(initializer, Zeros())
    what = {"en": "(fan_in, fan_out)", "de": "(fan_in, fan_out)"}
    assert_close(initializer._fans or (), (INPUTS, OUTPUTS), what=what)
    total = np.sum(assert_finite(layer.weights, what={"en": "weights", "de": "weights"}))
    assert_true(
        0 < total <= 3 * max(INPUTS, OUTPUTS),
        f"After initialize the weights sum to {total:.4g}, not to what the initializers returned.",
        f"Nach initialize ist die Summe der Gewichte {total:.4g}, nicht die der Werte der Initialisierer.",
    )
