"""Initializers draw from the distributions they name, from the generator they are given, for the fans of each layer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from reference_impl import LSTM, RNN, BatchNorm, Constant, Conv, FullyConnected, He, UniformRandom, Xavier

SHAPE, FAN_IN, FAN_OUT = (200, 300), 200, 300


@pytest.mark.parametrize(
    ("kind", "distribution"),
    [
        (UniformRandom, stats.uniform(0, 1)),
        (Xavier, stats.norm(0, np.sqrt(2 / 500))),
        (He, stats.norm(0, np.sqrt(2 / 200))),
    ],
)
def test_distributions(kind, distribution):
    drawn = kind(np.random.default_rng(1)).initialize(SHAPE, FAN_IN, FAN_OUT)
    assert drawn.shape == SHAPE
    assert stats.kstest(drawn.ravel(), distribution.cdf).pvalue > 0.01
    assert np.array_equal(drawn, kind(np.random.default_rng(1)).initialize(SHAPE, FAN_IN, FAN_OUT))


def test_constant():
    assert np.array_equal(Constant(0.25).initialize((2, 3), 2, 3), [[0.25] * 3] * 2)


class Spy:
    """Remembers what it was asked for, and returns one value."""

    def __init__(self, value):
        self.value, self.asked = value, []

    def initialize(self, shape, fan_in, fan_out):
        self.asked.append((shape, fan_in, fan_out))
        return np.full(shape, self.value)


@pytest.mark.parametrize(
    ("make", "asked"),
    [
        (lambda rng: FullyConnected(4, 10, rng), [((4, 10), 4, 10)]),
        (lambda rng: Conv(3, 4, (5, 8), rng), [((4, 3, 5, 8), 120, 160)]),
        (lambda rng: Conv(3, 4, (5,), rng), [((4, 3, 5), 15, 20)]),
        (lambda rng: RNN(13, 7, 5, rng), [((20, 7), 20, 7), ((7, 5), 7, 5)]),
        (lambda rng: LSTM(13, 7, 5, rng), [((20, 28), 20, 28), ((7, 5), 7, 5)]),
    ],
)
def test_fans_of_weights(make, asked):
    weights, bias = Spy(1.0), Spy(0.5)
    make(np.random.default_rng(0)).initialize(weights, bias)
    assert weights.asked == asked


def test_the_bias_has_an_initializer_of_its_own():
    rng = np.random.default_rng(0)
    affine, conv = FullyConnected(4, 3, rng), Conv(2, 3, (3, 3), rng)
    for layer in (affine, conv):
        layer.initialize(Spy(1.0), Spy(0.5))
    assert affine.params["weights"].tolist() == [[1.0] * 3] * 4 + [[0.5] * 3]
    assert np.all(conv.params["weights"] == 1.0)
    assert conv.params["bias"].tolist() == [0.5] * 3


def test_batch_norm_begins_with_scale_one_and_mean_zero_whatever_the_initializers_say():
    layer = BatchNorm(3)
    layer.params = {"weights": np.full(3, 7.0), "bias": np.full(3, 7.0)}
    layer.initialize(Constant(5.0), Constant(5.0))
    assert {name: value.tolist() for name, value in layer.params.items()} == {"weights": [1.0] * 3, "bias": [0.0] * 3}
