"""The reference's layers on images compute what PyTorch's do, for all shapes, strides and paddings."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal
from torch.nn import functional

from reference_impl import BatchNorm, Conv, MaxPool, resize
from tests.reference_impl.proofs import ROUNDING, assert_same, check_against, many, seeds
from tests.reference_impl.windowed import convolutions, poolings


def convolve(layer):
    """``layer``'s convolution with the padding written out, as an expression of PyTorch."""
    padding = []
    for size in reversed(layer.size):  # PyTorch counts axes from the last one
        few_zeros, more_zeros = (size - 1) // 2, size // 2
        padding += [more_zeros, few_zeros] if layer.extra_zero == "before" else [few_zeros, more_zeros]
    function = (functional.conv1d, functional.conv2d)[len(layer.size) - 1]
    return lambda x, weights, bias: function(functional.pad(x, padding), weights, bias, stride=layer.stride)


@given(convolutions())
@many
def test_convolution(drawn):
    layer, x, rng = drawn
    check_against(convolve(layer), layer, x, rng)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("size", [(5, 8), (2, 3), (4, 4), (3, 3), (1, 6)])
def test_an_extra_zero_after_is_torch_s_same_padding(size):
    rng = np.random.default_rng(0)
    layer = Conv(3, 4, size, rng, extra_zero="after")
    x = rng.standard_normal((2, 3, 10, 14))
    check_against(lambda x, weights, bias: functional.conv2d(x, weights, bias, padding="same"), layer, x, rng)


@pytest.mark.parametrize("size", [(5, 8), (2, 3), (4, 4), (3, 3), (1, 6)])
def test_an_extra_zero_before_is_scipy_s_same_correlation(size):
    rng = np.random.default_rng(0)
    layer = Conv(1, 1, size, rng, extra_zero="before")
    x = rng.standard_normal((10, 14))
    expected = signal.correlate(x, layer.params["weights"][0, 0], mode="same") + layer.params["bias"]
    np.testing.assert_allclose(layer.forward(x[None, None])[0, 0], expected, rtol=ROUNDING, atol=ROUNDING)


@given(poolings())
@many
def test_max_pooling(drawn):
    layer, x, rng = drawn
    function = (functional.max_pool1d, functional.max_pool2d)[len(layer.size) - 1]
    check_against(lambda x: function(x, layer.size, layer.stride), layer, x, rng)


@given(seeds)
@many
def test_of_equal_maxima_the_first_gets_the_gradient(rng):
    x = rng.integers(0, 2, (2, 3, 5, 6)).astype(float)
    check_against(lambda x: functional.max_pool2d(x, (3, 2), (1, 2)), MaxPool((3, 2), (1, 2)), x, rng)


def test_max_pooling_in_a_window_with_more_elements_than_a_byte_counts():
    rng = np.random.default_rng(0)
    x = rng.permutation(np.arange(800.0)).reshape(1, 2, 20, 20)
    check_against(lambda x: functional.max_pool2d(x, 17, (1, 2)), MaxPool((17, 17), (1, 2)), x, rng)


shapes = st.sampled_from([(5, 3), (8, 3), (4, 3, 2, 5), (1, 3, 3, 3)])


@given(seeds, shapes)
@many
def test_batch_norm_in_both_phases_and_its_running_moments(rng, shape):
    layer = BatchNorm(3, decay=0.7, epsilon=1e-5)
    layer.params = {"weights": rng.standard_normal(3), "bias": rng.standard_normal(3)}
    batches = rng.standard_normal((4, *shape)) * 2 + rng.standard_normal(4).reshape(-1, *[1] * len(shape))
    count = batches[0].size / 3
    axes = tuple(axis for axis in range(len(shape)) if axis != 1)
    mean = torch.tensor(batches[0].mean(axis=axes))
    unbiased = torch.tensor(batches[0].var(axis=axes) * count / (count - 1))  # PyTorch keeps this one

    def normalize(training):
        return lambda x, weights, bias: functional.batch_norm(
            x,
            mean,
            unbiased if training else torch.tensor(layer.buffers["variance"]),
            weights,
            bias,
            training,
            0.3,
            1e-5,
        )

    for x in batches:
        check_against(normalize(True), layer, x, rng)
    assert_same(layer.buffers["mean"], mean)
    assert_same(layer.buffers["variance"] * count / (count - 1), unbiased)
    layer.testing_phase = True
    check_against(normalize(False), layer, batches[0], rng)
    assert_same(layer.buffers["mean"], mean)


@given(seeds, st.tuples(*[st.integers(1, 9)] * 4))
@many
def test_resizing_an_image(rng, sizes):
    height, width, new_height, new_width = sizes
    image = rng.random((height, width, 3))
    batch = torch.tensor(image.transpose(2, 0, 1)[None])
    expected = functional.interpolate(batch, (new_height, new_width), mode="bilinear", align_corners=False)
    assert_same(resize(image, new_height, new_width).transpose(2, 0, 1)[None], expected)
