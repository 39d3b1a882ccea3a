"""Every gradient of the reference is the slope of its own forward pass, along random directions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_impl import CrossEntropyLoss, FullyConnected, L2Loss, NeuralNetwork, ReLU, SoftMax

few = settings(max_examples=25, deadline=None, derandomize=True)
STEP = 1e-5
SLOPE_ERROR = 1e-7
"""How far a central difference may be from the true slope, relative to the size of what is differentiated. Cutting
the Taylor series costs about STEP**2 = 1e-10 times the third derivative, rounding costs 1e-16 / STEP = 1e-11: both
stay far below; a wrong gradient misses by 1e-2 or more."""


def assert_slope(loss_at, x, gradient, rng):
    """``gradient`` is that of ``loss_at`` at ``x``: it agrees with the difference quotient along three directions."""
    for _ in range(3):
        direction = rng.standard_normal(x.shape)
        slope = (loss_at(x + STEP * direction) - loss_at(x - STEP * direction)) / (2 * STEP)
        size = 1.0 + abs(loss_at(x)) + np.abs(gradient * direction).sum()
        assert abs(np.vdot(gradient, direction) - slope) <= SLOPE_ERROR * size


def check_layer(layer, x, outputs, rng):
    """dL/dx and dL/d(every parameter), for L = <random, layer(x)>."""
    weighting = rng.standard_normal((len(x), outputs))

    def loss_at(value):
        return float(np.vdot(weighting, layer.forward(value)))

    layer.forward(x)
    assert_slope(loss_at, x, layer.backward(weighting), rng)
    layer.forward(x)
    layer.backward(weighting)
    for name, value in layer.params.items():
        gradient = layer.grads[name]

        def loss_with(changed, name=name):
            layer.params[name] = changed
            return loss_at(x)

        assert gradient.shape == value.shape
        assert_slope(loss_with, value, gradient, rng)
        layer.params[name] = value


def away_from_zero(x):
    """No element within 0.05 of ReLU's kink, where it has no slope."""
    return x + np.where(x >= 0, 0.05, -0.05)


@given(st.data())
@few
def test_fully_connected(draw_batch, data):
    batch, inputs, outputs, rng = draw_batch(data)
    check_layer(FullyConnected(inputs, outputs, rng), rng.standard_normal((batch, inputs)), outputs, rng)


@given(st.data())
@few
def test_relu(draw_batch, data):
    batch, inputs, _, rng = draw_batch(data)
    check_layer(ReLU(), away_from_zero(rng.standard_normal((batch, inputs))), inputs, rng)


@given(st.data())
@few
def test_softmax(draw_batch, data):
    batch, inputs, _, rng = draw_batch(data)
    check_layer(SoftMax(), 3 * rng.standard_normal((batch, inputs)), inputs, rng)


@pytest.mark.parametrize("loss", [CrossEntropyLoss(), L2Loss()], ids=["cross_entropy", "l2"])
@given(st.data())
@few
def test_losses(loss, draw_batch, one_hot, data):
    batch, _, classes, rng = draw_batch(data)
    prediction, label = rng.uniform(0.05, 1.0, (batch, classes)), one_hot(rng, batch, classes)
    loss.forward(prediction, label)
    assert_slope(lambda value: loss.forward(value, label), prediction, loss.backward(label), rng)


@given(st.data())
@few
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
