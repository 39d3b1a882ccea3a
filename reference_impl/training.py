"""Training repeats four steps for each batch: forwards, loss, backwards, one step of descent for every parameter."""

from __future__ import annotations

import copy
from collections.abc import Iterable

from reference_impl.loss import Loss
from reference_impl.network import NeuralNetwork
from reference_impl.optimizers import Optimizer
from reference_impl.tensor import Tensor


def train(
    network: NeuralNetwork, loss: Loss, optimizer: Optimizer, batches: Iterable[tuple[Tensor, Tensor]]
) -> list[float]:
    """Train on ``batches`` of (inputs, labels); the loss of each batch, before its step, with the regularizer's norm of
    every parameter added to it.

    Parameters change only after ALL layers have run backwards: a gradient belongs to the weights it was computed with.
    """
    network.set_phase(testing=False)
    own = [{name: copy.deepcopy(optimizer) for name in layer.params} for layer in network.layers]
    losses = []
    for x, label in batches:
        data_loss = loss.forward(network.forward(x), label)
        losses.append(data_loss + regularization_loss(network, optimizer))
        network.backward(loss.backward(label))
        for layer, optimizers in zip(network.layers, own, strict=True):
            for name, one in optimizers.items():
                layer.params[name] = one.update(layer.params[name], layer.grads[name])
    return losses


def regularization_loss(network: NeuralNetwork, optimizer: Optimizer) -> float:
    """The sum of the norms of all parameters, biases too; 0 without a regularizer."""
    if optimizer.regularizer is None:
        return 0.0
    return sum(optimizer.regularizer.norm(param) for layer in network.layers for param in layer.params.values())


def accuracy(prediction: Tensor, label: Tensor) -> float:
    """The share of rows whose largest value stands where the label has its largest value."""
    return float((prediction.argmax(axis=1) == label.argmax(axis=1)).mean())
