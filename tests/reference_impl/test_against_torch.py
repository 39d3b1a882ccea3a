"""The reference computes what PyTorch computes for the same expression in float64."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_impl import (
    CrossEntropyLoss,
    FullyConnected,
    L2Loss,
    NeuralNetwork,
    ReLU,
    Sgd,
    SoftMax,
    accuracy,
    train,
)

few = settings(max_examples=25, deadline=None, derandomize=True)
ROUNDING = 1e-10
"""Both sides compute in float64 with relative errors of 1e-16 per operation; sums of some hundred terms, and ten
steps of training, stay below this. A wrong formula misses by far more."""


def assert_same(ours, theirs):
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=ROUNDING, atol=ROUNDING)


def leaf(array):
    """A tensor that collects its gradient."""
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def affine(x, weights):
    return x @ weights[:-1] + weights[-1]


def check_layer(layer, x, expression, rng):
    """Values and gradients of ``layer`` at ``x`` against those of ``expression(x, **params)``."""
    x_torch, params = leaf(x), {name: leaf(value) for name, value in layer.params.items()}
    y_torch = expression(x_torch, **params)
    dy = rng.standard_normal(tuple(y_torch.shape))
    y_torch.backward(torch.tensor(dy))
    assert_same(layer.forward(x), y_torch)
    assert_same(layer.backward(dy), x_torch.grad)
    for name, value in params.items():
        assert_same(layer.grads[name], value.grad)


@given(st.data())
@few
def test_fully_connected(draw_batch, data):
    batch, inputs, outputs, rng = draw_batch(data)
    check_layer(FullyConnected(inputs, outputs, rng), rng.standard_normal((batch, inputs)), affine, rng)


@given(st.data())
@few
def test_relu_with_zeros_in_its_input(draw_batch, data):
    batch, inputs, _, rng = draw_batch(data)
    check_layer(ReLU(), rng.integers(-2, 3, (batch, inputs)).astype(float), torch.relu, rng)


@given(st.data(), st.sampled_from([1.0, 1e4]))
@few
def test_softmax_of_small_and_of_huge_scores(draw_batch, data, scale):
    batch, inputs, _, rng = draw_batch(data)
    check_layer(SoftMax(), scale * rng.standard_normal((batch, inputs)), lambda x: torch.softmax(x, 1), rng)


@given(st.data())
@few
def test_cross_entropy(draw_batch, one_hot, data):
    batch, _, classes, rng = draw_batch(data)
    prediction, label = rng.uniform(0.01, 1.0, (batch, classes)), one_hot(rng, batch, classes)
    p = leaf(prediction)
    expected = torch.nn.functional.nll_loss(torch.log(p), torch.tensor(label.argmax(1)), reduction="sum")
    expected.backward()
    loss = CrossEntropyLoss()
    assert_same(loss.forward(prediction, label), expected)
    assert_same(loss.backward(label), p.grad)


@given(st.data())
@few
def test_l2(draw_batch, data):
    batch, _, outputs, rng = draw_batch(data)
    prediction, label = rng.standard_normal((2, batch, outputs))
    p = leaf(prediction)
    expected = torch.nn.functional.mse_loss(p, torch.tensor(label), reduction="sum")
    expected.backward()
    loss = L2Loss()
    assert_same(loss.forward(prediction, label), expected)
    assert_same(loss.backward(label), p.grad)


def test_cross_entropy_of_a_certain_and_wrong_prediction_is_finite():
    label, prediction = np.eye(2)[[0] * 9], np.eye(2)[[1] * 9]
    loss = CrossEntropyLoss()
    assert abs(loss.forward(prediction, label) - 324.3928805) < 1e-7
    assert np.isfinite(loss.backward(label)).all()


@given(st.data())
@few
def test_ten_steps_of_training(draw_batch, one_hot, data):
    batch, inputs, classes, rng = draw_batch(data)
    layers = [FullyConnected(inputs, 4, rng), ReLU(), FullyConnected(4, classes, rng), SoftMax()]
    weights = [leaf(layers[0].params["weights"]), leaf(layers[2].params["weights"])]
    batches = [(rng.random((batch, inputs)), one_hot(rng, batch, classes)) for _ in range(10)]
    losses = train(NeuralNetwork(layers), CrossEntropyLoss(), Sgd(0.01), batches)

    optimizer = torch.optim.SGD(weights, lr=0.01)
    for (x, label), ours in zip(batches, losses, strict=True):
        optimizer.zero_grad()
        scores = affine(torch.relu(affine(torch.tensor(x), weights[0])), weights[1])
        loss = torch.nn.functional.cross_entropy(scores, torch.tensor(label.argmax(1)), reduction="sum")
        loss.backward()
        optimizer.step()
        assert_same(ours, loss)
    assert_same(layers[0].params["weights"], weights[0])
    assert_same(layers[2].params["weights"], weights[1])


def test_accuracy_is_the_share_of_rows_with_the_right_largest_value():
    assert accuracy(np.array([[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]]), np.eye(2)[[0, 0, 0]]) == 2 / 3
