"""A convolution layer looks for the same small pattern at every place of an image."""

from __future__ import annotations

from math import prod
from typing import Literal

import numpy as np

from reference_impl.initializers import Initializer
from reference_impl.layers import Layer
from reference_impl.tensor import Tensor
from reference_impl.windows import Shape, elements


class Conv(Layer):
    """y_k = sum_c w_kc * x_c + b_k, where * is cross-correlation: the kernels are NOT flipped (Goodfellow et al. 2016,
    eq. 9.6). Signals (B, C, X) and images (B, C, Y, X) alike, by the length of ``size``.

    "Same" padding: with a stride of 1 the output is as large as the input, since size - 1 zeros are added to each
    axis. An odd size adds as many before as after. An even size has one more zero on one side: ``extra_zero`` says
    which, BEFORE (left, top) unless told otherwise. A stride of s keeps the outputs 0, s, 2s, ... of those.

    ``params["weights"]`` has shape (K, C, *size), ``params["bias"]`` (K,).
    """

    def __init__(
        self,
        channels: int,
        kernels: int,
        size: Shape,
        rng: np.random.Generator,
        *,
        stride: Shape | None = None,
        extra_zero: Literal["before", "after"] = "before",
    ) -> None:
        super().__init__()
        self.size = size
        self.stride = stride or (1,) * len(size)
        self.extra_zero = extra_zero
        self.params["weights"] = rng.random((kernels, channels, *size))  # (K, C, *size), uniform in [0, 1)
        self.params["bias"] = rng.random(kernels)  # (K,)

    def initialize(self, weights: Initializer, bias: Initializer) -> None:
        """C * prod(size) numbers meet in an output; an input takes part in K * prod(size) outputs."""
        kernels, channels, *size = shape = self.params["weights"].shape
        fan_in, fan_out = channels * prod(size), kernels * prod(size)
        self.params["weights"] = weights.initialize(shape, fan_in, fan_out)
        self.params["bias"] = bias.initialize((kernels,), fan_in, fan_out)

    def forward(self, x: Tensor) -> Tensor:
        """y_k[p] = b_k + sum over c and offsets o of w_kc[o] x_c[s p + o - before], where x is 0 outside."""
        padded = np.pad(x, ((0, 0), (0, 0), *self._padding()))  # (B, C, *)
        count = tuple(-(-n // s) for n, s in zip(x.shape[2:], self.stride, strict=True))
        self._padded_shape, self._inside, self._count = padded.shape, self._where_x_lies(x), count
        self._columns = self._columns_of(padded)  # (B, C size, places)
        kernels = self.params["weights"].reshape(len(self.params["bias"]), -1)  # (K, C size)
        y = kernels @ self._columns + self.params["bias"][:, np.newaxis]  # (B, K, places)
        return y.reshape(len(x), -1, *count)  # (B, K, *)

    def backward(self, dy: Tensor) -> Tensor:
        """dL/dw_kc[o] = sum over the batch and p of dy_k[p] x_c[s p + o - before], dL/db_k = sum of dy_k,
        dL/dx_c[q] = sum over k and all (p, o) with s p + o - before = q of w_kc[o] dy_k[p]."""
        weights = self.params["weights"]
        flat = dy.reshape(*dy.shape[:2], -1)  # (B, K, places)
        self.grads["bias"] = flat.sum(axis=(0, 2))  # (K,)
        self.grads["weights"] = (flat @ self._columns.swapaxes(1, 2)).sum(axis=0).reshape(weights.shape)
        columns = weights.reshape(len(weights), -1).T @ flat  # (B, C size, places)
        columns = columns.reshape(len(dy), weights.shape[1], prod(self.size), *self._count)  # (B, C, size, *)
        dx = np.zeros(self._padded_shape)  # (B, C, *)
        for number, place in enumerate(elements(self.size, self.stride, self._count)):
            dx[place] += columns[:, :, number]
        return dx[self._inside]  # (B, C, *)

    def _padding(self) -> list[tuple[int, int]]:
        """Zeros (before, after) each axis of the image."""
        small, large = [(n - 1) // 2 for n in self.size], [n // 2 for n in self.size]
        pairs = zip(large, small, strict=True) if self.extra_zero == "before" else zip(small, large, strict=True)
        return list(pairs)

    def _where_x_lies(self, x: Tensor) -> tuple[slice, ...]:
        """Where x lies in its padded self."""
        inner = zip(self._padding(), x.shape[2:], strict=True)
        return (slice(None), slice(None), *(slice(before, before + n) for (before, _), n in inner))

    def _columns_of(self, padded: Tensor) -> Tensor:
        """Each window as a column, so that a convolution is a product of matrices (im2col; Chellapilla, Puri and
        Simard 2006, section 3.1): (B, C size, places)."""
        columns = np.empty((*padded.shape[:2], prod(self.size), *self._count))  # (B, C, size, *)
        for number, place in enumerate(elements(self.size, self.stride, self._count)):
            columns[:, :, number] = padded[place]
        return columns.reshape(len(padded), -1, prod(self._count))
