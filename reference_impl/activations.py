"""Activations bend what affine layers leave straight. Three act on each element alone, SoftMax on each row.

Where the derivative is a function of y, we remember y and not x: tanh' = 1 - y^2 needs no second tanh.
"""

from __future__ import annotations

import numpy as np

from reference_impl.layers import Layer
from reference_impl.tensor import Tensor


class ReLU(Layer):
    """y = max(0, x) in each element (Glorot, Bordes and Bengio 2011, section 3.1)."""

    def forward(self, x: Tensor) -> Tensor:
        """y_i = x_i where x_i > 0, else 0."""
        self._positive = x > 0  # (B, N)
        return np.maximum(x, 0.0)  # (B, N)

    def backward(self, dy: Tensor) -> Tensor:
        """dL/dx_i = dy_i where x_i > 0, else 0. At the kink x_i = 0 we take the left derivative, 0."""
        return dy * self._positive  # (B, N)


class TanH(Layer):
    """y = tanh(x) in each element, between -1 and 1."""

    _y: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """y_i = tanh(x_i)."""
        self._y = np.tanh(x)  # (B, N)
        return self._y

    def backward(self, dy: Tensor) -> Tensor:
        """dL/dx_i = dy_i (1 - y_i^2) (Bishop 2006, eq. 5.60)."""
        return dy * (1 - self._y**2)  # (B, N)


def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + exp(-x)) (Bishop 2006, eq. 3.6). Below -709 the exponential overflows to infinity, and 0 is right.

    In place, here and below, since a new large array for each operation takes longer than the operation.
    """
    y = -x
    with np.errstate(over="ignore"):
        np.exp(y, out=y)
    y += 1
    return np.reciprocal(y, out=y)


class Sigmoid(Layer):
    """y = 1 / (1 + exp(-x)) in each element, between 0 and 1 (Bishop 2006, eq. 3.6)."""

    def forward(self, x: Tensor) -> Tensor:
        """y_i = 1 / (1 + exp(-x_i))."""
        self._y = sigmoid(x)  # (B, N)
        return self._y

    def backward(self, dy: Tensor) -> Tensor:
        """dL/dx_i = dy_i y_i (1 - y_i) (Bishop 2006, eq. 4.88)."""
        dx = 1 - self._y  # (B, N)
        dx *= self._y
        dx *= dy
        return dx


class SoftMax(Layer):
    """y_k = exp(x_k) / sum_j exp(x_j) in each row: scores become probabilities (Bishop 2006, eq. 4.104)."""

    _y: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """Each row's maximum is subtracted first. It cancels in the fraction, and exp never sees a positive number,
        so nothing overflows (Goodfellow et al. 2016, section 4.1)."""
        shifted = x - np.max(x, axis=1, keepdims=True)  # (B, N)
        powers = np.exp(shifted)  # (B, N)
        self._y = powers / np.sum(powers, axis=1, keepdims=True)  # (B, N)
        return self._y

    def backward(self, dy: Tensor) -> Tensor:
        """dL/dx_j = sum_k dy_k y_k (delta_kj - y_j) = y_j (dy_j - sum_k dy_k y_k) (Bishop 2006, eq. 4.106).

        The Jacobian of a row is an N x N matrix; the right-hand side multiplies by it without building it.
        """
        mean: Tensor = np.sum(dy * self._y, axis=1, keepdims=True)  # (B, 1): dy averaged with weights y
        return self._y * (dy - mean)  # (B, N)
