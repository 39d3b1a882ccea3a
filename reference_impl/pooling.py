"""Pooling keeps the largest number of each window: that there is an edge matters more than where exactly."""

from __future__ import annotations

from math import prod

import numpy as np

from reference_impl.layers import Layer
from reference_impl.tensor import Tensor
from reference_impl.windows import Shape, elements


class MaxPool(Layer):
    """y = the maximum of each window of ``size``, ``stride`` apart, in each channel (Goodfellow et al. 2016, sec. 9.3).

    Windows lie wholly inside the image ("valid"): floor((n - size) / stride) + 1 of them along an axis of n. They may
    overlap.
    """

    def __init__(self, size: Shape, stride: Shape) -> None:
        super().__init__()
        self.size = size
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """y_c[p] = max over offsets o of x_c[s p + o]."""
        axes = zip(x.shape[2:], self.size, self.stride, strict=True)
        self._shape, self._count = x.shape, tuple((n - size) // step + 1 for n, size, step in axes)
        y = np.full((*x.shape[:2], *self._count), -np.inf)  # (B, C, *)
        number_type = np.min_scalar_type(prod(self.size))  # one byte as a rule: less memory to pass through
        self._winner = np.zeros(y.shape, number_type)  # (B, C, *): the number of the offset where the maximum lies
        for number, place in enumerate(elements(self.size, self.stride, self._count)):
            larger = x[place] > y
            np.maximum(y, x[place], out=y)
            np.maximum(self._winner, larger * number_type.type(number), out=self._winner)  # numbers rise: the last wins
        return y

    def backward(self, dy: Tensor) -> Tensor:
        """dL/dx_c[q] = sum of dy_c[p] over the windows p whose maximum lies at q. Of several equal maxima in a window
        the first one, row by row, gets it all."""
        dx = np.zeros(self._shape)  # (B, C, *)
        for number, place in enumerate(elements(self.size, self.stride, self._count)):
            dx[place] += dy * (self._winner == number)
        return dx
