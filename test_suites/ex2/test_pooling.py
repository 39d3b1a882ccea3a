"""Max pooling: the largest number of each window that lies wholly inside the image. Which of several equal numbers gets
the error is left open; no case of this file looks there."""

from __future__ import annotations

import numpy as np
from support import BACKWARD, FORWARD, Mistake, apart, assert_gradient, assert_tensor, input_slopes, name_mistake

from exam.checks import assert_close, assert_true
from reference_impl import L2Loss

BATCH, CHANNELS = 2, 2
SHAPE = (BATCH, CHANNELS, 4, 7)
GRADIENT_ERROR = 1e-6
"""The course's limit for this layer."""


def make(student, stride, window=(2, 2)):
    return student.Layers.Pooling.Pooling(stride, window)


def windows(x, stride, window=(2, 2)):
    """The windows that lie inside the images: (batch, channels, rows, columns, window's rows, window's columns)."""
    every = np.lib.stride_tricks.sliding_window_view(x, window, axis=(2, 3))
    return every[:, :, :: stride[0], :: stride[1]]


def maxima(x, stride, window=(2, 2)):
    return windows(x, stride, window).max(axis=(-2, -1))


def assert_output_shape(student, rng, stride, size):
    """The output's images have this size, for images of 4 by 7 and windows of 2 by 2."""
    assert_tensor(make(student, stride).forward(rng.random(SHAPE)), (BATCH, CHANNELS, *size), what=FORWARD)


def assert_pooling_gradient(student, rng, stride):
    """backward returns the slope of the sum of squares, measured through forward."""
    layer, loss = make(student, stride), L2Loss()
    x = apart(rng, SHAPE)
    output = assert_tensor(layer.forward(x), maxima(x, stride).shape, what=FORWARD)
    label = rng.random(output.shape)
    loss.forward(output, label)
    error = loss.backward(label)
    returned = layer.backward(error)
    name_mistake(returned, _routed(x, stride, error), _mistakes(x, stride, error))
    slope = input_slopes(student, layer, x, lambda moved: loss.forward(moved, label))
    assert_gradient(returned, slope, what=BACKWARD, batch=BATCH, limit=GRADIENT_ERROR)


def _routed(x, stride, error, add=np.add.at):
    """Each error at the place of its window's maximum; ``add`` says what happens where two of them meet."""
    inside = windows(x, stride)
    winner = inside.reshape(*inside.shape[:4], -1).argmax(axis=-1)
    b, c, row, column = np.indices(error.shape)
    returned = np.zeros(x.shape)
    add(returned, (b, c, row * stride[0] + winner // 2, column * stride[1] + winner % 2), error)
    return returned


def _mistakes(x, stride, error) -> tuple[Mistake, ...]:
    overwritten = _routed(x, stride, error, add=lambda returned, places, error: returned.__setitem__(places, error))
    ones = _routed(x, stride, np.ones(error.shape), add=lambda returned, places, one: returned.__setitem__(places, one))
    spread = sum(_at(x, stride, error, (y, z)) for y in range(2) for z in range(2))
    return (
        (
            overwritten,
            "Where windows overlap and share their maximum, a later error replaced an earlier one: add with `+=`.",
            "Wo Fenster überlappen und ihr Maximum teilen, ersetzte ein späterer Fehler einen früheren: Addiere mit "
            "`+=`.",
        ),
        (ones, "backward returned ones instead of the error.", "backward gab Einsen statt des Fehlers zurück."),
        (
            spread,
            "Each error went to its whole window; it belongs to the maximum alone.",
            "Jeder Fehler ging an sein ganzes Fenster; er gehört allein dem Maximum.",
        ),
        (
            spread / 4,
            "Each error was shared out over its window, as if the layer took means; it belongs to the maximum alone.",
            "Jeder Fehler wurde auf sein Fenster verteilt, als bildete die Schicht Mittelwerte; er gehört allein dem "
            "Maximum.",
        ),
    )


def _at(x, stride, error, place):
    """Each error at this place of its window."""
    b, c, row, column = np.indices(error.shape)
    returned = np.zeros(x.shape)
    np.add.at(returned, (b, c, row * stride[0] + place[0], column * stride[1] + place[1]), error)
    return returned


def test_trainable(student):
    """Pooling says that it is not trainable.

    de: Pooling gibt an, dass es nicht trainierbar ist.
    hint: Inherit from BaseLayer and call `super().__init__()`, which sets `trainable = False`.
    hint.de: Erbe von BaseLayer und rufe `super().__init__()` auf; das setzt `trainable = False`.
    """
    assert_true(
        not make(student, (2, 2)).trainable,
        "The attribute trainable should be False.",
        "Das Attribut trainable sollte False sein.",
    )


def test_shape(student, rng):
    """Windows of 2 by 2, side by side, halve the image; what fills no window is left out.

    de: Fenster von 2 mal 2, Seite an Seite, halbieren das Bild; was kein Fenster füllt, bleibt weg.
    hint: In each direction (size - window) // stride + 1 windows fit: 4 by 7 becomes 2 by 3.
    hint.de: In jede Richtung passen (Größe - Fenster) // Schrittweite + 1 Fenster: Aus 4 mal 7 wird 2 mal 3.
    """
    assert_output_shape(student, rng, (2, 2), (2, 3))


def test_overlapping_shape(student, rng):
    """With a stride of 1 windows overlap.

    de: Bei Schrittweite 1 überlappen Fenster.
    hint: In each direction (size - window) // stride + 1 windows fit: stride (2, 1) turns 4 by 7 into 2 by 6.
    hint.de: In jede Richtung passen (Größe - Fenster) // Schrittweite + 1 Fenster: Schrittweite (2, 1) macht aus 4 mal
      7 ein Bild von 2 mal 6.
    """
    assert_output_shape(student, rng, (2, 1), (2, 6))


def test_subsampling_shape(student, rng):
    """With a stride larger than the window, some numbers lie in no window.

    de: Ist die Schrittweite größer als das Fenster, liegen manche Zahlen in keinem Fenster.
    hint: In each direction (size - window) // stride + 1 windows fit: stride (3, 2) turns 4 by 7 into 1 by 3.
    hint.de: In jede Richtung passen (Größe - Fenster) // Schrittweite + 1 Fenster: Schrittweite (3, 2) macht aus 4 mal
      7 ein Bild von 1 mal 3.
    """
    assert_output_shape(student, rng, (3, 2), (1, 3))


def test_gradient_stride(student, rng):
    """The error of each window goes to its maximum.

    de: Der Fehler jedes Fensters geht an dessen Maximum.
    hint: Remember in forward where each maximum was. Everything else gets 0.
    hint.de: Merke dir in forward, wo jedes Maximum war. Alles andere erhält 0.
    """
    assert_pooling_gradient(student, rng, (2, 2))


def test_gradient_overlapping(student, rng):
    """Where a number is the maximum of two windows, it gets the errors of both.

    de: Ist eine Zahl das Maximum zweier Fenster, erhält sie die Fehler beider.
    hint: Add with `+=`; with arrays of indices, `np.add.at`, since `a[indices] += e` counts a repeated index once.
    hint.de: Addiere mit `+=`; bei Indexfeldern mit `np.add.at`, denn `a[indizes] += e` zählt einen doppelten Index nur
      einmal.
    """
    assert_pooling_gradient(student, rng, (2, 1))


def test_gradient_subsampling(student, rng):
    """Numbers that lie in no window get no error.

    de: Zahlen, die in keinem Fenster liegen, erhalten keinen Fehler.
    hint: backward returns zeros of the input's shape, with the errors added at the maxima.
    hint.de: backward gibt Nullen in der Form der Eingabe zurück, mit den Fehlern an den Stellen der Maxima.
    """
    assert_pooling_gradient(student, rng, (3, 2))


def test_layout_preservation(student, rng):
    """A window of one number gives the image back.

    de: Ein Fenster aus einer einzigen Zahl gibt das Bild zurück.
    hint: Rows and columns, batch and channels must keep their order.
    hint.de: Zeilen und Spalten, Batch und Kanäle müssen ihre Reihenfolge behalten.
    """
    x = rng.random(SHAPE)
    output = assert_tensor(make(student, (1, 1), (1, 1)).forward(x), SHAPE, what=FORWARD)
    assert_close(output, x, what=FORWARD, rtol=0, atol=1e-10)


def test_expected_output(student, rng):
    """The output is the largest number of each window.

    de: Die Ausgabe ist die größte Zahl jedes Fensters.
    hint: The window that begins at row i * stride and column j * stride gives output [i, j].
    hint.de: Das Fenster, das in Zeile i * Schrittweite und Spalte j * Schrittweite beginnt, ergibt Ausgabe [i, j].
    """
    x = apart(rng, (BATCH, CHANNELS, 4, 6))
    expected = maxima(x, (2, 2))
    output = assert_tensor(make(student, (2, 2)).forward(x), expected.shape, what=FORWARD)
    mean = (windows(x, (2, 2)).mean(axis=(-2, -1)), "These are the means.", "Das sind die Mittelwerte.")
    least = (windows(x, (2, 2)).min(axis=(-2, -1)), "These are the smallest.", "Das sind die kleinsten.")
    name_mistake(output, expected, (mean, least))
    assert_close(output, expected, what=FORWARD, rtol=0, atol=1e-10)


def test_expected_output_valid_edgecase(student, rng):
    """Of an image of 3 by 3, windows of 2 by 2 side by side see one only.

    de: Von einem Bild von 3 mal 3 sehen Fenster von 2 mal 2, Seite an Seite, nur eines.
    hint: A window that would reach over the edge is left out, not filled up.
    hint.de: Ein Fenster, das über den Rand reichte, bleibt weg und wird nicht aufgefüllt.
    """
    x = apart(rng, (BATCH, CHANNELS, 3, 3))
    output = assert_tensor(make(student, (2, 2)).forward(x), (BATCH, CHANNELS, 1, 1), what=FORWARD)
    assert_close(output, maxima(x, (2, 2)), what=FORWARD, rtol=0, atol=1e-10)
