"""The initializers of exercise 2: shape, and the first two moments of many draws."""

from __future__ import annotations

import numpy as np
import pytest

from exam.checks import assert_shape, assert_true

SHAPE, FAN_IN, FAN_OUT = (200, 200), 400, 100
WEIGHTS = {"en": "the result of initialize", "de": "das Ergebnis von initialize"}
MOMENTS = {
    "Constant": ((0.3,), 0.3, 0.0),
    "UniformRandom": ((), 0.5, np.sqrt(1 / 12)),
    "Xavier": ((), 0.0, np.sqrt(2 / (FAN_IN + FAN_OUT))),
    "He": ((), 0.0, np.sqrt(2 / FAN_IN)),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_distribution(student, name):
    """The weights have the wanted shape, mean and standard deviation.

    de: Die Gewichte haben gewünschte Form, Mittelwert und Standardabweichung.
    hint: Xavier: sqrt(2 / (fan_in + fan_out)), He: sqrt(2 / fan_in), both normal around 0; UniformRandom in [0, 1).
    hint.de: Xavier: sqrt(2 / (fan_in + fan_out)), He: sqrt(2 / fan_in), beide normalverteilt um 0; UniformRandom in
      [0, 1).
    """
    arguments, mean, deviation = MOMENTS[name]
    made = getattr(student.Layers.Initializers, name)(*arguments)
    weights = assert_shape(made.initialize(SHAPE, FAN_IN, FAN_OUT), SHAPE, what=WEIGHTS)
    # 40000 draws: eight standard errors.
    near = abs(weights.mean() - mean) <= 0.04 * deviation + 1e-12
    spread = abs(weights.std() - deviation) <= 0.03 * deviation + 1e-12
    assert_true(
        near and spread,
        f"Mean {weights.mean():.4g} and standard deviation {weights.std():.4g} should be about {mean:.4g} and "
        f"{deviation:.4g}.",
        f"Mittelwert {weights.mean():.4g} und Standardabweichung {weights.std():.4g} sollten etwa {mean:.4g} und "
        f"{deviation:.4g} sein.",
    )
