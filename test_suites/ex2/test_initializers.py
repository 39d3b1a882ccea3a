"""Initializers: the shape asked for, and the right distribution, with 400 inputs and 400 outputs as in the course's
tests."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr
from support import assert_tensor

from exam.checks import assert_finite, assert_true

SHAPE = (400, 400)
FAN_IN = FAN_OUT = 400
WHAT = {"en": "the result of initialize", "de": "das Ergebnis von initialize"}
LARGEST_GAP = 3 / np.sqrt(SHAPE[0] * SHAPE[1])
"""The Kolmogorov-Smirnov distance between a sample and its distribution exceeds this once in 30 million draws."""


def make(student, name):
    return getattr(student.Layers.Initializers, name)()


def initialized(student, name):
    """A matrix of 400 by 400 from the student's initializer."""
    return assert_tensor(make(student, name).initialize(SHAPE, FAN_IN, FAN_OUT), SHAPE, what=WHAT)


def gap(weights, cumulative):
    """The Kolmogorov-Smirnov distance: how far the sample's cumulative share is from ``cumulative`` at most."""
    ordered = np.sort(assert_finite(weights, what=WHAT), axis=None)
    share = np.arange(ordered.size + 1) / ordered.size
    expected = cumulative(ordered)
    return max(np.max(share[1:] - expected), np.max(expected - share[:-1]))


def assert_normal(weights, sigma):
    """Drawn from a normal distribution around 0 with standard deviation ``sigma``."""
    mean, deviation = float(np.mean(weights)), float(np.std(weights))
    assert_true(
        gap(weights, lambda x: ndtr(x / sigma)) < LARGEST_GAP,
        f"The numbers should be normally distributed, mean 0, standard deviation {sigma:.4g}; yours have mean "
        f"{mean:.4g} and standard deviation {deviation:.4g}." + _variance(deviation, sigma, "en"),
        f"Die Zahlen sollten normalverteilt sein, Mittel 0, Standardabweichung {sigma:.4g}; deine haben Mittel "
        f"{mean:.4g} und Standardabweichung {deviation:.4g}." + _variance(deviation, sigma, "de"),
    )


def _variance(deviation, sigma, language):
    """A hint for those who pass the variance where NumPy asks for the deviation."""
    if abs(deviation - sigma**2) > 0.02 * sigma**2:
        return ""
    said = {
        "en": " That is the variance: np.random.normal wants its square root.",
        "de": " Das ist die Varianz: np.random.normal will deren Wurzel.",
    }
    return said[language]


def test_uniform_shape(student):
    """UniformRandom returns weights of the shape it was asked for.

    de: UniformRandom gibt Gewichte der verlangten Form zurück.
    hint: `initialize(weights_shape, fan_in, fan_out)` returns an array of shape weights_shape.
    hint.de: `initialize(weights_shape, fan_in, fan_out)` gibt ein Feld der Form weights_shape zurück.
    """
    initialized(student, "UniformRandom")


def test_uniform_distribution(student):
    """UniformRandom draws uniformly from [0, 1).

    de: UniformRandom zieht gleichverteilt aus [0, 1).
    hint: `np.random.uniform(0, 1, weights_shape)`.
    hint.de: `np.random.uniform(0, 1, weights_shape)`.
    """
    weights = initialized(student, "UniformRandom")
    said = f"{weights.min():.3g} … {weights.max():.3g}"
    assert_true(
        gap(weights, lambda x: np.clip(x, 0, 1)) < LARGEST_GAP,
        f"The numbers should be uniform in [0, 1); yours lie in {said} with mean {weights.mean():.3g}.",
        f"Die Zahlen sollten in [0, 1) gleichverteilt sein; deine liegen in {said} mit Mittel {weights.mean():.3g}.",
    )


def test_xavier_shape(student):
    """Xavier returns weights of the shape it was asked for.

    de: Xavier gibt Gewichte der verlangten Form zurück.
    hint: The third argument of `np.random.normal` is the shape.
    hint.de: Das dritte Argument von `np.random.normal` ist die Form.
    """
    initialized(student, "Xavier")


def test_xavier_distribution(student):
    """Xavier draws from a normal distribution with standard deviation sqrt(2 / (fan_in + fan_out)).

    de: Xavier zieht aus einer Normalverteilung mit Standardabweichung sqrt(2 / (fan_in + fan_out)).
    hint: `np.random.normal(0, np.sqrt(2 / (fan_in + fan_out)), weights_shape)`.
    hint.de: `np.random.normal(0, np.sqrt(2 / (fan_in + fan_out)), weights_shape)`.
    """
    assert_normal(initialized(student, "Xavier"), np.sqrt(2 / (FAN_IN + FAN_OUT)))


def test_he_shape(student):
    """He returns weights of the shape it was asked for.

    de: He gibt Gewichte der verlangten Form zurück.
    hint: The third argument of `np.random.normal` is the shape.
    hint.de: Das dritte Argument von `np.random.normal` ist die Form.
    """
    initialized(student, "He")


def test_he_distribution(student):
    """He draws from a normal distribution with standard deviation sqrt(2 / fan_in).

    de: He zieht aus einer Normalverteilung mit Standardabweichung sqrt(2 / fan_in).
    hint: `np.random.normal(0, np.sqrt(2 / fan_in), weights_shape)`.
    hint.de: `np.random.normal(0, np.sqrt(2 / fan_in), weights_shape)`.
    """
    assert_normal(initialized(student, "He"), np.sqrt(2 / FAN_IN))
