"""The optimizers of exercise 2, without a regularizer: learning rate, momentum, and Adam's corrected averages."""

from __future__ import annotations

from exam.checks import assert_close, assert_true

UPDATE = {"en": "the result of calculate_update", "de": "das Ergebnis von calculate_update"}


def check(optimizer, gradients, results):
    """Beginning at 1, the weight takes these values."""
    weight = 1.0
    for gradient, expected in zip(gradients, results, strict=True):
        weight = optimizer.calculate_update(weight, gradient)
        assert_true(
            weight is not None,
            "calculate_update returned nothing; it must return the new weights.",
            "calculate_update gab nichts zurück; es muss die neuen Gewichte zurückgeben.",
        )
        assert_close(weight, expected, what=UPDATE, rtol=0, atol=1.5e-7)


def test_sgd(student):
    """Sgd: two steps of length 1 lead from 1 to 0 and on to -1.

    de: Sgd: Zwei Schritte der Länge 1 führen von 1 zu 0 und weiter zu -1.
    hint: `return weight_tensor - self.learning_rate * gradient_tensor`; plain Python floats must work as well.
    hint.de: `return weight_tensor - self.learning_rate * gradient_tensor`; einfache Python-Zahlen müssen auch gehen.
    """
    check(student.Optimization.Optimizers.Sgd(1.0), (1.0, 1.0), (0.0, -1.0))


def test_sgd_with_momentum(student):
    """Momentum 0.9: the second step is 1.9 times as long.

    de: Momentum 0,9: Der zweite Schritt ist 1,9-mal so lang.
    hint: `v = momentum * v - learning_rate * gradient`, and the new weight is the old one plus v.
    hint.de: `v = momentum * v - learning_rate * gradient`, und das neue Gewicht ist das alte plus v.
    """
    check(student.Optimization.Optimizers.SgdWithMomentum(1.0, 0.9), (1.0, 1.0), (0.0, -1.9))


def test_adam(student):
    """Adam: two steps, with both averages corrected for their start at 0.

    de: Adam: zwei Schritte, beide Mittelwerte um ihren Beginn bei 0 korrigiert.
    hint: Divide by 1 - mu^k and 1 - rho^k, with k = 1 in the first step; epsilon is tiny.
    hint.de: Teile durch 1 - mu^k und 1 - rho^k, mit k = 1 im ersten Schritt; Epsilon ist winzig.
    """
    check(student.Optimization.Optimizers.Adam(1.0, 0.01, 0.02), (1.0, 0.5), (0.0, -0.9814473195614205))
