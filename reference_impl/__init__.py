"""The reference network: what a correct solution of the exercises computes, in NumPy alone and meant to be read.

Read in this order: tensor (what B, N and M mean), layers, loss, optimizers, network, training. Each file holds one
idea and imports only from those before it.
"""

from reference_impl.layers import FullyConnected, Layer, ReLU, SoftMax
from reference_impl.loss import CrossEntropyLoss, L2Loss, Loss
from reference_impl.network import NeuralNetwork
from reference_impl.optimizers import Optimizer, Sgd
from reference_impl.training import accuracy, train

__all__ = [
    "CrossEntropyLoss",
    "FullyConnected",
    "L2Loss",
    "Layer",
    "Loss",
    "NeuralNetwork",
    "Optimizer",
    "ReLU",
    "Sgd",
    "SoftMax",
    "accuracy",
    "train",
]
