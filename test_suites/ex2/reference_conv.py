"""The right outputs of a convolution, from the reference network."""

from __future__ import annotations

from itertools import product

import numpy as np

from reference_impl import Conv
from reference_impl.tensor import Tensor


def outputs(x: Tensor, stride: tuple[int, ...], weights: Tensor, bias: Tensor) -> list[Tensor]:
    """The right outputs for ``x``: one, or one for either side of the extra zero in each direction with an even kernel.

    A kernel of 4 places with its extra zero before the image is one of 5 whose last place is 0.
    """
    either = [((0, 1), (1, 0)) if size % 2 == 0 else ((0, 0),) for size in weights.shape[2:]]
    odd = (np.pad(weights, ((0, 0), (0, 0), *widths)) for widths in product(*either))
    return [_reference(stride, kernel, bias).forward(x) for kernel in odd]


def _reference(stride: tuple[int, ...], weights: Tensor, bias: Tensor) -> Conv:
    kernels, channels, *size = weights.shape
    layer = Conv(channels, kernels, tuple(size), np.random.default_rng(0), stride=stride)
    layer.params = {"weights": weights, "bias": bias}
    return layer
