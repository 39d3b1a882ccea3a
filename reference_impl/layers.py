"""A layer is a function y = f(x; params) that can also run backwards.

``forward`` computes y from x. ``backward`` takes the gradient of the loss L with respect to y, written dy, and does
two things with the chain rule: it returns the gradient with respect to x, and it leaves the gradients with respect to
the parameters in ``grads``, under the names they have in ``params``. It never changes a parameter: that is the
optimizer's business, after every layer has run backwards.

A gradient of a parameter is the SUM over the batch, since the loss is a sum over the batch.
"""

from __future__ import annotations

import numpy as np

from reference_impl.initializers import Initializer
from reference_impl.tensor import Tensor


class Layer:
    """A function of x and of the parameters in ``params``; ``grads`` has the same names and shapes.

    ``buffers`` holds what a layer learns without a gradient. In the testing phase a layer neither learns nor rolls
    dice; most layers do the same in both phases.
    """

    testing_phase = False

    def __init__(self) -> None:
        self.params: dict[str, Tensor] = {}
        self.grads: dict[str, Tensor] = {}
        self.buffers: dict[str, Tensor] = {}

    def initialize(self, weights: Initializer, bias: Initializer) -> None:
        """Draw the parameters anew; without parameters there is nothing to do."""

    def forward(self, x: Tensor) -> Tensor:
        """y = f(x; params). Remembers what ``backward`` will need."""
        raise NotImplementedError

    def backward(self, dy: Tensor) -> Tensor:
        """dL/dx from dy = dL/dy, at the x of the last ``forward``."""
        raise NotImplementedError


def with_ones(x: Tensor) -> Tensor:
    """[x, 1]: a column of ones appended, by which a bias becomes an ordinary weight. (B, N) -> (B, N+1)."""
    return np.hstack([x, np.ones((len(x), 1))])


def affine_weights(inputs: int, outputs: int, weights: Initializer, bias: Initializer) -> Tensor:
    """[W; b]: W of (N, M) from one initializer, the LAST row b from another: (N+1, M)."""
    w = weights.initialize((inputs, outputs), inputs, outputs)  # (N, M)
    b = bias.initialize((1, outputs), inputs, outputs)  # (1, M)
    return np.vstack([w, b])


class FullyConnected(Layer):
    """y = x W + b, an affine map of each row of x (Bishop 2006, eq. 5.8).

    W and b lie in one matrix, ``params["weights"]`` of shape (N+1, M): the first N rows are W, the LAST row is b.
    A column of ones appended to x makes the bias an ordinary weight: y = [x, 1] [W; b].
    """

    def __init__(self, inputs: int, outputs: int, rng: np.random.Generator) -> None:
        super().__init__()
        self.params["weights"] = rng.random((inputs + 1, outputs))  # (N+1, M), uniform in [0, 1)

    def initialize(self, weights: Initializer, bias: Initializer) -> None:
        """W and b, each from its initializer; N numbers meet in an output, M leave an input."""
        rows, outputs = self.params["weights"].shape
        self.params["weights"] = affine_weights(rows - 1, outputs, weights, bias)

    def forward(self, x: Tensor) -> Tensor:
        """y_m = sum_n x_n w_nm + b_m, for each sample."""
        self._x1 = with_ones(x)  # (B, N+1)
        return self._x1 @ self.params["weights"]  # (B, M)

    def backward(self, dy: Tensor) -> Tensor:
        """dL/dw_nm = sum over the batch of x_n dy_m, and dL/dx_n = sum_m w_nm dy_m (Bishop 2006, eq. 5.53, 5.56).

        The bias row has no part in dL/dx: the ones are not an input.
        """
        self.grads["weights"] = self._x1.T @ dy  # (N+1, M)
        return dy @ self.params["weights"][:-1].T  # (B, N)


class Flatten(Layer):
    """Each sample's numbers in one row, in the order in which they lie in memory: the last axis runs fastest."""

    def forward(self, x: Tensor) -> Tensor:
        """y = x with all axes but the first made one."""
        self._shape = x.shape
        return x.reshape(len(x), -1)  # (B, C, *) -> (B, N)

    def backward(self, dy: Tensor) -> Tensor:
        """The same numbers in their old places."""
        return dy.reshape(self._shape)  # (B, N) -> (B, C, *)
