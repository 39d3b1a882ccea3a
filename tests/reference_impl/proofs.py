"""The two proofs that every gradient of the reference passes, and their tolerances: the slope of its own forward pass
along random directions, and PyTorch's value for the same expression."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import settings
from hypothesis import strategies as st

many = settings(max_examples=100, deadline=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)

STEP = 1e-5
SLOPE_ERROR = 1e-7
"""How far a central difference may be from the true slope, relative to the size of what is differentiated. Cutting
the Taylor series costs about STEP**2 = 1e-10 times the third derivative, rounding costs 1e-16 / STEP = 1e-11: both
stay far below; a wrong gradient misses by 1e-2 or more."""

ROUNDING = 1e-10
"""Both sides compute in float64 with relative errors of 1e-16 per operation; sums of some hundred terms, and ten
steps of training, stay below this. A wrong formula misses by far more."""


def assert_slope(loss_at, x, gradient, rng):
    """``gradient`` is that of ``loss_at`` at ``x``: it agrees with the difference quotient along three directions."""
    assert gradient.shape == x.shape
    for _ in range(3):
        direction = rng.standard_normal(x.shape)
        slope = (loss_at(x + STEP * direction) - loss_at(x - STEP * direction)) / (2 * STEP)
        size = 1.0 + abs(loss_at(x)) + np.abs(gradient * direction).sum()
        assert abs(np.vdot(gradient, direction) - slope) <= SLOPE_ERROR * size


def check_slopes(layer, x, rng):
    """dL/dx and dL/d(every parameter), for L = <random, layer(x)>."""
    weighting = rng.standard_normal(layer.forward(x).shape)

    def loss_at(value):
        return float(np.vdot(weighting, layer.forward(value)))

    def loss_with(name, value):
        layer.params[name] = value
        return loss_at(x)

    dx = layer.backward(weighting)
    gradients = dict(layer.grads)
    assert_slope(loss_at, x, dx, rng)
    assert gradients.keys() == layer.params.keys()
    for name, value in layer.params.items():
        assert_slope(lambda changed, name=name: loss_with(name, changed), value, gradients[name], rng)
        layer.params[name] = value


def assert_same(ours, theirs):
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=ROUNDING, atol=ROUNDING)


def leaf(array):
    """A tensor that collects its gradient."""
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def affine(x, weights):
    """[x, 1] weights, with the bias in the last row."""
    return x @ weights[:-1] + weights[-1]


def check_against(expression, layer, x, rng):
    """Values and gradients of ``layer`` at ``x`` against those of PyTorch's ``expression(x, **params)``."""
    x_torch, params = leaf(x), {name: leaf(value) for name, value in layer.params.items()}
    y_torch = expression(x_torch, **params)
    dy = rng.standard_normal(tuple(y_torch.shape))
    y_torch.backward(torch.tensor(dy))
    assert_same(layer.forward(x), y_torch)
    assert_same(layer.backward(dy), x_torch.grad)
    assert layer.grads.keys() == params.keys()
    for name, value in params.items():
        assert_same(layer.grads[name], value.grad)
