"""Convolution backwards, as the course's tests see it. Each gradient must be the slope of the layer's own forward pass,
whichever way its kernels lie. Slopes are measured entry by entry, so slow loops get time."""

from __future__ import annotations

import pytest
from convolution import GradientCheck, make
from support import BACKWARD, FORWARD, assert_tensor

BATCH, KERNELS = 2, 4
IMAGE = (10, 14)
FEW = (3, 3, 3)
SMALL_IMAGE = (5, 7)


def assert_sizes(student, rng, stride, size, image=IMAGE, output=None):
    """The error that backward returns has the input's shape; ``output`` is the size of the output, if that is asked."""
    shape = (BATCH, size[0], *image)
    layer = make(student, stride, size, KERNELS)
    error = assert_tensor(layer.forward(rng.random(shape)), output and (BATCH, KERNELS, *output), what=FORWARD)
    assert_tensor(layer.backward(error), shape, what=BACKWARD)


def test_backward_size(student, rng):
    """The error that comes back has the shape of the input.

    de: Der Fehler, der zurückkommt, hat die Form der Eingabe.
    hint: As many channels as the input has; the zeros of the padding are cut off again, also for even kernels.
    hint.de: So viele Kanäle, wie die Eingabe hat; die aufgefüllten Nullen werden wieder abgeschnitten, auch bei geraden
      Kernen.
    """
    assert_sizes(student, rng, (1, 1), (3, 5, 8))


def test_backward_size_stride(student, rng):
    """So it has with a stride of (3, 2).

    de: So ist es auch mit Schrittweite (3, 2).
    hint: Spread the error over an array of the input's size, with zeros between, before you convolve it.
    hint.de: Verteile den Fehler auf ein Feld in der Größe der Eingabe, mit Nullen dazwischen, bevor du ihn faltest.
    """
    assert_sizes(student, rng, (3, 2), (3, 5, 8))


def test_1x1_convolution(student, rng):
    """Kernels of 1 by 1 need no padding, and keep the size in both directions.

    de: Kerne von 1 mal 1 brauchen keine Auffüllung und behalten in beiden Richtungen die Größe.
    hint: Beware of slices such as `[0:-0]`, which are empty: write `[before : before + size]`.
    hint.de: Hüte dich vor Ausschnitten wie `[0:-0]`, die leer sind: Schreibe `[davor : davor + größe]`.
    """
    assert_sizes(student, rng, (1, 1), (3, 1, 1), output=IMAGE)


def test_1d_backward_size(student, rng):
    """For signals, too, the error has the shape of the input.

    de: Auch bei Signalen hat der Fehler die Form der Eingabe.
    hint: Here stride [2] and a kernel of length 3 for 3 channels; the input has shape (2, 3, 15).
    hint.de: Hier Schrittweite [2] und ein Kern der Länge 3 für 3 Kanäle; die Eingabe hat die Form (2, 3, 15).
    """
    assert_sizes(student, rng, [2], (3, 3), image=(15,))


@pytest.mark.limits(cpu_s=40)
def test_gradient(student, rng):
    """The error that comes back is the gradient of the loss with respect to the input.

    de: Der Fehler, der zurückkommt, ist der Gradient des Verlusts nach der Eingabe.
    hint: Where forward correlates, backward convolves: with flipped kernels, summed over kernels instead of channels.
    hint.de: Wo forward korreliert, faltet backward: mit gespiegelten Kernen, summiert über die Kerne statt der Kanäle.
    """
    GradientCheck(student, rng, (1, 1), FEW, 2, SMALL_IMAGE).assert_input(limit=5e-2)


@pytest.mark.limits(cpu_s=40)
def test_gradient_weights(student, rng):
    """gradient_weights is the gradient of the loss with respect to the kernels, summed over the batch.

    de: gradient_weights ist der Gradient des Verlusts nach den Kernen, summiert über den Batch.
    hint: Correlate the padded input of each channel with the error of each kernel; same shape as weights; a sum over
      the batch.
    hint.de: Korreliere die aufgefüllte Eingabe jedes Kanals mit dem Fehler jedes Kerns; gleiche Form wie weights; eine
      Summe über den Batch.
    """
    GradientCheck(student, rng, (1, 1), FEW, 2, SMALL_IMAGE).assert_weights()


@pytest.mark.limits(cpu_s=40)
def test_gradient_weights_strided(student, rng):
    """So it is with a stride of (2, 2).

    de: So ist es auch mit Schrittweite (2, 2).
    hint: Spread the error over an array of the input's size first: entry [i, j] goes to [2 * i, 2 * j].
    hint.de: Verteile den Fehler zuerst auf ein Feld in der Größe der Eingabe: Eintrag [i, j] kommt nach [2 * i, 2 * j].
    """
    GradientCheck(student, rng, (2, 2), FEW, 2, SMALL_IMAGE).assert_weights()


def test_gradient_bias(student, rng):
    """gradient_bias is the sum of the error over batch and places, for each kernel.

    de: gradient_bias ist die Summe des Fehlers über Batch und Stellen, für jeden Kern.
    hint: `np.sum(error_tensor, axis=(0, 2, 3))`.
    hint.de: `np.sum(error_tensor, axis=(0, 2, 3))`.
    """
    GradientCheck(student, rng, (1, 1), FEW, 2, SMALL_IMAGE).assert_bias()


@pytest.mark.limits(cpu_s=40)
def test_gradient_stride(student, rng):
    """With a stride of (1, 2), the error of each output goes back to the places that made it.

    de: Mit Schrittweite (1, 2) geht der Fehler jeder Ausgabe an die Stellen zurück, aus denen sie entstand.
    hint: Six channels, one kernel. The zeros between the errors stand where forward skipped a column.
    hint.de: Sechs Kanäle, ein Kern. Die Nullen zwischen den Fehlern stehen dort, wo forward eine Spalte übersprang.
    """
    GradientCheck(student, rng, (1, 2), (6, 3, 3), 1, SMALL_IMAGE).assert_input(limit=1e-4)
