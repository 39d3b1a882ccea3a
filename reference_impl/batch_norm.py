"""Batch normalization gives each channel mean 0 and variance 1 over the batch, then a mean and scale it learns."""

from __future__ import annotations

import numpy as np

from reference_impl.initializers import Initializer
from reference_impl.layers import Layer
from reference_impl.tensor import Tensor


class BatchNorm(Layer):
    """y = gamma xhat + beta with xhat = (x - mean) / sqrt(variance + epsilon), per channel (Ioffe and Szegedy 2015,
    algorithm 1). Vectors (B, C) and images (B, C, Y, X) alike: the moments are taken over every axis but the channels'.

    The variance is the mean squared deviation, divided by the count and not by one less. ``params["weights"]`` is
    gamma, ``params["bias"]`` beta, both (C,).

    In the testing phase ``buffers["mean"]`` and ``buffers["variance"]`` stand in for the batch's moments. They are the
    first batch's at first, and then decay: running <- decay running + (1 - decay) batch.
    """

    def __init__(self, channels: int, decay: float = 0.8, epsilon: float = 1e-11) -> None:
        super().__init__()
        self.decay = decay
        self.epsilon = epsilon
        self.params["weights"] = np.ones(channels)  # (C,)
        self.params["bias"] = np.zeros(channels)  # (C,)

    def initialize(self, weights: Initializer, bias: Initializer) -> None:
        """gamma = 1 and beta = 0 whatever the initializers say: the layer begins by normalizing."""
        self.params["weights"] = np.ones_like(self.params["weights"])
        self.params["bias"] = np.zeros_like(self.params["bias"])

    def forward(self, x: Tensor) -> Tensor:
        """y = gamma (x - mean) / sqrt(variance + epsilon) + beta."""
        self._axes = (0, *range(2, x.ndim))
        mean, variance = self._moments(x)  # (C,), (C,)
        self._deviation = np.sqrt(variance + self.epsilon)  # (C,)
        self._xhat = (x - self._wide(mean, x)) / self._wide(self._deviation, x)  # (B, C, *)
        return self._wide(self.params["weights"], x) * self._xhat + self._wide(self.params["bias"], x)  # (B, C, *)

    def backward(self, dy: Tensor) -> Tensor:
        """dL/dgamma = sum dy xhat, dL/dbeta = sum dy, and, since mean and variance depend on x as well,

        dL/dx = gamma / deviation (dy - mean(dy) - xhat mean(dy xhat)),

        with sums and means over all axes but the channels' (Ioffe and Szegedy 2015, section 3, with the terms
        gathered). In the testing phase the moments are constants and the two means are gone.
        """
        count = dy.size // dy.shape[1]
        self.grads["bias"] = dy.sum(axis=self._axes)  # (C,)
        self.grads["weights"] = (dy * self._xhat).sum(axis=self._axes)  # (C,)
        if not self.testing_phase:
            through_mean = self._wide(self.grads["bias"] / count, dy)
            through_variance = self._wide(self.grads["weights"] / count, dy)
            dy = dy - through_mean - self._xhat * through_variance  # (B, C, *)
        return self._wide(self.params["weights"] / self._deviation, dy) * dy  # (B, C, *)

    def _moments(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(mean, variance) of this batch, or of the past ones in the testing phase: (C,), (C,)."""
        if self.testing_phase:
            return self.buffers["mean"], self.buffers["variance"]
        batch = {"mean": x.mean(axis=self._axes), "variance": x.var(axis=self._axes)}
        for name, value in batch.items():
            running = self.buffers.get(name, value)
            self.buffers[name] = self.decay * running + (1 - self.decay) * value
        return batch["mean"], batch["variance"]

    @staticmethod
    def _wide(value: Tensor, x: Tensor) -> Tensor:
        """(C,) made to broadcast over x: (C,) or (C, 1, 1)."""
        return value.reshape(-1, *(1,) * (x.ndim - 2))
