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
    mistakes = (
        (
            (4.901600375484261e-05, -0.9814935719926806),
            "The step counter is too large by one.",
            "Der Schrittzähler ist um eins zu groß.",
        ),
        (
            (-5.101910668825482e-05, -0.9815965517505184),
            "Both bias corrections are missing.",
            "Beide Bias-Korrekturen fehlen.",
        ),
        (
            (-0.010152544552210374, -0.9917962415657419),
            "The bias correction of r is missing.",
            "Die Bias-Korrektur von r fehlt.",
        ),
        (
            (0.010000000000000231, -0.9713492039024634),
            "The bias correction of v is missing.",
            "Die Bias-Korrektur von v fehlt.",
        ),
        ((0.0, -1.0047943510054076), "mu and rho are swapped.", "mu und rho sind vertauscht."),
        (
            (0.0, -0.9809005916719085),
            "The corrected v and r were kept for the next step: keep the uncorrected ones.",
            "Die korrigierten v und r wurden für den nächsten Schritt behalten: Behalte die unkorrigierten.",
        ),
        (
            (0.0, -0.9814954576223638),
            "The step counter stands still: mu and rho are not raised to the number of the step.",
            "Der Schrittzähler steht still: mu und rho werden nicht mit der Nummer des Schritts potenziert.",
        ),
        ((0.0, -1.0), "The second step forgot the first one.", "Der zweite Schritt hat den ersten vergessen."),
    )
    adam = student.Optimization.Optimizers.Adam(1.0, 0.01, 0.02)
    assert_steps(adam, gradients=(1.0, 0.5), expected=(0.0, -0.9814473486373271), mistakes=mistakes)
