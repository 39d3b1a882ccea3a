"""The reference's optimizers step as PyTorch's do, and regularizers stay out of what they remember."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference_impl import Adam, L1Regularizer, L2Regularizer, Sgd, SgdWithMomentum
from reference_impl.loss import EPSILON
from tests.reference_impl.proofs import assert_same, leaf, many, seeds

RATE, ALPHA = 0.02, 0.3
fractions = st.sampled_from([0.0, 0.5, 0.9, 0.999])


def check(ours, theirs, rng):
    """Ten steps along the same gradients; ``theirs`` makes an optimizer of PyTorch for a list of parameters."""
    param = rng.standard_normal((3, 4))
    param_torch = leaf(param)
    optimizer = theirs([param_torch])
    for gradient in rng.standard_normal((10, 3, 4)):
        param_torch.grad = torch.tensor(gradient)
        optimizer.step()
        param = ours.update(param, gradient)
        assert_same(param, param_torch)


@given(seeds)
@many
def test_sgd(rng):
    check(Sgd(RATE), lambda params: torch.optim.SGD(params, lr=RATE), rng)


@given(seeds, fractions)
@many
def test_momentum(rng, momentum):
    check(SgdWithMomentum(RATE, momentum), lambda params: torch.optim.SGD(params, lr=RATE, momentum=momentum), rng)


@given(seeds, fractions, fractions)
@many
def test_adam(rng, mu, rho):
    check(Adam(RATE, mu, rho), lambda params: torch.optim.Adam(params, lr=RATE, betas=(mu, rho), eps=EPSILON), rng)


@given(seeds)
@many
def test_adam_with_l2_decays_the_weights_as_adamw_does(rng):
    def adamw(params):
        return torch.optim.AdamW(params, lr=RATE, betas=(0.9, 0.99), eps=EPSILON, weight_decay=ALPHA)

    check(Adam(RATE, 0.9, 0.99, L2Regularizer(ALPHA)), adamw, rng)


@pytest.mark.parametrize("make", [lambda r: Sgd(0.1, r), lambda r: SgdWithMomentum(0.1, 0.9, r)])
@pytest.mark.parametrize("regularizer", [L1Regularizer(ALPHA), L2Regularizer(ALPHA)])
def test_a_regularizer_only_ever_adds_its_own_pull(make, regularizer):
    rng = np.random.default_rng(0)
    plain, regularized = make(None), make(regularizer)
    for param, gradient in rng.standard_normal((3, 2, 4)):
        pull = regularized.update(param, gradient) - plain.update(param, gradient)
        np.testing.assert_allclose(pull, -0.1 * regularizer.gradient(param), atol=1e-15)


def test_numbers_worked_out_by_hand():
    momentum, adam = SgdWithMomentum(1.0, 0.9), Adam(1.0, 0.01, 0.02)
    assert momentum.update(1.0, 1.0) == 0.0
    assert momentum.update(0.0, 1.0) == pytest.approx(-1.9)
    assert adam.update(1.0, 1.0) == pytest.approx(0.0)
    assert adam.update(0.0, 0.5) == pytest.approx(-0.98144732)


def test_a_step_leaves_parameter_and_gradient_as_they_are():
    for optimizer in (Sgd(1.0), SgdWithMomentum(1.0, 0.9), Adam(1.0, 0.9, 0.999, L2Regularizer(1.0))):
        param, gradient = np.ones(3), np.ones(3)
        optimizer.update(param, gradient)
        second = optimizer.update(param, gradient)
        assert np.array_equal(param, np.ones(3))
        assert np.array_equal(gradient, np.ones(3))
        assert not np.shares_memory(second, param)


def test_norms_and_pulls_of_regularizers():
    w = np.array([[-2.0, 0.0], [1.0, 3.0]])
    assert L1Regularizer(0.5).norm(w) == 3.0
    assert L2Regularizer(0.5).norm(w) == 7.0
    assert L1Regularizer(0.5).gradient(w).tolist() == [[-0.5, 0.0], [0.5, 0.5]]
    assert L2Regularizer(0.5).gradient(w).tolist() == [[-1.0, 0.0], [0.5, 1.5]]
