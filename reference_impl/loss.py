"""A loss compares predictions with labels and says, in one number, how wrong they are.

Both losses here are SUMS over the batch and over the outputs, not means: twice the samples, twice the loss. The
gradients are therefore not divided by anything either.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from reference_impl.tensor import Tensor

EPSILON = float(np.finfo(np.float64).eps)
"""2.2e-16, the machine epsilon of float64: too small to change a logarithm unless its argument is 0."""


class Loss(Protocol):
    """L(p, t) for predictions p and labels t, and its gradient with respect to p."""

    def forward(self, prediction: Tensor, label: Tensor) -> float:
        """L. Remembers the prediction for ``backward``."""

    def backward(self, label: Tensor) -> Tensor:
        """dL/dp at the prediction of the last ``forward``."""


class CrossEntropyLoss:
    """L = - sum over b and k of t_bk log p_bk, for labels t that are probabilities (Bishop 2006, eq. 4.108).

    With one-hot labels only the logarithm of the true class's probability is left. ``EPSILON`` is added to p, so that
    a probability of 0 costs 36.04 and not infinity.
    """

    def forward(self, prediction: Tensor, label: Tensor) -> float:
        """L = - sum t log(p + EPSILON)."""
        self._p = prediction + EPSILON  # (B, M)
        return float(-(label * np.log(self._p)).sum())

    def backward(self, label: Tensor) -> Tensor:
        """dL/dp = - t / (p + EPSILON)."""
        return -label / self._p  # (B, M)


class L2Loss:
    """L = sum over b and k of (p_bk - t_bk)^2, the sum of squared errors (Bishop 2006, eq. 5.11, without its 1/2)."""

    def forward(self, prediction: Tensor, label: Tensor) -> float:
        """L = sum (p - t)^2."""
        self._difference = prediction - label  # (B, M)
        return float((self._difference**2).sum())

    def backward(self, label: Tensor) -> Tensor:
        """dL/dp = 2 (p - t)."""
        return 2 * self._difference  # (B, M)
