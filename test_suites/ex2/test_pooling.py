"""Max pooling: the largest number of each window that lies wholly inside the image. Which of several equal numbers gets
the error is left open; no case of this file looks there."""

from __future__ import annotations

import numpy as np
from support import BACKWARD, FORWARD, apart, assert_gradient, assert_tensor, input_slopes, name_mistake

from exam.checks import assert_close, assert_true
from reference_impl import L2Loss

BATCH, CHANNELS = 2, 2
SHAPE = (BATCH, CHANNELS, 4, 7)
GRADIENT_ERROR = 1e-6
"""The course's limit for this layer."""


def make(student, stride, window=(2, 2)):
    return student.Layers.Pooling.Pooling(stride, window)


def assert_output_shape(student, rng, stride, size):
    """The output's images have this size, for images of 4 by 7 and windows of 2 by 2."""
    assert_tensor(make(student, stride).forward(rng.random(SHAPE)), (BATCH, CHANNELS, *size), what=FORWARD)


def mosaic(rng, rows, columns):
    """(images, the largest number of each of their tiles of 2 by 2), with that many tiles."""
    largest = 1 + rng.random((BATCH, CHANNELS, rows, columns))
    tiles = rng.random((*largest.shape, 4))
    np.put_along_axis(tiles, rng.integers(0, 4, (*largest.shape, 1)), largest[..., np.newaxis], axis=-1)
    images = tiles.reshape(*largest.shape, 2, 2).swapaxes(3, 4).reshape(BATCH, CHANNELS, 2 * rows, 2 * columns)
    return images, largest


def assert_pooling_gradient(student, rng, stride, size):
    """backward returns the slope of the sum of squares, measured through forward; outputs have this ``size``."""
    layer, loss = make(student, stride), L2Loss()
    x = apart(rng, SHAPE)
    output = assert_tensor(layer.forward(x), (BATCH, CHANNELS, *size), what=FORWARD)
    label = rng.random(output.shape)
    loss.forward(output, label)
    error = loss.backward(label)
    returned = layer.backward(error)
    slope = input_slopes(student, layer, x, lambda moved: loss.forward(moved, label))
    if isinstance(returned, np.ndarray) and returned.shape == slope.shape:
        _recognise(returned, slope, error)
    assert_gradient(returned, slope, what=BACKWARD, batch=BATCH, limit=GRADIENT_ERROR)


def _recognise(returned, slope, error):
    """Name what is wrong with the returned error where it is one of the usual mistakes."""
    maxima = np.abs(slope) > 1e-7
    wrong = np.abs(returned - slope) > 1e-6
    assert_true(
        not (wrong & ~maxima).any(),
        "Some of the error went to numbers that are not the maximum of their window.",
        "Ein Teil des Fehlers ging an Zahlen, die nicht das Maximum ihres Fensters sind.",
    )
    assert_true(
        not (wrong.any() and (returned[maxima] == 1).all()),
        "backward returned ones instead of the error.",
        "backward gab Einsen statt des Fehlers zurück.",
    )
    assert_true(
        not (wrong.any() and np.isin(returned[wrong], error).all()),
        "Where windows overlap and share their maximum, one error replaced another: add with `+=`.",
        "Wo Fenster überlappen und ihr Maximum teilen, ersetzte ein Fehler den anderen: Addiere mit `+=`.",
    )


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
    assert_pooling_gradient(student, rng, (2, 2), (2, 3))


def test_gradient_overlapping(student, rng):
    """Where a number is the maximum of two windows, it gets the errors of both.

    de: Ist eine Zahl das Maximum zweier Fenster, erhält sie die Fehler beider.
    hint: Add with `+=`; with arrays of indices, `np.add.at`, since `a[indices] += e` counts a repeated index once.
    hint.de: Addiere mit `+=`; bei Indexfeldern mit `np.add.at`, denn `a[indizes] += e` zählt einen doppelten Index nur
      einmal.
    """
    assert_pooling_gradient(student, rng, (2, 1), (2, 6))


def test_gradient_subsampling(student, rng):
    """Numbers that lie in no window get no error.

    de: Zahlen, die in keinem Fenster liegen, erhalten keinen Fehler.
    hint: backward returns zeros of the input's shape, with the errors added at the maxima.
    hint.de: backward gibt Nullen in der Form der Eingabe zurück, mit den Fehlern an den Stellen der Maxima.
    """
    assert_pooling_gradient(student, rng, (3, 2), (1, 3))


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
    x, largest = mosaic(rng, 2, 3)
    output = assert_tensor(make(student, (2, 2)).forward(x), largest.shape, what=FORWARD)
    tiles = x.reshape(BATCH, CHANNELS, 2, 2, 3, 2)
    mean = (tiles.mean(axis=(3, 5)), "These are the means.", "Das sind die Mittelwerte.")
    least = (tiles.min(axis=(3, 5)), "These are the smallest.", "Das sind die kleinsten.")
    name_mistake(output, largest, (mean, least))
    assert_close(output, largest, what=FORWARD, rtol=0, atol=1e-10)


def test_expected_output_valid_edgecase(student, rng):
    """Of an image of 3 by 3, windows of 2 by 2 side by side see one only.

    de: Von einem Bild von 3 mal 3 sehen Fenster von 2 mal 2, Seite an Seite, nur eines.
    hint: A window that would reach over the edge is left out, not filled up.
    hint.de: Ein Fenster, das über den Rand reichte, bleibt weg und wird nicht aufgefüllt.
    """
    x, largest = mosaic(rng, 2, 2)
    output = assert_tensor(make(student, (2, 2)).forward(x[..., :3, :3]), (BATCH, CHANNELS, 1, 1), what=FORWARD)
    assert_close(output, largest[..., :1, :1], what=FORWARD, rtol=0, atol=1e-10)
