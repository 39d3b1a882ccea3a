"""A layer is a function y = f(x; params) that can also run backwards.

``forward`` computes y from x. ``backward`` takes the gradient of the loss L with respect to y, written dy, and does
two things with the chain rule: it returns the gradient with respect to x, and it leaves the gradients with respect to
the parameters in ``grads``, under the names they have in ``params``. It never changes a parameter: that is the
optimizer's business, after every layer has run backwards.

A gradient of a parameter is the SUM over the batch, since the loss is a sum over the batch.
"""

from __future__ import annotations

import numpy as np

from reference_impl.tensor import Tensor


class Layer:
    """A function of x and of the parameters in ``params``; ``grads`` has the same names and shapes."""

    def __init__(self) -> None:
        self.params: dict[str, Tensor] = {}
        self.grads: dict[str, Tensor] = {}

    def forward(self, x: Tensor) -> Tensor:
        """y = f(x; params). Remembers what ``backward`` will need."""
        raise NotImplementedError

    def backward(self, dy: Tensor) -> Tensor:
        """dL/dx from dy = dL/dy, at the x of the last ``forward``."""
        raise NotImplementedError


class FullyConnected(Layer):
    """y = x W + b, an affine map of each row of x (Bishop 2006, eq. 5.8).

    W and b lie in one matrix, ``params["weights"]`` of shape (N+1, M): the first N rows are W, the LAST row is b.
    A column of ones appended to x makes the bias an ordinary weight: y = [x, 1] [W; b].
    """

    def __init__(self, inputs: int, outputs: int, rng: np.random.Generator) -> None:
        super().__init__()
        self.params["weights"] = rng.random((inputs + 1, outputs))  # (N+1, M), uniform in [0, 1)

    def forward(self, x: Tensor) -> Tensor:
        """y_m = sum_n x_n w_nm + b_m, for each sample."""
        ones = np.ones((len(x), 1))  # (B, 1)
        self._x1 = np.hstack([x, ones])  # (B, N+1)
        return self._x1 @ self.params["weights"]  # (B, M)

    def backward(self, dy: Tensor) -> Tensor:
        """dL/dw_nm = sum over the batch of x_n dy_m, and dL/dx_n = sum_m w_nm dy_m (Bishop 2006, eq. 5.53, 5.56).

        The bias row has no part in dL/dx: the ones are not an input.
        """
        self.grads["weights"] = self._x1.T @ dy  # (N+1, M)
        return dy @ self.params["weights"][:-1].T  # (B, N)


class ReLU(Layer):
    """y = max(0, x) in each element (Glorot, Bordes and Bengio 2011, section 3.1)."""

    def forward(self, x: Tensor) -> Tensor:
        """y_i = x_i where x_i > 0, else 0."""
        self._positive = x > 0  # (B, N)
        return np.where(self._positive, x, 0.0)  # (B, N)

    def backward(self, dy: Tensor) -> Tensor:
        """dL/dx_i = dy_i where x_i > 0, else 0. At the kink x_i = 0 we take the left derivative, 0."""
        return np.where(self._positive, dy, 0.0)  # (B, N)


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
