"""The reference computes what PyTorch computes for the same expression in float64: vectors, losses, training."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference_impl import (
    CrossEntropyLoss,
    Dropout,
    Flatten,
    FullyConnected,
    L2Loss,
    NeuralNetwork,
    ReLU,
    Sgd,
    Sigmoid,
    SoftMax,
    TanH,
    accuracy,
    train,
)
from tests.reference_impl.proofs import affine, assert_same, check_against, leaf, many, seeds


@given(st.data())
@many
def test_fully_connected(draw_batch, data):
    batch, inputs, outputs, rng = draw_batch(data)
    check_against(affine, FullyConnected(inputs, outputs, rng), rng.standard_normal((batch, inputs)), rng)


@given(st.data())
@many
def test_relu_with_zeros_in_its_input(draw_batch, data):
    batch, inputs, _, rng = draw_batch(data)
    check_against(torch.relu, ReLU(), rng.integers(-2, 3, (batch, inputs)).astype(float), rng)


@pytest.mark.parametrize(("layer", "expression"), [(TanH(), torch.tanh), (Sigmoid(), torch.sigmoid)])
@pytest.mark.parametrize("scale", [1.0, 1e4])
@given(st.data())
@many
def test_activations_of_small_and_of_huge_inputs(layer, expression, scale, draw_batch, data):
    batch, inputs, _, rng = draw_batch(data)
    check_against(expression, layer, scale * rng.standard_normal((batch, inputs)), rng)


@given(st.data(), st.sampled_from([1.0, 1e4]))
@many
def test_softmax_of_small_and_of_huge_scores(draw_batch, data, scale):
    batch, inputs, _, rng = draw_batch(data)
    check_against(lambda x: torch.softmax(x, 1), SoftMax(), scale * rng.standard_normal((batch, inputs)), rng)


@given(seeds)
@many
def test_flatten(rng):
    check_against(lambda x: x.flatten(1), Flatten(), rng.standard_normal((4, 2, 3, 5)), rng)


@given(seeds, st.integers(0, 2**32 - 1), st.sampled_from([0.3, 0.5, 1.0]))
@many
def test_dropout_given_its_mask(rng, mask_seed, kept):
    mask = torch.tensor(Dropout(kept, np.random.default_rng(mask_seed)).forward(np.ones((6, 5))) > 0)
    layer = Dropout(kept, np.random.default_rng(mask_seed))
    check_against(lambda x: x * mask / kept, layer, rng.standard_normal((6, 5)), rng)


@given(st.data())
@many
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
@many
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
@many
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
