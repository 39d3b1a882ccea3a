"""Every gradient of the reference is the slope of its own forward pass, along random directions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_impl import (
    LSTM,
    RNN,
    BatchNorm,
    Constant,
    CrossEntropyLoss,
    Dropout,
    Flatten,
    FullyConnected,
    L2Loss,
    NeuralNetwork,
    ReLU,
    Sigmoid,
    SoftMax,
    TanH,
    Xavier,
)
from tests.reference_impl.proofs import assert_slope, check_slopes, many, seeds
from tests.reference_impl.windowed import convolutions, poolings


def away_from_zero(x):
    """No element within 0.05 of ReLU's kink, where it has no slope."""
    return x + np.where(x >= 0, 0.05, -0.05)


@given(st.data())
@many
def test_fully_connected(draw_batch, data):
    batch, inputs, outputs, rng = draw_batch(data)
    check_slopes(FullyConnected(inputs, outputs, rng), rng.standard_normal((batch, inputs)), rng)


@given(st.data())
@many
def test_relu(draw_batch, data):
    batch, inputs, _, rng = draw_batch(data)
    check_slopes(ReLU(), away_from_zero(rng.standard_normal((batch, inputs))), rng)


@pytest.mark.parametrize("layer", [SoftMax(), TanH(), Sigmoid(), Flatten()], ids=lambda layer: type(layer).__name__)
@given(st.data())
@many
def test_smooth_activations(layer, draw_batch, data):
    batch, inputs, _, rng = draw_batch(data)
    check_slopes(layer, 3 * rng.standard_normal((batch, inputs)), rng)


@given(convolutions())
@many
def test_convolution(drawn):
    layer, x, rng = drawn
    check_slopes(layer, x, rng)


@given(poolings())
@many
def test_max_pooling(drawn):
    layer, x, rng = drawn
    check_slopes(layer, x, rng)


@pytest.mark.parametrize("shape", [(8, 3), (4, 3, 2, 5)], ids=["vectors", "images"])
@pytest.mark.parametrize("testing", [False, True], ids=["training", "testing"])
@given(seeds)
@many
def test_batch_norm(shape, testing, rng):
    layer = BatchNorm(3)
    layer.forward(rng.standard_normal(shape))
    layer.testing_phase = testing
    layer.params = {"weights": rng.standard_normal(3), "bias": rng.standard_normal(3)}
    check_slopes(layer, 2 * rng.standard_normal(shape) + 1, rng)


@given(seeds, st.integers(0, 2**32 - 1))
@many
def test_dropout_with_the_same_mask_every_time(rng, mask_seed):
    def dropout():
        return Dropout(0.6, np.random.default_rng(mask_seed))

    x, weighting = rng.standard_normal((2, 5, 4))
    layer = dropout()
    layer.forward(x)
    assert_slope(lambda value: float(np.vdot(weighting, dropout().forward(value))), x, layer.backward(weighting), rng)


@pytest.mark.parametrize("kind", [RNN, LSTM])
@given(st.data())
@many
def test_recurrent_layers(kind, draw_batch, data):
    times, inputs, outputs, rng = draw_batch(data)
    layer = kind(inputs, 3, outputs, rng)
    layer.initialize(Xavier(rng), Constant(0.1))
    check_slopes(layer, rng.standard_normal((times, inputs)), rng)


@pytest.mark.parametrize("loss", [CrossEntropyLoss(), L2Loss()], ids=["cross_entropy", "l2"])
@given(st.data())
@many
def test_losses(loss, draw_batch, one_hot, data):
    batch, _, classes, rng = draw_batch(data)
    prediction, label = rng.uniform(0.05, 1.0, (batch, classes)), one_hot(rng, batch, classes)
    loss.forward(prediction, label)
    assert_slope(lambda value: loss.forward(value, label), prediction, loss.backward(label), rng)


@given(st.data())
@many
def test_a_network_of_all_of_them(draw_batch, one_hot, data):
    batch, inputs, classes, rng = draw_batch(data)
    first, second, loss = FullyConnected(inputs, 4, rng), FullyConnected(4, classes, rng), CrossEntropyLoss()
    network = NeuralNetwork([first, ReLU(), second, SoftMax()])
    x, label = rng.random((batch, inputs)), one_hot(rng, batch, classes)

    def loss_at(weights):
        first.params["weights"] = weights
        return loss.forward(network.forward(x), label)

    weights = first.params["weights"]
    loss_at(weights)
    network.backward(loss.backward(label))
    assert_slope(loss_at, weights, first.grads["weights"], rng)
