"""Dropout where the course's tests do not look: other shares, fresh masks, the exact scaling, images, arguments."""

from __future__ import annotations

import numpy as np
import pytest
from support import BACKWARD, FORWARD, check_arguments_stay

from exam.checks import assert_close, assert_shape, assert_true


def make(student, kept):
    return student.Layers.Dropout.Dropout(kept)


@pytest.mark.advisory
def test_probability_is_the_share_kept(student):
    """Dropout(0.8) keeps about 80 % of the values and multiplies them by 1.25.

    de: Dropout(0.8) behält etwa 80 % der Werte und multipliziert sie mit 1,25.
    hint: The argument is the probability of KEEPING a value: `np.random.random(x.shape) < probability`.
    hint.de: Das Argument ist die Wahrscheinlichkeit, einen Wert zu BEHALTEN: `np.random.random(x.shape) < probability`.
    why: The course's tests use 0.5, for which keeping and dropping look alike.
    why.de: Die Kurstests benutzen 0.5; da sehen Behalten und Weglassen gleich aus.
    """
    output = assert_shape(make(student, 0.8).forward(np.ones((2000, 10))), (2000, 10), what=FORWARD)
    kept = (output != 0).mean()
    assert_true(
        abs(kept - 0.2) > 0.05,
        f"{kept:.0%} of the values are kept; the argument is the share to keep, not the share to drop.",
        f"{kept:.0%} der Werte bleiben; das Argument ist der Anteil, der bleibt, nicht der, der wegfällt.",
    )
    # 20000 draws: the share's standard error is 0.003.
    assert_true(
        abs(kept - 0.8) < 0.03,
        f"{kept:.0%} of the values are kept instead of 80 %.",
        f"{kept:.0%} der Werte bleiben statt 80 %.",
    )
    assert_close(output.max(), 1.25, what={"en": "the value of what is kept", "de": "der Wert dessen, was bleibt"})


@pytest.mark.advisory
def test_backward_scales_exactly_like_forward(student, rng):
    """error times mask divided by p, value by value.

    de: Fehler mal Maske durch p, Wert für Wert.
    hint: Divide the mask by p once, in forward, and multiply both input and error by it.
    hint.de: Teile die Maske einmal durch p, in forward, und multipliziere Eingabe und Fehler damit.
    why: The course's tests look at the largest and the smallest error only, with p = 0.5.
    why.de: Die Kurstests sehen nur den größten und den kleinsten Fehler an, mit p = 0.5.
    """
    layer, x = make(student, 0.3), rng.uniform(1, 2, (40, 12))
    error = rng.standard_normal(x.shape)
    output = assert_shape(layer.forward(x), x.shape, what=FORWARD)
    assert_close(layer.backward(error), error * output / x, what=BACKWARD)


@pytest.mark.advisory
def test_each_forward_pass_draws_anew(student):
    """Every forward pass in training has a mask of its own, and so has every value.

    de: Jeder Vorwärtslauf im Training hat seine eigene Maske, und jeder Wert auch.
    hint: Draw the mask in forward, not in the constructor, and with the shape of the input.
    hint.de: Ziehe die Maske in forward, nicht im Konstruktor, und in der Form der Eingabe.
    why: The course's tests look at one forward pass. The same mask for ever is a smaller network, not Dropout.
    why.de: Die Kurstests sehen nur einen Vorwärtslauf an. Immer dieselbe Maske ist ein kleineres Netz, kein Dropout.
    """
    layer, x = make(student, 0.5), np.ones((40, 12))
    first, second = (assert_shape(layer.forward(x), x.shape, what=FORWARD) for _ in range(2))
    assert_true(
        not np.array_equal(first, second),
        "Two forward passes in training used the same mask.",
        "Zwei Vorwärtsläufe im Training benutzten dieselbe Maske.",
    )
    for axis, en, de in ((0, "rows", "Zeilen"), (1, "columns", "Spalten")):
        assert_true(
            np.unique(first, axis=axis).shape[axis] > 1,
            f"All {en} of the mask are alike; every single value must be drawn.",
            f"Alle {de} der Maske sind gleich; jeder einzelne Wert muss gezogen werden.",
        )


@pytest.mark.advisory
def test_there_and_back_between_the_phases(student, rng):
    """After a test, training drops values again; images work as well.

    de: Nach einem Test fallen im Training wieder Werte weg; auch bei Bildern.
    hint: Look at `self.testing_phase` in each forward; use `input_tensor.shape` for the mask.
    hint.de: Sieh in jedem forward nach `self.testing_phase`; nimm `input_tensor.shape` für die Maske.
    why: The course's tests switch the phase once, and pass matrices only.
    why.de: Die Kurstests wechseln die Phase nur einmal und benutzen nur Matrizen.
    """
    layer, x = make(student, 0.5), rng.uniform(1, 2, (4, 3, 6, 5))
    for testing in (False, True, False):
        layer.testing_phase = testing
        output = assert_shape(layer.forward(x), x.shape, what=FORWARD)
        if testing:
            assert_close(
                output, x, what={"en": "the output in the testing phase", "de": "die Ausgabe in der Testphase"}
            )
        else:
            assert_true(
                0 < (output == 0).sum() < x.size,
                "In the training phase no value was dropped, or all were.",
                "In der Trainingsphase fiel kein Wert weg, oder alle.",
            )


@pytest.mark.advisory
def test_arguments_stay_as_they_are(student, rng):
    """forward and backward do not change the arrays that they are given.

    de: forward und backward verändern die Felder nicht, die sie bekommen.
    hint: `x *= mask` writes into the caller's array; `x * mask` makes a new one.
    hint.de: `x *= mask` schreibt in das Feld des Aufrufers; `x * mask` legt ein neues an.
    why: The course's tests do not use their arrays again. In a network the layer before may have kept them.
    why.de: Die Kurstests benutzen ihre Felder danach nicht mehr. In einem Netz hat die Schicht davor sie vielleicht
      behalten.
    """
    x, error = rng.uniform(1, 2, (2, 8, 6))
    check_arguments_stay(student, make(student, 0.5), x, error)
