"""Networks: the phases of their layers, saving and loading, what training reports, and LeNet as a whole."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from reference_impl import (
    LSTM,
    RNN,
    BatchNorm,
    Conv,
    CrossEntropyLoss,
    Dropout,
    Flatten,
    FullyConnected,
    L1Regularizer,
    L2Loss,
    MaxPool,
    NeuralNetwork,
    ReLU,
    Sgd,
    SgdWithMomentum,
    Sigmoid,
    SoftMax,
    TanH,
    lenet,
    load,
    save,
    train,
)
from tests.reference_impl.proofs import assert_same, leaf

rng = np.random.default_rng(0)
IMAGES, VECTORS = (4, 2, 6, 6), (5, 3)


def small_network(seed=0, hidden=4):
    rng = np.random.default_rng(seed)
    return NeuralNetwork([FullyConnected(3, hidden, rng), BatchNorm(hidden), Dropout(0.5, rng), ReLU()])


def test_the_testing_phase_reaches_every_layer_and_makes_it_deterministic():
    network, x = small_network(), rng.standard_normal((20, 3))
    first = network.forward(x)
    assert not np.array_equal(network.forward(x), first)
    network.set_phase(testing=True)
    assert np.array_equal(network.forward(x), network.forward(x))
    assert np.allclose(network.forward(x[:1]), network.forward(x)[:1])  # not a matter of the batch
    network.set_phase(testing=False)
    assert not np.array_equal(network.forward(x), network.forward(x))


def test_dropout_keeps_the_share_it_is_told_and_the_mean():
    layer, ones = Dropout(0.3, np.random.default_rng(0)), np.ones((200, 200))
    y = layer.forward(ones)
    assert set(np.unique(y)) == {0.0, 1 / 0.3}
    assert (y > 0).mean() == pytest.approx(0.3, abs=0.01)
    layer.testing_phase = True
    assert np.array_equal(layer.forward(ones), ones)
    assert np.array_equal(layer.backward(ones), ones)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (FullyConnected(3, 4, rng), VECTORS),
        (Conv(2, 3, (3, 2), rng, stride=(2, 1)), IMAGES),
        (MaxPool((2, 3), (1, 2)), IMAGES),
        (BatchNorm(2), IMAGES),
        (BatchNorm(3), VECTORS),
        (Dropout(0.5, rng), VECTORS),
        (Flatten(), IMAGES),
        (ReLU(), VECTORS),
        (TanH(), VECTORS),
        (Sigmoid(), VECTORS),
        (SoftMax(), VECTORS),
        (RNN(3, 4, 2, rng), VECTORS),
        (LSTM(3, 4, 2, rng), VECTORS),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "forward") else len(value),
)
def test_a_layer_leaves_its_arguments_alone_and_replaces_its_gradients(layer, shape):
    x = rng.standard_normal(shape)
    dy = rng.standard_normal(layer.forward(x).shape)
    x_before, dy_before = x.copy(), dy.copy()
    first, grads = layer.backward(dy), dict(layer.grads)
    assert np.array_equal(layer.backward(dy), first)
    assert all(np.array_equal(layer.grads[name], value) for name, value in grads.items())
    assert np.array_equal(x, x_before)
    assert np.array_equal(dy, dy_before)


def test_a_loaded_network_computes_what_the_saved_one_did(tmp_path):
    network, x = small_network(), rng.standard_normal((20, 3))
    network.forward(x)
    network.set_phase(testing=True)
    save(tmp_path / "network.npz", network)
    other = small_network(seed=1)
    other.set_phase(testing=True)
    load(tmp_path / "network.npz", other)
    assert np.array_equal(other.forward(x), network.forward(x))


def test_a_file_of_another_structure_is_refused_and_changes_nothing(tmp_path):
    save(tmp_path / "network.npz", small_network(hidden=5))
    other = small_network()
    before = other.layers[0].params["weights"].copy()
    with pytest.raises(ValueError, match="but the network has"):
        load(tmp_path / "network.npz", other)
    assert np.array_equal(other.layers[0].params["weights"], before)


def test_a_file_with_pickled_objects_is_refused(tmp_path):
    np.savez(tmp_path / "network.npz", **{"0.params.weights": np.array([{"any": "object"}])})
    with pytest.raises(ValueError, match="allow_pickle"):
        load(tmp_path / "network.npz", small_network())


def test_the_reported_loss_counts_the_norm_of_every_parameter():
    x, label = rng.random((6, 3)), rng.random((6, 2))
    plain, regularized = (
        train(NeuralNetwork([FullyConnected(3, 2, np.random.default_rng(0))]), L2Loss(), Sgd(0.01, r), [(x, label)])
        for r in (None, L1Regularizer(0.5))
    )
    weights = np.random.default_rng(0).random((4, 2))
    assert regularized[0] - plain[0] == pytest.approx(0.5 * weights.sum())


def test_training_begins_by_ending_the_testing_phase():
    network = small_network()
    network.set_phase(testing=True)
    train(network, L2Loss(), Sgd(0.01), [(rng.random((6, 3)), rng.random((6, 4)))])
    assert "mean" in network.layers[1].buffers


def test_lenet_has_the_layers_of_1998():
    shapes = [layer.params["weights"].shape for layer in lenet(rng).layers if layer.params]
    assert shapes == [(6, 1, 5, 5), (16, 6, 5, 5), (16 * 7 * 7 + 1, 120), (121, 84), (85, 10)]


def lenet_in_torch(x, w):
    for weights, bias in (w[0:2], w[2:4]):
        x = functional.max_pool2d(torch.relu(functional.conv2d(x, weights, bias, padding="same")), 2)
    x = x.flatten(1)
    for number, weights in enumerate(w[4:]):
        x = x @ weights[:-1] + weights[-1]
        x = torch.relu(x) if number < 2 else x
    return x


def test_lenet_trains_as_in_torch():
    rng = np.random.default_rng(0)
    network = lenet(rng, side=12)
    weights = [leaf(value) for layer in network.layers for value in layer.params.values()]
    batches = [(rng.random((4, 1, 12, 12)), np.eye(10)[rng.integers(10, size=4)]) for _ in range(3)]
    losses = train(network, CrossEntropyLoss(), SgdWithMomentum(1e-3, 0.9), batches)
    optimizer = torch.optim.SGD(weights, lr=1e-3, momentum=0.9)
    for (x, label), ours in zip(batches, losses, strict=True):
        optimizer.zero_grad()
        loss = functional.cross_entropy(lenet_in_torch(torch.tensor(x), weights), torch.tensor(label), reduction="sum")
        loss.backward()
        optimizer.step()
        assert_same(ours, loss)
    learned = [value for layer in network.layers for value in layer.params.values()]
    for ours, theirs in zip(learned, weights, strict=True):
        assert_same(ours, theirs)
