"""Dropout silences units at random while training, so that none relies on another."""

from __future__ import annotations

import numpy as np

from reference_impl.layers import Layer
from reference_impl.tensor import Tensor


class Dropout(Layer):
    """y = x m / p with a mask m of zeros and ones, each 1 with probability p = ``kept`` (Srivastava et al. 2014,
    section 10: "inverted" dropout).

    Dividing by p while training keeps the mean of y at x; so in the testing phase y = x, and nothing is to be scaled.
    """

    def __init__(self, kept: float, rng: np.random.Generator) -> None:
        super().__init__()
        self.kept = kept
        self._rng = rng

    def forward(self, x: Tensor) -> Tensor:
        """y_i = x_i m_i / p with a new mask; y = x in the testing phase."""
        if self.testing_phase:
            self._scale = np.ones(x.shape)
        else:
            self._scale = (self._rng.random(x.shape) < self.kept) / self.kept  # (B, N): m / p
        return x * self._scale  # (B, N)

    def backward(self, dy: Tensor) -> Tensor:
        """dL/dx_i = dy_i m_i / p, with the mask of the last ``forward``."""
        return dy * self._scale  # (B, N)
