"""What exercise 2 adds to the fully connected layer: weights and bias from initializers. The comparison is one-sided
like the course's: it finds weights and bias that were mixed up, not a bias that starts at zero."""

from __future__ import annotations

import numpy as np
from support import WEIGHTS

from exam.checks import assert_array, assert_close, assert_true

INPUTS, OUTPUTS = 4, 10
BIAS_VALUE = 0.5


class FirstRows:
    """An initializer that writes down what it is asked for. Its first row is 1, its second 2, all others 0."""

    def initialize(self, weights_shape, fan_in, fan_out):
        self.fan_in, self.fan_out = fan_in, fan_out
        weights = np.zeros(weights_shape)
        weights[0], weights[1] = 1, 2
        return weights


def test_initialization(student):
    """initialize asks the first initializer for the weights and the second one for the bias.

    de: initialize fragt den ersten Initialisierer nach den Gewichten und den zweiten nach dem Bias.
    hint: Weights of shape (input_size, output_size) and a bias row, put together with `np.vstack`; fan_in is input_size
      and fan_out is output_size, without the bias. Uses your Constant.
    hint.de: Gewichte der Form (input_size, output_size) und eine Biaszeile, zusammengefügt mit `np.vstack`; fan_in ist
      input_size und fan_out ist output_size, ohne den Bias. Benutzt dein Constant.
    """
    layer, initializer = student.Layers.FullyConnected.FullyConnected(INPUTS, OUTPUTS), FirstRows()
    layer.initialize(initializer, student.Layers.Initializers.Constant(BIAS_VALUE))
    assert_true(
        hasattr(initializer, "fan_in"),
        "initialize did not call the weights_initializer.",
        "initialize hat den weights_initializer nicht aufgerufen.",
    )
    assert_true(
        initializer.fan_in != INPUTS + 1,
        "fan_in counts the bias; it is the number of inputs.",
        "fan_in zählt den Bias mit; es ist die Zahl der Eingänge.",
    )
    assert_close(initializer.fan_in, INPUTS, what="fan_in", rtol=0, atol=0)
    assert_close(initializer.fan_out, OUTPUTS, what="fan_out", rtol=0, atol=0)
    weights = assert_array(layer.weights, what=WEIGHTS, ndim=2)
    each_row = INPUTS if weights.shape[0] > weights.shape[1] else OUTPUTS
    most = 3 * each_row + BIAS_VALUE * OUTPUTS
    assert_true(
        weights.sum() <= most + 1e-5,
        f"The weights sum up to {weights.sum():.6g}; the initializers' numbers sum up to {most:.6g}. Old weights are "
        "still in there, or the bias did not come from the second initializer.",
        f"Die Summe der Gewichte ist {weights.sum():.6g}; die Zahlen der Initialisierer ergeben {most:.6g}. Darin "
        "stecken noch alte Gewichte, oder der Bias kam nicht vom zweiten Initialisierer.",
    )
