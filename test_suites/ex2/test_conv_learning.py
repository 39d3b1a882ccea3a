"""How a convolutional layer starts and learns, as the course's tests see it."""

from __future__ import annotations

import numpy as np
from convolution import CentreTap, make
from support import BIAS, WEIGHTS, assert_tensor, grows

from exam.checks import assert_close, assert_true

SIZE, KERNELS = (3, 5, 8), 4


def assert_not_all_zero(values, what):
    """The mean size of the numbers is above a thousandth."""
    mean = float(np.mean(np.abs(assert_tensor(values, what=what))))
    assert_true(
        mean > 1e-3,
        f"The mean of |{what['en'].split()[-1]}| is {mean:.4g}: they should start as uniform random numbers in [0, 1).",
        f"Das Mittel von |{what['de'].split()[-1]}| ist {mean:.4g}: Anfangs sind es gleichverteilte Zufallszahlen aus "
        "[0, 1).",
    )


def test_weights_init(student):
    """A new layer has random weights.

    de: Eine neue Schicht hat zufällige Gewichte.
    hint: `self.weights = np.random.uniform(0, 1, (num_kernels, *convolution_shape))`.
    hint.de: `self.weights = np.random.uniform(0, 1, (num_kernels, *convolution_shape))`.
    """
    assert_not_all_zero(make(student, (1, 1), (20, 10, 10), 30).weights, WEIGHTS)


def test_bias_init(student):
    """A new layer has a random bias.

    de: Eine neue Schicht hat einen zufälligen Bias.
    hint: `self.bias = np.random.uniform(0, 1, num_kernels)`.
    hint.de: `self.bias = np.random.uniform(0, 1, num_kernels)`.
    """
    assert_not_all_zero(make(student, (1, 1), (1, 1, 1), 15_000).bias, BIAS)


def test_initialization(student):
    """initialize tells the initializer how many numbers an output is made of, and how many outputs a number enters.

    de: initialize sagt dem Initialisierer, aus wie vielen Zahlen eine Ausgabe entsteht und in wie viele sie eingeht.
    hint: fan_in = channels * rows * columns of the kernel (here 3 * 5 * 8 = 120), fan_out = kernels * rows * columns
      (4 * 5 * 8 = 160). Uses your Constant.
    hint.de: fan_in = Kanäle * Zeilen * Spalten des Kerns (hier 3 * 5 * 8 = 120), fan_out = Kerne * Zeilen * Spalten
      (4 * 5 * 8 = 160). Benutzt dein Constant.
    """
    layer, initializer = make(student, (1, 1), SIZE, KERNELS), CentreTap()
    layer.initialize(initializer, student.Layers.Initializers.Constant(0.1))
    assert_true(
        hasattr(initializer, "fan_in"),
        "initialize did not call the weights_initializer.",
        "initialize hat den weights_initializer nicht aufgerufen.",
    )
    assert_true(
        (initializer.fan_in, initializer.fan_out) != (160, 120),
        "fan_in and fan_out are swapped.",
        "fan_in und fan_out sind vertauscht.",
    )
    assert_close(initializer.fan_in, 120, what="fan_in", rtol=0, atol=0)
    assert_close(initializer.fan_out, 160, what="fan_out", rtol=0, atol=0)


def test_update(student, rng):
    """With an optimizer set, every backward pass improves kernels and bias.

    de: Ist ein Optimierer gesetzt, verbessert jeder Rückwärtslauf Kerne und Bias.
    hint: In backward: `self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)`, and the
      same for the bias with a copy of the optimizer. Uses your Sgd, He and Constant.
    hint.de: In backward: `self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)`, und
      ebenso für den Bias mit einer Kopie des Optimierers. Benutzt dein Sgd, He und Constant.
    """
    layer = make(student, (3, 2), SIZE, KERNELS)
    layer.optimizer = student.Optimization.Optimizers.Sgd(1)
    initializers = student.Layers.Initializers
    layer.initialize(initializers.He(), initializers.Constant(0.1))
    grows(layer, rng.random((2, 3, 10, 14)), (2, KERNELS, 4, 7))
