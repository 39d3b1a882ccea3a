"""What the course's tests do not see of the optimizers: arrays, many steps, tiny gradients, separate memories."""

from __future__ import annotations

import numpy as np
import pytest
from support import UPDATE, assert_unchanged, name_mistake

from exam.checks import assert_close, assert_finite, assert_shape, assert_true
from reference_impl import Adam, Sgd, SgdWithMomentum

LARGEST_EPSILON = 1e-8
"""Adam's epsilon may be this large where gradients are around 1: a step then differs by 1e-8 of its length."""


def optimizers(student):
    """(name, the student's optimizer, the reference's), fresh ones with the same rates."""
    theirs = student.Optimization.Optimizers
    yield "Sgd", theirs.Sgd(0.1), Sgd(0.1)
    yield "SgdWithMomentum", theirs.SgdWithMomentum(0.1, 0.8), SgdWithMomentum(0.1, 0.8)
    yield "Adam", theirs.Adam(0.1, 0.9, 0.99), Adam(0.1, 0.9, 0.99)


@pytest.mark.advisory
def test_many_steps_on_arrays(student, rng):
    """Twenty steps on an array lead where the formula leads, in every entry.

    de: Zwanzig Schritte auf einem Feld führen dorthin, wohin die Formel führt, in jedem Eintrag.
    hint: What an optimizer remembers has the shape of the weights; use the learning rate and the rates of the
      constructor, in Adam with mu^k and rho^k for the k-th step.
    hint.de: Was ein Optimierer sich merkt, hat die Form der Gewichte; benutze Lernrate und Raten des Konstruktors, in
      Adam mu^k und rho^k für den k-ten Schritt.
    why: The course's tests make two steps with single numbers and learning rate 1.
    why.de: Die Kurstests machen zwei Schritte mit einzelnen Zahlen und Lernrate 1.
    """
    for name, optimizer, reference in optimizers(student):
        weights = expected = rng.standard_normal((4, 3))
        for _ in range(20):
            gradient = rng.uniform(0.2, 2, (4, 3)) * rng.choice([-1, 1], (4, 3))
            weights = optimizer.calculate_update(weights, gradient)
            expected = reference.update(expected, gradient)
        what = {"en": f"what {name} leads to after 20 steps", "de": f"wohin {name} nach 20 Schritten führt"}
        assert_close(weights, expected, what=what, rtol=1e-6, atol=20 * LARGEST_EPSILON)


@pytest.mark.advisory
def test_adam_with_tiny_gradients(student):
    """Adam's first step has the length of the learning rate, however small the gradient is.

    de: Adams erster Schritt ist so lang wie die Lernrate, so klein der Gradient auch ist.
    hint: Epsilon only prevents 0/0: `np.finfo(float).eps`, added outside the square root.
    hint.de: Epsilon verhindert nur 0/0: `np.finfo(float).eps`, außerhalb der Wurzel addiert.
    why: The course's tests use gradients of 1 and 0.5, for which any small epsilon will do. Deep networks have
      gradients of 1e-9, and a larger epsilon makes Adam crawl there.
    why.de: Die Kurstests nehmen Gradienten von 1 und 0,5, da genügt jedes kleine Epsilon. Tiefe Netze haben Gradienten
      um 1e-9, und mit größerem Epsilon kriecht Adam dort.
    """
    gradient = np.array([1e-9, -1e-9, 1e-7])
    step = student.Optimization.Optimizers.Adam(0.1, 0.9, 0.999).calculate_update(np.zeros(3), gradient)
    expected = -0.1 * np.sign(gradient)
    mistakes = []
    for epsilon in (1e-8, 1e-7, 1e-6):
        outside = -0.1 * gradient / (np.abs(gradient) + epsilon)
        inside = -0.1 * gradient / np.sqrt(gradient**2 + epsilon)
        en, de = f"It looks as if epsilon were {epsilon:g}", f"Es sieht so aus, als wäre Epsilon {epsilon:g}"
        mistakes.append((outside, f"{en}; that is too large.", f"{de}; das ist zu groß."))
        mistakes.append((inside, f"{en}, and inside the root.", f"{de}, und unter der Wurzel."))
    name_mistake(step, expected, mistakes, closeness=1e-4)
    assert_close(step, expected, what=UPDATE, rtol=1e-2)


@pytest.mark.advisory
def test_adam_where_gradients_vanish(student):
    """Adam stands still where the gradient is 0, and goes against one that is all but 0.

    de: Adam steht still, wo der Gradient 0 ist, und geht gegen einen, der fast 0 ist.
    hint: `np.sqrt(r_hat) + epsilon`: without epsilon 0/0 is NaN, and with a minus sign steps go uphill.
    hint.de: `np.sqrt(r_hat) + epsilon`: Ohne Epsilon ist 0/0 NaN, und mit einem Minus gehen Schritte bergauf.
    why: No gradient of the course's test is near 0. Behind a ReLU that never fires they are exactly 0.
    why.de: Kein Gradient des Kurstests liegt bei 0. Hinter einem ReLU, das nie feuert, sind sie genau 0.
    """
    gradient = np.array([0.0, 1e-17, -1e-17])
    adam = student.Optimization.Optimizers.Adam(0.1, 0.9, 0.999)
    step = assert_shape(adam.calculate_update(np.zeros(3), gradient), gradient.shape, what=UPDATE)
    assert_finite(step, what=UPDATE)
    assert_true(
        np.array_equal(np.sign(step), -np.sign(gradient)),
        f"From 0, with the gradients 0, 1e-17 and -1e-17, the weights became {step[0]:.3g}, {step[1]:.3g} and "
        f"{step[2]:.3g}; they should stay 0, fall, and rise.",
        f"Von 0 aus wurden die Gewichte bei den Gradienten 0, 1e-17 und -1e-17 zu {step[0]:.3g}, {step[1]:.3g} und "
        f"{step[2]:.3g}; sie sollten 0 bleiben, fallen und steigen.",
    )


@pytest.mark.advisory
def test_two_optimizers_do_not_share_a_memory(student, rng):
    """Two optimizers with the same rates know nothing of each other.

    de: Zwei Optimierer mit denselben Raten wissen nichts voneinander.
    hint: Make v, r and the step counter in `__init__`, as attributes of self, not of the class.
    hint.de: Lege v, r und den Schrittzähler in `__init__` an, als Attribute von self, nicht der Klasse.
    why: The course's tests use one optimizer of a kind at a time.
    why.de: Die Kurstests benutzen jeweils nur einen Optimierer einer Art.
    """
    weights, gradient, other = rng.standard_normal((3, 4))
    for name in ("SgdWithMomentum", "Adam"):
        make = getattr(student.Optimization.Optimizers, name)
        rates = (0.1, 0.8) if name == "SgdWithMomentum" else (0.1, 0.9, 0.99)
        undisturbed, disturbed, disturbing = make(*rates), make(*rates), make(*rates)
        for _ in range(3):
            expected = undisturbed.calculate_update(weights, gradient)
        for _ in range(3):
            actual = disturbed.calculate_update(weights, gradient)
            disturbing.calculate_update(weights, other)
        what = {"en": f"the third step of {name}", "de": f"der dritte Schritt von {name}"}
        assert_close(actual, expected, what=what)


@pytest.mark.advisory
def test_weights_are_not_remembered(student, rng):
    """A step from other weights with the same gradients has the same length: only gradients are remembered.

    de: Ein Schritt von anderen Gewichten aus ist bei gleichen Gradienten gleich lang: Gemerkt werden nur Gradienten.
    hint: calculate_update takes the weights as an argument each time; do not keep them in the optimizer.
    hint.de: calculate_update bekommt die Gewichte jedes Mal als Argument; bewahre sie nicht im Optimierer auf.
    why: The course's tests always pass on the weights that the optimizer has just returned.
    why.de: Die Kurstests reichen immer die Gewichte weiter, die der Optimierer eben zurückgab.
    """
    for name, optimizer, reference in optimizers(student):
        for _ in range(3):
            weights, gradient = rng.standard_normal((2, 4)) + 2
            actual, expected = optimizer.calculate_update(weights, gradient), reference.update(weights, gradient)
            assert_close(actual, expected, what={"en": f"a step of {name}", "de": f"ein Schritt von {name}"}, atol=1e-7)


@pytest.mark.advisory
def test_arguments_stay_as_they_are(student, rng):
    """calculate_update returns new weights and leaves the old ones, and the gradient, as they are.

    de: calculate_update gibt neue Gewichte zurück und lässt die alten und den Gradienten, wie sie sind.
    hint: `weight_tensor -= …` writes into the caller's array; `return weight_tensor - …` makes a new one.
    hint.de: `weight_tensor -= …` schreibt in das Feld des Aufrufers; `return weight_tensor - …` legt ein neues an.
    why: The course's tests do not look at the old weights again, but layers and regularizers do.
    why.de: Die Kurstests sehen sich die alten Gewichte nicht mehr an, Schichten und Regularisierer schon.
    """
    for _, optimizer, _ in optimizers(student):
        for _ in range(2):
            weights, gradient = rng.standard_normal((2, 5, 3))
            kept_weights, kept_gradient = student.keep(weights.copy()), student.keep(gradient.copy())
            optimizer.calculate_update(kept_weights, kept_gradient)
            assert_unchanged(student, kept_weights, weights, en="the old weights", de="die alten Gewichte")
            assert_unchanged(student, kept_gradient, gradient, en="the gradient", de="der Gradient")


@pytest.mark.advisory
def test_each_step_makes_a_new_array(student, rng):
    """The array that a step returns is neither its argument nor an earlier result.

    de: Das Feld, das ein Schritt zurückgibt, ist weder sein Argument noch ein früheres Ergebnis.
    hint: Return `weight_tensor + self.v`, a new array, and never `self.v` or the changed weight_tensor.
    hint.de: Gib `weight_tensor + self.v` zurück, ein neues Feld, und nie `self.v` oder das veränderte weight_tensor.
    why: The course's tests use plain numbers, which cannot be changed in place.
    why.de: Die Kurstests benutzen einfache Zahlen, die sich nicht an Ort und Stelle ändern lassen.
    """
    for name, optimizer, _ in optimizers(student):
        weights, gradient = student.keep(np.zeros(3)), student.keep(rng.standard_normal(3))
        first = student.remote(optimizer.calculate_update)(weights, gradient)
        second = student.remote(optimizer.calculate_update)(weights, gradient)
        for returned, other in ((first, weights), (first, gradient), (second, first)):
            assert_true(
                not student.shares_memory(returned, other),
                f"{name} returned an array that is also its argument or an earlier result.",
                f"{name} gab ein Feld zurück, das auch sein Argument oder ein früheres Ergebnis ist.",
            )
