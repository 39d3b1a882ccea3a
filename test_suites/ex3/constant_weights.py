"""What a recurrent layer computes where all its weights are alike, and all its biases.

Then neither the order of input, hidden state and gates nor a transposition matters, and all hidden units agree: one
number h_t stands for them. Whether the output passes a sigmoid, and has a bias, is the student's choice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from support import FORWARD

from exam.checks import assert_close, assert_finite, assert_shape
from reference_impl.tensor import Tensor

INPUTS, HIDDEN, OUTPUTS, TIMES = 3, 4, 2, 6
WEIGHT, BIAS = 0.3, 0.2


def constant(student: Any, layer: Any) -> Any:
    """The layer, of these sizes, with constant weights."""
    initializer = student.Layers.Initializers.Constant
    layer.initialize(initializer(WEIGHT), initializer(BIAS))
    return layer


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def rnn_states(x: Tensor) -> Tensor:
    """h_t of an Elman layer: (T,)."""
    states = [0.0]
    for row in x:
        states.append(np.tanh(WEIGHT * (row.sum() + HIDDEN * states[-1]) + BIAS))
    return np.array(states[1:])


def lstm_states(x: Tensor) -> Tensor:
    """h_t of an LSTM, whose three gates are alike: (T,)."""
    states, cell = [0.0], 0.0
    for row in x:
        z = WEIGHT * (row.sum() + HIDDEN * states[-1]) + BIAS
        cell = sigmoid(z) * (cell + np.tanh(z))
        states.append(sigmoid(z) * np.tanh(cell))
    return np.array(states[1:])


def check_outputs(layer: Any, x: Tensor, states: Tensor) -> None:
    """Every output is WEIGHT times the sum of the hidden state, plus a bias; or the sigmoid of that."""
    output = assert_shape(layer.forward(x), (len(x), OUTPUTS), what=FORWARD)
    affine = np.repeat(WEIGHT * HIDDEN * states[:, None], OUTPUTS, axis=1)
    right = [affine + BIAS, sigmoid(affine + BIAS), affine, sigmoid(affine)]
    assert_close(output, next((each for each in right if np.allclose(output, each)), right[0]), what=FORWARD)


def check_output_learns(student: Any, layer: Any, x: Tensor, states: Tensor, error: Tensor) -> None:
    """One step of Sgd changes the output weights by learning rate times their gradient, summed over all times: seen in
    the outputs, with the hidden weights put back."""
    rate, hidden = 1e-2, layer.weights
    layer.optimizer = student.Optimization.Optimizers.Sgd(rate)
    before = assert_finite(assert_shape(layer.forward(x), error.shape, what=FORWARD), what=FORWARD)
    layer.backward(error)
    layer.weights = hidden
    after = assert_shape(layer.forward(x), error.shape, what=FORWARD)
    # Two times meet in the gradient as the product of their states, and once more through the bias.
    meeting = HIDDEN * np.outer(states, states)
    right = []
    for product in (meeting + 1, meeting):
        right.append(before - rate * product @ error)
        squashed = np.clip(before, 1e-9, 1 - 1e-9)
        logit = np.log(squashed / (1 - squashed)) - rate * product @ (error * before * (1 - before))
        right.append(sigmoid(logit))
    what = {"en": "the output after one step of Sgd", "de": "die Ausgabe nach einem Schritt von Sgd"}
    assert_close(after, next((each for each in right if np.allclose(after, each)), right[0]), what=what)
