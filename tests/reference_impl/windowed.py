"""Convolution and pooling layers of every kind, for hypothesis to choose from, each with an input that fits."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from reference_impl import Conv, MaxPool
from tests.reference_impl.proofs import seeds

one_to_three = st.integers(1, 3)


def axes(draw, dimensions, largest):
    return tuple(draw(st.integers(1, largest)) for _ in range(dimensions))


@st.composite
def convolutions(draw):
    """(layer, x, generator): signals and images, kernels of odd and of even size, larger than the image too."""
    rng, dimensions = draw(seeds), draw(st.integers(1, 2))
    batch, channels, kernels = draw(one_to_three), draw(one_to_three), draw(one_to_three)
    layer = Conv(
        channels,
        kernels,
        axes(draw, dimensions, 5),
        rng,
        stride=axes(draw, dimensions, 3),
        extra_zero=draw(st.sampled_from(["before", "after"])),
    )
    return layer, rng.standard_normal((batch, channels, *axes(draw, dimensions, 7))), rng


@st.composite
def poolings(draw):
    """(layer, x, generator): windows that overlap, that touch and that leave gaps; no two numbers of x are close."""
    rng, dimensions = draw(seeds), draw(st.integers(1, 2))
    size, more = axes(draw, dimensions, 3), axes(draw, dimensions, 5)
    shape = (draw(one_to_three), draw(one_to_three), *(n + m - 1 for n, m in zip(size, more, strict=True)))
    x = rng.permutation(np.arange(float(np.prod(shape)))).reshape(shape)
    return MaxPool(size, axes(draw, dimensions, 3)), x, rng
