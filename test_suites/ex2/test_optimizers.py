"""Optimizers as the course's tests see them: a few steps of one number, to seven decimals."""

from __future__ import annotations

import numpy as np
from support import UPDATE, name_mistake

from exam.checks import assert_close, assert_number, assert_true

SEVEN_DECIMALS = 1.5e-7


def assert_steps(optimizer, *, gradients, expected, mistakes=()):
    """Beginning at 1, these gradients lead to the ``expected`` weights; ``mistakes`` says where else they may lead."""
    weight, path = 1.0, []
    for gradient in gradients:
        weight = optimizer.calculate_update(weight, gradient)
        assert_true(
            weight is not None,
            "calculate_update returned nothing; it must return the new weights.",
            "calculate_update gab nichts zurück; es muss die neuen Gewichte zurückgeben.",
        )
        path.append(assert_number(weight, what=UPDATE))
    name_mistake(np.array(path), expected, mistakes, closeness=SEVEN_DECIMALS)
    for reached, wanted in zip(path, expected, strict=True):
        assert_close(reached, wanted, what=UPDATE, rtol=0, atol=SEVEN_DECIMALS)


def test_sgd(student):
    """Two steps of Sgd with length 1 lead from 1 to 0 and on to -1.

    de: Zwei Schritte von Sgd mit der Länge 1 führen von 1 zu 0 und weiter zu -1.
    hint: `return weight_tensor - self.learning_rate * gradient_tensor`; plain Python floats must work as well.
    hint.de: `return weight_tensor - self.learning_rate * gradient_tensor`; einfache Python-Zahlen müssen auch gehen.
    """
    assert_steps(student.Optimization.Optimizers.Sgd(1.0), gradients=(1.0, 1.0), expected=(0.0, -1.0))


def test_sgd_with_momentum(student):
    """The second step of SgdWithMomentum keeps nine tenths of the first one.

    de: Der zweite Schritt von SgdWithMomentum behält neun Zehntel des ersten.
    hint: `v = momentum * v - learning_rate * gradient`, starting with v = 0; the new weight is `weight + v`.
    hint.de: `v = momentum * v - learning_rate * gradient`, mit v = 0 am Anfang; das neue Gewicht ist `weight + v`.
    """
    mistakes = (
        (
            (0.0, -1.0),
            "The second step forgot the first one: keep the velocity v in an attribute.",
            "Der zweite Schritt hat den ersten vergessen: Bewahre die Geschwindigkeit v in einem Attribut auf.",
        ),
        (
            (0.0, -0.1),
            "The old velocity pushes backwards: in `v = momentum * v - …` and `weight + v` one sign is wrong.",
            "Die alte Geschwindigkeit schiebt rückwärts: In `v = momentum * v - …` und `weight + v` stimmt ein "
            "Vorzeichen nicht.",
        ),
        (
            (0.9, 0.71),
            "The gradient was weighted with 1 - momentum. That is Adam's average; here it enters as a whole.",
            "Der Gradient wurde mit 1 - momentum gewichtet. So mittelt Adam; hier geht er ganz ein.",
        ),
    )
    optimizer = student.Optimization.Optimizers.SgdWithMomentum(1.0, 0.9)
    assert_steps(optimizer, gradients=(1.0, 1.0), expected=(0.0, -1.9), mistakes=mistakes)


def test_adam(student):
    """Two steps of Adam follow the formula with both bias corrections.

    de: Zwei Schritte von Adam folgen der Formel mit beiden Bias-Korrekturen.
    hint: Divide v by 1 - mu^k and r by 1 - rho^k, where k is 1 in the first step; r averages the SQUARED gradient; add
      epsilon outside the root. Keep the corrected values apart from v and r themselves.
    hint.de: Teile v durch 1 - mu^k und r durch 1 - rho^k, wobei k im ersten Schritt 1 ist; r mittelt den QUADRIERTEN
      Gradienten; Epsilon kommt außerhalb der Wurzel dazu. Bewahre die korrigierten Werte getrennt von v und r auf.
    """
    gradients, mu, rho = (1.0, 0.5), 0.01, 0.02
    assert_steps(
        student.Optimization.Optimizers.Adam(1.0, mu, rho),
        gradients=gradients,
        expected=_adam(gradients, mu, rho),
        mistakes=_mistakes_of_adam(gradients, mu, rho),
    )


def _adam(gradients, mu, rho, corrected=(True, True), first_step=1):
    """Where Adam leads from 1 with learning rate 1, step by step; some of it left out on request."""
    weight, v, r, path = 1.0, 0.0, 0.0, []
    for k, gradient in enumerate(gradients, start=first_step):
        v = mu * v + (1 - mu) * gradient
        r = rho * r + (1 - rho) * gradient**2
        v_hat = v / (1 - mu**k) if corrected[0] else v
        r_hat = r / (1 - rho**k) if corrected[1] else r
        weight -= v_hat / (np.sqrt(r_hat) + np.finfo(float).eps)
        path.append(weight)
    return tuple(path)


def _mistakes_of_adam(gradients, mu, rho):
    """The first or second value that a known mistake leads to, and what to say about it."""
    late = _adam(gradients, mu, rho, first_step=2)
    neither = _adam(gradients, mu, rho, corrected=(False, False))
    only_v = _adam(gradients, mu, rho, corrected=(True, False))
    only_r = _adam(gradients, mu, rho, corrected=(False, True))
    swapped = _adam(gradients, rho, mu)
    return (
        (late, "The step counter is too large by one.", "Der Schrittzähler ist um eins zu groß."),
        (neither, "Both bias corrections are missing.", "Beide Bias-Korrekturen fehlen."),
        (only_v, "The bias correction of r is missing.", "Die Bias-Korrektur von r fehlt."),
        (only_r, "The bias correction of v is missing.", "Die Bias-Korrektur von v fehlt."),
        (swapped, "mu and rho are swapped.", "mu und rho sind vertauscht."),
    )
