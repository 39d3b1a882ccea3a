"""The reference's recurrent layers compute what PyTorch's do, over one sequence and over sequences that follow."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference_impl import LSTM, RNN, Constant, FullyConnected, Xavier
from tests.reference_impl.proofs import affine, check_against, many

HIDDEN = 3


class Torch:
    """PyTorch's layer with the reference's weights; ``state`` is h, or h and c, and outlives a sequence."""

    def __init__(self, kind, inputs):
        self.kind, self.inputs = kind, inputs
        self.state = [torch.zeros(1, 1, HIDDEN, dtype=torch.float64) for _ in range(2 if kind is LSTM else 1)]

    def __call__(self, x, weights, output_weights):
        parameters = [weights[: self.inputs].T, weights[self.inputs : -1].T, weights[-1], torch.zeros_like(weights[-1])]
        function, state = (torch.lstm, self.state) if self.kind is LSTM else (torch.rnn_tanh, self.state[0])
        h, *self.state = function(x[:, None], state, parameters, True, 1, 0.0, False, False, False)
        self.state = [state.detach() for state in self.state]  # here the gradient stops
        return affine(h[:, 0], output_weights)


def make(kind, inputs, outputs, rng):
    layer = kind(inputs, HIDDEN, outputs, rng)
    layer.initialize(Xavier(rng), Constant(0.1))
    return layer


@pytest.mark.parametrize("kind", [RNN, LSTM])
@given(st.data())
@many
def test_one_sequence(kind, draw_batch, data):
    times, inputs, outputs, rng = draw_batch(data)
    layer = make(kind, inputs, outputs, rng)
    check_against(Torch(kind, inputs), layer, rng.standard_normal((times, inputs)), rng)


@pytest.mark.parametrize("kind", [RNN, LSTM])
@given(st.data())
@many
def test_with_memorize_the_state_goes_on_and_the_gradient_does_not(kind, draw_batch, data):
    times, inputs, outputs, rng = draw_batch(data)
    layer, theirs = make(kind, inputs, outputs, rng), Torch(kind, inputs)
    layer.memorize = True
    for x in rng.standard_normal((3, times, inputs)):
        check_against(theirs, layer, x, rng)


@pytest.mark.parametrize("kind", [RNN, LSTM])
def test_without_memorize_or_after_forget_a_sequence_begins_anew(kind):
    rng = np.random.default_rng(0)
    layer, x = make(kind, 4, 2, rng), rng.standard_normal((5, 4))
    anew = layer.forward(x)
    assert np.array_equal(layer.forward(x), anew)
    layer.memorize = True
    assert not np.allclose(layer.forward(x), anew)
    layer.forget()
    assert np.array_equal(layer.forward(x), anew)


@pytest.mark.parametrize(("kind", "columns"), [(RNN, 7), (LSTM, 28)])
def test_the_weights_of_the_hidden_state_are_those_of_a_fully_connected_layer(kind, columns):
    rng = np.random.default_rng(0)
    params = kind(13, 7, 5, rng).params
    assert params["weights"].shape == FullyConnected(13 + 7, columns, rng).params["weights"].shape
    assert params["output_weights"].shape == (8, 5)
