"""The cross-entropy loss of exercise 1, in short: a sum over the batch, with float64's epsilon in the logarithm."""

from __future__ import annotations

import numpy as np
from support import BACKWARD, assert_gradient, one_hot, slopes

from exam.checks import assert_number, assert_true

BATCH, CLASSES = 9, 4
LOSS = {"en": "the loss", "de": "der Verlust"}
LIMIT = 1e-4
"""The course's limit for the cross-entropy, whose slope bends more: 1/p."""


def make(student):
    return student.Optimization.Loss.CrossEntropyLoss()


def test_loss(student, rng):
    """A right prediction costs nothing; nine certain and wrong ones cost 9 times 36.0437.

    de: Eine richtige Vorhersage kostet nichts; neun sichere und falsche kosten 9 mal 36,0437.
    hint: `-log(p + np.finfo(float).eps)` at the label, as a SUM over the batch.
    hint.de: `-log(p + np.finfo(float).eps)` beim Label, als SUMME über den Batch.
    """
    label = one_hot(rng, BATCH, CLASSES)
    right = assert_number(make(student).forward(label, label), what=LOSS)
    wrong = assert_number(make(student).forward(np.roll(label, 1, axis=1), label), what=LOSS)
    for loss, expected, margin in ((right, 0.0, 5e-8), (wrong, 324.3928805, 5e-5)):
        assert_true(
            abs(loss - expected) <= margin,
            f"The loss is {loss:.7g}; it should be {expected:.7g}.",
            f"Der Verlust ist {loss:.7g}; er sollte {expected:.7g} sein.",
        )


def test_gradient(student, rng):
    """The error is the gradient of the loss with respect to the prediction.

    de: Der Fehler ist der Gradient des Verlusts nach der Vorhersage.
    hint: -label / (prediction + epsilon); not divided by the batch size.
    hint.de: -label / (prediction + Epsilon); nicht durch die Batchgröße geteilt.
    """
    layer, label = make(student), one_hot(rng, BATCH, CLASSES)
    prediction = rng.uniform(0.05, 0.95, (BATCH, CLASSES))
    layer.forward(prediction, label)
    returned = layer.backward(label)
    slope = slopes(lambda all_moved: student.many(layer.forward, [(moved, label) for moved in all_moved]), prediction)
    assert_gradient(returned, slope, what=BACKWARD, batch=BATCH, limit=LIMIT)
