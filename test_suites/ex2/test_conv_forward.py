"""Convolution forwards, as the course's tests see it: sizes, and values of kernels that are the same when flipped."""

from __future__ import annotations

from itertools import product

import numpy as np
from convolution import CentreTap, assert_output_size, make
from support import FORWARD, assert_tensor, name_mistake

from exam.checks import assert_close, assert_true

BATCH, KERNELS = 2, 4
SIZE = (3, 5, 8)
IMAGE = (10, 14)
SMOOTHING = np.outer([1.0, 2.0, 1.0], [1.0, 2.0, 1.0]) / 16
"""The same upside down, back to front and transposed: means over three rows, then over three columns."""
ONE_DECIMAL = 0.05
"""The course compares with a Gauss filter, to one decimal; usual mistakes are off by more at the edge or everywhere."""


def assert_size(student, rng, stride, image=IMAGE, size=SIZE):
    """The output of a batch of random images has the right shape."""
    output = make(student, stride, size, KERNELS).forward(rng.random((BATCH, size[0], *image)))
    assert_output_size(output, BATCH, KERNELS, image, stride, size)


def smooth(x, edge="constant"):
    """Each channel smoothed, with zeros (or its last row and column) around it."""
    around = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode=edge)
    rows = (around[:, :, :-2] + 2 * around[:, :, 1:-1] + around[:, :, 2:]) / 4
    return (rows[..., :-2] + 2 * rows[..., 1:-1] + rows[..., 2:]) / 4


def smoothed(student, x, bias):
    """(output, expected output) of one kernel that smooths all channels of ``x`` and adds them up."""
    channels = x.shape[1]
    layer = make(student, (1, 1), (channels, 3, 3), 1)
    layer.weights, layer.bias = np.tile(SMOOTHING, (1, channels, 1, 1)), np.array([bias])
    expected = smooth(x).sum(axis=1, keepdims=True) + bias
    output = assert_tensor(layer.forward(x), expected.shape, what=FORWARD)
    name_mistake(output, expected, _mistakes(x, bias, expected), closeness=1e-3)
    return output, expected


def _mistakes(x, bias, expected):
    channels = x.shape[1]
    return (
        (expected - bias, "The bias was not added.", "Der Bias wurde nicht addiert."),
        (
            expected + (channels - 1) * bias,
            "The bias was added once for each channel.",
            "Der Bias wurde je Kanal einmal addiert.",
        ),
        (
            (expected - bias) / channels + bias,
            "The channels were averaged, or only one was used; add up all of them.",
            "Die Kanäle wurden gemittelt, oder nur einer wurde benutzt; summiere alle.",
        ),
        (
            smooth(x)[:, -1:] + bias,
            "Only the last channel was used; add up all of them.",
            "Nur der letzte Kanal wurde benutzt; summiere alle.",
        ),
        (
            smooth(x, edge="edge").sum(axis=1, keepdims=True) + bias,
            "The image was continued beyond its edge; pad it with zeros.",
            "Das Bild wurde über den Rand hinaus fortgesetzt; fülle mit Nullen auf.",
        ),
    )


def test_trainable(student):
    """A convolutional layer says that it is trainable.

    de: Eine Faltungsschicht gibt an, dass sie trainierbar ist.
    hint: BaseLayer sets `trainable = False`; set it to True in Conv, after `super().__init__()`.
    hint.de: BaseLayer setzt `trainable = False`; setze es in Conv auf True, nach `super().__init__()`.
    """
    assert_true(
        make(student, (1, 1), SIZE, KERNELS).trainable,
        "The attribute trainable is not True.",
        "Das Attribut trainable ist nicht True.",
    )


def test_forward_size(student, rng):
    """With a stride of 1 the output is as large as the input, one channel for each kernel.

    de: Mit Schrittweite 1 ist die Ausgabe so groß wie die Eingabe, mit einem Kanal je Kern.
    hint: Pad each direction with kernel - 1 zeros in total, also where the kernel's size is even (here 5 by 8).
    hint.de: Fülle jede Richtung mit insgesamt Kern - 1 Nullen auf, auch bei geraden Kerngrößen (hier 5 mal 8).
    """
    assert_size(student, rng, (1, 1))


def test_forward_size_stride(student, rng):
    """With a stride of (3, 2), every third row and every second column is left.

    de: Mit Schrittweite (3, 2) bleibt jede dritte Zeile und jede zweite Spalte.
    hint: ceil(10 / 3) = 4 rows and ceil(14 / 2) = 7 columns: `output[:, :, ::3, ::2]`.
    hint.de: ceil(10 / 3) = 4 Zeilen und ceil(14 / 2) = 7 Spalten: `output[:, :, ::3, ::2]`.
    """
    assert_size(student, rng, (3, 2))


def test_forward_size_stride_uneven_image(student, rng):
    """So it is for an image of 11 by 15.

    de: So ist es auch bei einem Bild von 11 mal 15.
    hint: ceil(11 / 3) = 4 rows and ceil(15 / 2) = 8 columns.
    hint.de: ceil(11 / 3) = 4 Zeilen und ceil(15 / 2) = 8 Spalten.
    """
    assert_size(student, rng, (3, 2), image=(11, 15))


def test_forward(student, rng):
    """A kernel that smooths gives each place the weighted mean of its neighbours.

    de: Ein Kern, der glättet, gibt jeder Stelle das gewichtete Mittel ihrer Nachbarn.
    hint: Multiply the kernel with the 3 by 3 places around each place and add up; beyond the edge there are zeros.
    hint.de: Multipliziere den Kern mit den 3 mal 3 Stellen um jede Stelle und summiere; jenseits des Randes sind
      Nullen.
    """
    output, expected = smoothed(student, rng.random((1, 1, *IMAGE)), bias=0.0)
    assert_close(output, expected, what=FORWARD, rtol=0, atol=ONE_DECIMAL)


def test_forward_multi_channel(student, rng):
    """The channels add up, and the bias is added once.

    de: Die Kanäle werden summiert, und der Bias wird einmal addiert.
    hint: Each kernel has a slice for every channel: convolve each, add them up, then add `self.bias[kernel]`.
    hint.de: Jeder Kern hat eine Scheibe je Kanal: Falte jede, summiere sie, addiere dann `self.bias[kern]`.
    """
    output, expected = smoothed(student, rng.random((1, 2, *IMAGE)), bias=1.0)
    assert_close(output, expected, what=FORWARD, rtol=ONE_DECIMAL, atol=0)


def test_forward_fully_connected_channels(student, rng):
    """Three equal channels give three times as much.

    de: Drei gleiche Kanäle ergeben das Dreifache.
    hint: The sum runs over ALL input channels, for each kernel.
    hint.de: Die Summe läuft über ALLE Eingabekanäle, für jeden Kern.
    """
    x = np.repeat(rng.random((1, 1, *IMAGE)), 3, axis=1)
    output, expected = smoothed(student, x, bias=0.0)
    assert_close(output, expected, what=FORWARD, rtol=0, atol=4 * ONE_DECIMAL)


def test_1d_forward_size(student, rng):
    """A kernel with one size works on signals: (batch, channels, length).

    de: Ein Kern mit nur einer Größe arbeitet auf Signalen: (Batch, Kanäle, Länge).
    hint: `len(convolution_shape)` tells 1-D from 2-D; a signal of length 15 with stride [2] gives ceil(15 / 2) = 8.
    hint.de: `len(convolution_shape)` unterscheidet 1-D von 2-D; ein Signal der Länge 15 ergibt mit Schrittweite [2]
      ceil(15 / 2) = 8.
    """
    layer = make(student, [2], (3, 3), KERNELS)
    assert_output_size(layer.forward(rng.random((BATCH, 3, 15))), BATCH, KERNELS, (15,), (2,), (3, 3))


def test_layout_preservation(student, rng):
    """A kernel with a single 1 in the middle of channel 1 gives channel 1 back.

    de: Ein Kern mit einer einzigen 1 in der Mitte von Kanal 1 gibt Kanal 1 zurück.
    hint: Rows and columns keep their order, and an odd kernel is centred. Uses your Constant as bias_initializer.
    hint.de: Zeilen und Spalten behalten ihre Reihenfolge, und ein ungerader Kern sitzt mittig. Benutzt dein Constant
      als bias_initializer.
    """
    layer = make(student, (1, 1), (3, 3, 3), 1)
    layer.initialize(CentreTap(), student.Layers.Initializers.Constant(0.0))
    x = rng.random((BATCH, 3, *IMAGE))
    output = assert_tensor(layer.forward(x), (BATCH, 1, *IMAGE), what=FORWARD)[:, 0]
    others = [(x[:, c], f"The output is channel {c}.", f"Die Ausgabe ist Kanal {c}.") for c in (0, 2)]
    name_mistake(output, x[:, 1], others)
    middle = (slice(None), slice(1, -1), slice(1, -1))
    moved = [
        (
            np.roll(x[:, 1], shift, axis=(1, 2))[middle],
            f"The image has moved by {shift} places.",
            f"Das Bild ist um {shift} Stellen verschoben.",
        )
        for shift in product((-1, 0, 1), repeat=2)
    ]
    name_mistake(output[middle], x[:, 1][middle], moved)
    assert_close(output, x[:, 1], what=FORWARD, rtol=0, atol=1e-9)
