"""LeNet, the network that read handwritten digits on cheques (LeCun, Bottou, Bengio and Haffner 1998, figure 2)."""

from __future__ import annotations

import numpy as np

from reference_impl.activations import ReLU, SoftMax
from reference_impl.convolution import Conv
from reference_impl.initializers import Constant, He
from reference_impl.layers import Flatten, FullyConnected
from reference_impl.network import NeuralNetwork
from reference_impl.optimizers import Adam
from reference_impl.pooling import MaxPool
from reference_impl.regularizers import L2Regularizer


def lenet(rng: np.random.Generator, side: int = 28, classes: int = 10) -> NeuralNetwork:
    """Images (B, 1, side, side) to probabilities (B, classes), for a side that 4 divides.

    As the exercise has it and not as in 1998: ReLU for tanh, the maximum for the mean, both convolutions with "same"
    padding, all channels connected, SoftMax at the end.
    """
    network = NeuralNetwork(
        [
            Conv(1, 6, (5, 5), rng),  # (B, 6, side, side)
            ReLU(),
            MaxPool((2, 2), (2, 2)),  # (B, 6, side/2, side/2)
            Conv(6, 16, (5, 5), rng),  # (B, 16, side/2, side/2)
            ReLU(),
            MaxPool((2, 2), (2, 2)),  # (B, 16, side/4, side/4)
            Flatten(),
            FullyConnected(16 * (side // 4) ** 2, 120, rng),
            ReLU(),
            FullyConnected(120, 84, rng),
            ReLU(),
            FullyConnected(84, classes, rng),
            SoftMax(),
        ]
    )
    network.initialize(He(rng), Constant(0.0))
    return network


def lenet_optimizer() -> Adam:
    """What the exercise trains LeNet with."""
    return Adam(5e-4, mu=0.9, rho=0.999, regularizer=L2Regularizer(4e-4))
