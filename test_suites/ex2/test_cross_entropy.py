"""The cross-entropy loss: a sum over the batch, with float64's machine epsilon inside the logarithm."""

from __future__ import annotations

import numpy as np
import pytest
from support import BACKWARD, LOSS_GRADIENT_ERROR, assert_gradient, assert_unchanged, one_hot, slopes

from exam.checks import assert_finite, assert_number, assert_shape, assert_true

BATCH, CLASSES = 9, 4
LOSS = {"en": "the loss", "de": "der Verlust"}
WRONG_AND_CERTAIN = 36.04365338911715
"""What a probability of 0 for the right class costs: minus the logarithm of float64's machine epsilon."""


def make(student):
    return student.Optimization.Loss.CrossEntropyLoss()


def scalar(value):
    """The loss as a float; an array with an axis is no scalar, even if it holds one number only."""
    number = assert_number(value, what=LOSS)
    assert_true(
        np.ndim(value) == 0,
        f"The loss should be a single number, but is an array of shape {np.shape(value)}.",
        f"Der Verlust sollte eine einzelne Zahl sein, ist aber ein Feld der Form {np.shape(value)}.",
    )
    return number


def test_zero_loss(student, rng):
    """A prediction equal to its label costs nothing.

    de: Eine Vorhersage, die gleich dem Label ist, kostet nichts.
    hint: log(1) = 0; the epsilon inside the logarithm must be so small that it does not show.
    hint.de: log(1) = 0; das Epsilon im Logarithmus muss so klein sein, dass man es nicht merkt.
    """
    label = one_hot(rng, BATCH, CLASSES)
    loss = scalar(make(student).forward(label, label))
    assert_true(
        abs(loss) <= 5e-8,
        f"The loss is {loss:.6g}; it should be 0 to seven decimals.",
        f"Der Verlust ist {loss:.6g}; er sollte auf sieben Stellen 0 sein.",
    )


def test_high_loss(student):
    """Nine certain and wrong predictions cost 9 times 36.0437.

    de: Neun sichere und falsche Vorhersagen kosten 9 mal 36,0437.
    hint: -log(0 + epsilon) with `np.finfo(float).eps`; the loss is the SUM over the batch.
    hint.de: -log(0 + Epsilon) mit `np.finfo(float).eps`; der Verlust ist die SUMME über den Batch.
    """
    label, prediction = np.eye(CLASSES)[[0] * BATCH], np.eye(CLASSES)[[1] * BATCH]
    expected = BATCH * WRONG_AND_CERTAIN
    loss = scalar(make(student).forward(prediction, label))
    assert_true(abs(loss - expected) <= 5e-5, *_wrong_loss(loss, expected))


def _wrong_loss(loss, expected):
    """What is wrong with a loss for nine predictions of probability 0."""
    en = f"The loss is {loss:.7g}; it should be {expected:.7g}."
    de = f"Der Verlust ist {loss:.7g}; er sollte {expected:.7g} sein."
    if abs(loss - expected / BATCH) < 1e-4:
        return en + " That is the mean over the batch.", de + " Das ist das Mittel über den Batch."
    epsilon = np.exp(-loss / BATCH)
    if 1e-300 < epsilon < 1e-2:
        en += f" It looks as if epsilon were {epsilon:.3g} instead of {np.finfo(float).eps:.3g}."
        de += f" Es sieht so aus, als wäre Epsilon {epsilon:.3g} statt {np.finfo(float).eps:.3g}."
    return en, de


def test_gradient(student, rng):
    """The error is the gradient of the loss with respect to the prediction.

    de: Der Fehler ist der Gradient des Verlusts nach der Vorhersage.
    hint: -label / (prediction + epsilon); not divided by the batch size.
    hint.de: -label / (prediction + Epsilon); nicht durch die Batchgröße geteilt.
    """
    layer = make(student)
    prediction, label = rng.uniform(0.1, 1, (BATCH, CLASSES)), one_hot(rng, BATCH, CLASSES)
    layer.forward(prediction, label)
    error = layer.backward(label)

    def losses_at(predictions):
        losses = student.many(layer.forward, [(moved, label) for moved in predictions])
        return [assert_number(loss, what=LOSS) for loss in losses]

    slope = slopes(losses_at, prediction)
    assert_gradient(error, slope, what=BACKWARD, batch=BATCH, limit=LOSS_GRADIENT_ERROR)


@pytest.mark.advisory
def test_backward_at_zero(student):
    """A probability of exactly 0 gives a large negative error, but a finite one.

    de: Eine Wahrscheinlichkeit von genau 0 gibt einen großen negativen, aber endlichen Fehler.
    hint: Divide by prediction + epsilon in backward, too.
    hint.de: Teile auch in backward durch prediction + Epsilon.
    why: The course's tests only divide by probabilities well above 0. An infinite error turns into NaN in SoftMax, and
      one such sample spoils all weights.
    why.de: Die Kurstests teilen nur durch Wahrscheinlichkeiten deutlich über 0. Aus einem unendlichen Fehler wird in
      SoftMax NaN, und ein einziges solches Beispiel verdirbt alle Gewichte.
    """
    layer = make(student)
    label, prediction = np.eye(CLASSES)[[0] * BATCH], np.eye(CLASSES)[[1] * BATCH]
    layer.forward(prediction, label)
    error = assert_finite(assert_shape(layer.backward(label), label.shape, what=BACKWARD), what=BACKWARD)
    assert_true(
        np.all(error[label == 1] < -1e6),
        "The error at the right class should be far below 0: more probability there means less loss.",
        "Der Fehler bei der richtigen Klasse sollte weit unter 0 liegen: Mehr Wahrscheinlichkeit dort heißt weniger "
        "Verlust.",
    )


@pytest.mark.advisory
def test_arguments_stay_as_they_are(student, rng):
    """forward and backward do not change the arrays that they are given.

    de: forward und backward verändern die Felder nicht, die sie bekommen.
    hint: `prediction += epsilon` writes into the caller's array; `p = prediction + epsilon` makes a new one.
    hint.de: `prediction += epsilon` schreibt in das Feld des Aufrufers; `p = prediction + epsilon` legt ein neues an.
    why: The course's tests do not use their arrays again. In a network, the prediction is what SoftMax has kept for its
      own backward pass, and the label comes from the data.
    why.de: Die Kurstests benutzen ihre Felder danach nicht mehr. In einem Netz ist die Vorhersage das, was SoftMax sich
      für seinen Rückwärtslauf gemerkt hat, und das Label kommt aus den Daten.
    """
    layer = make(student)
    prediction, label = rng.uniform(0.1, 1, (BATCH, CLASSES)), one_hot(rng, BATCH, CLASSES)
    kept_prediction, kept_label = student.keep(prediction.copy()), student.keep(label.copy())
    layer.forward(kept_prediction, kept_label)
    layer.backward(kept_label)
    assert_unchanged(student, kept_prediction, prediction, en="the prediction", de="die Vorhersage")
    assert_unchanged(student, kept_label, label, en="the label", de="das Label")
