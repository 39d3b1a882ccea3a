"""Dropout as the course's tests see it: inverted, so that testing needs no rescaling. ``probability`` is the share of
values that are KEPT."""

from __future__ import annotations

import numpy as np
from support import (
    BACKWARD,
    FORWARD,
    SumOfSquares,
    assert_gradient,
    assert_not_trainable,
    assert_training_phase,
    slopes,
)

from exam.checks import assert_close, assert_shape, assert_true

BATCH, SIZE, KEPT = 2000, 10, 0.5
PHASE = {"en": "the output in the testing phase", "de": "die Ausgabe in der Testphase"}


def make(student, kept=KEPT):
    return student.Layers.Dropout.Dropout(kept)


def ones():
    return np.ones((BATCH, SIZE))


def test_trainable(student):
    """Dropout says that it is not trainable.

    de: Dropout gibt an, dass es nicht trainierbar ist.
    hint: Inherit from BaseLayer and call `super().__init__()`, which sets `trainable = False`.
    hint.de: Erbe von BaseLayer und rufe `super().__init__()` auf; das setzt `trainable = False`.
    """
    assert_not_trainable(make(student))


def test_default_phase(student):
    """A new layer is in the training phase.

    de: Eine neue Schicht ist in der Trainingsphase.
    hint: BaseLayer sets `self.testing_phase = False`.
    hint.de: BaseLayer setzt `self.testing_phase = False`.
    """
    assert_training_phase(make(student))


def test_forward_train_time(student):
    """In training some values become 0 and the others are scaled up, so that the mean stays.

    de: Im Training werden manche Werte 0 und die anderen vergrößert, sodass der Mittelwert bleibt.
    hint: Draw a mask of the input's shape, True with probability p: `x * mask / p`.
    hint.de: Ziehe eine Maske in der Form der Eingabe, True mit Wahrscheinlichkeit p: `x * mask / p`.
    """
    output = assert_shape(make(student).forward(ones()), (BATCH, SIZE), what=FORWARD)
    assert_true(
        output.max() > 1,
        f"Of an input of ones, the largest output is {output.max():.4g}; what is kept must be divided by p = {KEPT:g}.",
        f"Bei einer Eingabe aus Einsen ist die größte Ausgabe {output.max():.4g}; was bleibt, muss durch p = {KEPT:g} "
        "geteilt werden.",
    )
    assert_close(
        output.max(), 1 / KEPT, what={"en": "the largest output for ones", "de": "die größte Ausgabe für Einsen"}
    )
    assert_close(
        output.min(), 0.0, what={"en": "the smallest output for ones", "de": "die kleinste Ausgabe für Einsen"}
    )
    assert_true(
        0.9 < output.mean() < 1.1,
        f"The mean of the output is {output.mean():.4g}; it should be about 1, the mean of the input.",
        f"Der Mittelwert der Ausgabe ist {output.mean():.4g}; er sollte etwa 1 sein, wie der der Eingabe.",
    )


def test_forward_test_time(student):
    """In the testing phase nothing changes.

    de: In der Testphase ändert sich nichts.
    hint: `if self.testing_phase: return input_tensor`.
    hint.de: `if self.testing_phase: return input_tensor`.
    """
    layer = make(student)
    layer.testing_phase = True
    assert_close(layer.forward(ones()), ones(), what=PHASE)


def test_position_preservation(student):
    """The error is 0 where the output was 0, and nowhere else.

    de: Der Fehler ist 0, wo die Ausgabe 0 war, und sonst nirgends.
    hint: Keep the mask of forward and use it again in backward; do not draw a new one.
    hint.de: Merke dir die Maske von forward und benutze sie in backward wieder; ziehe keine neue.
    """
    layer = make(student)
    output = assert_shape(layer.forward(ones()), (BATCH, SIZE), what=FORWARD)
    error = assert_shape(layer.backward(ones()), (BATCH, SIZE), what=BACKWARD)
    differ = int(((output == 0) != (error == 0)).sum())
    assert_true(
        differ == 0,
        f"Output and error differ in which values are 0, at {differ} of {output.size} places.",
        f"Ausgabe und Fehler unterscheiden sich an {differ} von {output.size} Stellen darin, welche Werte 0 sind.",
    )


def test_backward(student):
    """The error is scaled like the output: 0, or divided by p.

    de: Der Fehler wird wie die Ausgabe skaliert: 0, oder durch p geteilt.
    hint: `error_tensor * mask / p`, with the mask of forward.
    hint.de: `error_tensor * mask / p`, mit der Maske von forward.
    """
    layer = make(student)
    layer.forward(ones())
    error = assert_shape(layer.backward(ones()), (BATCH, SIZE), what=BACKWARD)
    assert_true(
        error.max() != 1,
        f"The largest error for an error of ones is 1: backward lacks the division by p = {KEPT:g} that forward has.",
        f"Der größte Fehler für einen Fehler aus Einsen ist 1: In backward fehlt die Teilung durch p = {KEPT:g}, die "
        "forward hat.",
    )
    assert_close(error.max(), 1 / KEPT, what={"en": "the largest error for ones", "de": "der größte Fehler für Einsen"})
    assert_close(error.min(), 0.0, what={"en": "the smallest error for ones", "de": "der kleinste Fehler für Einsen"})


def test_gradient(student, rng):
    """With the same random numbers, the error that comes back is the gradient of the loss.

    de: Bei gleichen Zufallszahlen ist der Fehler, der zurückkommt, der Gradient des Verlusts.
    hint: Draw the mask from `np.random` (or `random`): the case seeds both before each call of forward.
    hint.de: Ziehe die Maske aus `np.random` (oder `random`): Der Fall setzt vor jedem forward beide Startwerte neu.
    """
    batch, size, seed = 5, 6, int(rng.integers(2**31))
    layer, x = make(student), rng.uniform(-1, 1, (batch, size))
    loss = SumOfSquares(rng.random((batch, size)))

    def forward(value):
        student.seed(seed)
        return assert_shape(layer.forward(value), (batch, size), what=FORWARD)

    output = forward(x)
    returned = layer.backward(loss.error(output))
    assert_true(
        np.array_equal(forward(x), output),
        "With the same seed forward drew another mask. Draw it from np.random, with no generator or seed of your own.",
        "Mit demselben Startwert zog forward eine andere Maske. Ziehe sie aus np.random, ohne eigenen Generator oder "
        "Startwert.",
    )
    slope = slopes(lambda inputs: [loss(forward(moved)) for moved in inputs], x)
    assert_gradient(returned, slope, what=BACKWARD, batch=batch)
