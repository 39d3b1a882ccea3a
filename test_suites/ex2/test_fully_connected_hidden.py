"""What the course's tests do not see of initialized weights: which part of them is which."""

from __future__ import annotations

import numpy as np
import pytest
from support import FORWARD, WEIGHTS, assert_tensor, shape_of

from exam.checks import assert_close, assert_equal, assert_true

INPUTS, OUTPUTS = 4, 3


class Given:
    """An initializer that hands out these numbers and writes down what it is asked for."""

    def __init__(self, value):
        self._value = value
        self._asked = []

    def initialize(self, weights_shape, fan_in, fan_out):
        self._asked.append((tuple(weights_shape), fan_in, fan_out))
        return np.full(weights_shape, self._value)


def make(student):
    return student.Layers.FullyConnected.FullyConnected(INPUTS, OUTPUTS)


@pytest.mark.advisory
def test_initialized_output(student, rng):
    """The output is made of the first initializer's weights and the second one's bias.

    de: Die Ausgabe entsteht aus den Gewichten des ersten und dem Bias des zweiten Initialisierers.
    hint: `np.vstack([weights, bias])`: the bias stands where forward looks for it.
    hint.de: `np.vstack([gewichte, bias])`: Der Bias steht dort, wo forward ihn sucht.
    why: The course's test only adds up all weights, and takes any smaller sum.
    why.de: Der Kurstest bildet nur die Summe aller Gewichte und nimmt auch jede kleinere.
    """
    layer, x = make(student), rng.random((5, INPUTS))
    layer.initialize(Given(0.25), Given(7.0))
    expected = np.repeat(0.25 * x.sum(axis=1, keepdims=True) + 7, OUTPUTS, axis=1)
    assert_close(layer.forward(x), expected, what=FORWARD)


@pytest.mark.advisory
def test_initialized_shape(student):
    """initialize keeps the shape of the weights, and asks for each part once.

    de: initialize behält die Form der Gewichte und fragt nach jedem Teil einmal.
    hint: One call for (input_size, output_size), one for the bias.
    hint.de: Ein Aufruf für (input_size, output_size), einer für den Bias.
    why: The course's tests do not look at the shape after initialize.
    why.de: Die Kurstests sehen sich die Form nach initialize nicht an.
    """
    layer, weights, bias = make(student), Given(0.25), Given(7.0)
    before = shape_of(layer.weights)
    layer.initialize(weights, bias)
    assert_equal(len(weights._asked), 1, what={"en": "calls for the weights", "de": "Aufrufe für die Gewichte"})
    assert_equal(len(bias._asked), 1, what={"en": "calls for the bias", "de": "Aufrufe für den Bias"})
    number = int(np.prod(weights._asked[0][0]))
    assert_true(
        number == INPUTS * OUTPUTS,
        f"The first initializer was asked for {number} weights instead of {INPUTS * OUTPUTS}.",
        f"Der erste Initialisierer wurde nach {number} statt {INPUTS * OUTPUTS} Gewichten gefragt.",
    )
    if before is not None:
        assert_tensor(layer.weights, before, what=WEIGHTS)
