"""Stochastic gradient descent: weight minus learning rate times gradient."""

from __future__ import annotations

import pytest
from support import assert_unchanged

from exam.checks import assert_close, assert_true

UPDATE = {"en": "the result of calculate_update", "de": "das Ergebnis von calculate_update"}


def make(student, learning_rate):
    return student.Optimization.Optimizers.Sgd(learning_rate)


def test_sgd(student):
    """Two steps of length 1 lead from 1 to 0 and on to -1.

    de: Zwei Schritte der Länge 1 führen von 1 zu 0 und weiter zu -1.
    hint: `return weight_tensor - self.learning_rate * gradient_tensor`; plain Python floats must work as well.
    hint.de: `return weight_tensor - self.learning_rate * gradient_tensor`; einfache Python-Zahlen müssen auch gehen.
    """
    optimizer = make(student, 1.0)
    first = optimizer.calculate_update(1.0, 1.0)
    assert_true(
        first is not None,
        "calculate_update returned nothing; it must return the new weights.",
        "calculate_update gab nichts zurück; es muss die neuen Gewichte zurückgeben.",
    )
    assert_close(first, 0.0, what=UPDATE, rtol=0, atol=1.5e-7)
    assert_close(optimizer.calculate_update(first, 1.0), -1.0, what=UPDATE, rtol=0, atol=1.5e-7)


@pytest.mark.advisory
def test_learning_rate_on_arrays(student, rng):
    """The step is the learning rate times the gradient, in each entry of an array.

    de: Der Schritt ist Lernrate mal Gradient, in jedem Eintrag eines Feldes.
    hint: Use the learning rate from the constructor; subtract arrays as a whole, without loops.
    hint.de: Benutze die Lernrate aus dem Konstruktor; ziehe Felder als Ganzes ab, ohne Schleifen.
    why: The course's test of Sgd has learning rate 1 and single numbers only.
    why.de: Der Kurstest zu Sgd hat nur die Lernrate 1 und nur einzelne Zahlen.
    """
    weights, gradient = rng.standard_normal((2, 5, 3))
    updated = make(student, 0.1).calculate_update(weights, gradient)
    assert_close(updated, weights - 0.1 * gradient, what=UPDATE)


@pytest.mark.advisory
def test_arguments_stay_as_they_are(student, rng):
    """calculate_update returns new weights and leaves the old ones, and the gradient, as they are.

    de: calculate_update gibt neue Gewichte zurück und lässt die alten und den Gradienten, wie sie sind.
    hint: `weight_tensor -= …` writes into the caller's array; `return weight_tensor - …` makes a new one.
    hint.de: `weight_tensor -= …` schreibt in das Feld des Aufrufers; `return weight_tensor - …` legt ein neues an.
    why: The course's tests do not look at the old weights again. Optimizers of later exercises need them.
    why.de: Die Kurstests sehen sich die alten Gewichte nicht mehr an. Optimierer späterer Aufgaben brauchen sie.
    """
    weights, gradient = rng.standard_normal((2, 5, 3))
    kept_weights, kept_gradient = student.keep(weights.copy()), student.keep(gradient.copy())
    make(student, 0.1).calculate_update(kept_weights, kept_gradient)
    assert_unchanged(student, kept_weights, weights, en="the old weights", de="die alten Gewichte")
    assert_unchanged(student, kept_gradient, gradient, en="the gradient", de="der Gradient")
