"""The networks of this suite, made of the student's layers, and data for them."""

from __future__ import annotations

from typing import Any

import numpy as np
from support import one_hot

from reference_impl.tensor import Tensor

INPUTS, CLASSES = 4, 3


class Batches:
    """A data layer that gives these batches in turn, over and over, and counts."""

    def __init__(self, rng: np.random.Generator, size: int = 9, number: int = 3) -> None:
        self._batches = [(rng.random((size, INPUTS)), one_hot(rng, size, CLASSES)) for _ in range(number)]
        self._given = 0

    def next(self) -> tuple[Tensor, Tensor]:
        self._given += 1
        return self._batches[self._given % len(self._batches)]


def network(student: Any, optimizer: Any, weights: Any, bias: Any) -> Any:
    """A network without layers."""
    return student.NeuralNetwork.NeuralNetwork(optimizer, weights, bias)


def sgd(student: Any, learning_rate: float) -> Any:
    return student.Optimization.Optimizers.Sgd(learning_rate)


def fully_connected(student: Any, inputs: int = INPUTS, outputs: int = CLASSES) -> Any:
    return student.Layers.FullyConnected.FullyConnected(inputs, outputs)


def classifier(student: Any, optimizer: Any, data: Any) -> Any:
    """FullyConnected, ReLU, FullyConnected, SoftMax, with cross-entropy; uniform weights, and 0.1 as bias."""
    initializers = student.Layers.Initializers
    net = network(student, optimizer, initializers.UniformRandom(), initializers.Constant(0.1))
    net.data_layer = data
    net.loss_layer = student.Optimization.Loss.CrossEntropyLoss()
    net.append_layer(fully_connected(student))
    net.append_layer(student.Layers.ReLU.ReLU())
    net.append_layer(fully_connected(student, CLASSES))
    net.append_layer(student.Layers.SoftMax.SoftMax())
    return net


def convolutional(student: Any, optimizer: Any, data: Any) -> Any:
    """Four kernels of 3 by 3 for images of 8 by 8, ReLU, pooling, and two fully connected layers for ten classes."""
    layers, initializers = student.Layers, student.Layers.Initializers
    net = network(student, optimizer, initializers.He(), initializers.Constant(0.1))
    net.data_layer = data
    net.loss_layer = student.Optimization.Loss.CrossEntropyLoss()
    net.append_layer(layers.Conv.Conv((1, 1), (1, 3, 3), 4))
    net.append_layer(layers.ReLU.ReLU())
    net.append_layer(layers.Pooling.Pooling((2, 2), (2, 2)))
    net.append_layer(layers.Flatten.Flatten())
    net.append_layer(fully_connected(student, 64, 32))
    net.append_layer(layers.ReLU.ReLU())
    net.append_layer(fully_connected(student, 32, 10))
    net.append_layer(layers.SoftMax.SoftMax())
    return net
