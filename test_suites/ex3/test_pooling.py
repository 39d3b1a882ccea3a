"""Max pooling of exercise 2: windows that lie inside the image, and errors that go back to their maxima."""

from __future__ import annotations

import numpy as np
import pytest
from support import FORWARD, SumOfSquares, assert_not_trainable, check_input_gradient

from exam.checks import assert_close

SHAPE = (2, 2, 4, 7)
GRADIENT_LIMIT = 1e-6
STRIDES = pytest.mark.parametrize("stride", [(2, 2), (2, 1), (3, 2)], ids=["stride", "overlapping", "subsampling"])


def make(student, stride, size=(2, 2)):
    return student.Layers.Pooling.Pooling(stride, size)


def distinct(rng, shape):
    """No two values are closer than 0.01, so that every window has one maximum."""
    return rng.permutation(np.prod(shape)).reshape(shape) / 100


def pooled(x, stride, size=(2, 2)):
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    return windows[:, :, :: stride[0], :: stride[1]].max(axis=(4, 5))


def test_trainable(student):
    """Pooling says that it is not trainable.

    de: Pooling gibt an, dass es nicht trainierbar ist.
    hint: Inherit from BaseLayer and call `super().__init__()`, which sets `trainable = False`.
    hint.de: Erbe von BaseLayer und rufe `super().__init__()` auf; das setzt `trainable = False`.
    """
    assert_not_trainable(make(student, (2, 2)))


@STRIDES
def test_forward(student, rng, stride):
    """Each window inside the image gives its maximum.

    de: Jedes Fenster im Bild ergibt sein Maximum.
    hint: The output has floor((n - p) / s) + 1 rows; windows that stick out are left out.
    hint.de: Die Ausgabe hat floor((n - p) / s) + 1 Zeilen; Fenster, die überstehen, fallen weg.
    """
    x = distinct(rng, SHAPE)
    assert_close(make(student, stride).forward(x), pooled(x, stride), what=FORWARD)


@STRIDES
def test_gradient(student, rng, stride):
    """Each error goes back to the place of its maximum, and adds up where windows overlap.

    de: Jeder Fehler geht an die Stelle seines Maximums zurück und summiert sich, wo Fenster sich überlappen.
    hint: Remember where each maximum was; `+=`, not `=`.
    hint.de: Merke dir, wo jedes Maximum war; `+=`, nicht `=`.
    """
    x = distinct(rng, SHAPE)
    loss = SumOfSquares(rng.uniform(2, 3, pooled(x, stride).shape))
    check_input_gradient(student, make(student, stride), x, loss, limit=GRADIENT_LIMIT)


def test_layout_preservation(student, rng):
    """Windows of one pixel change nothing, and 3 x 3 images keep one window of 2 x 2.

    de: Fenster aus einem Pixel ändern nichts, und Bilder mit 3 x 3 behalten ein Fenster mit 2 x 2.
    hint: No padding.
    hint.de: Kein Padding.
    """
    x = distinct(rng, SHAPE)
    assert_close(make(student, (1, 1), (1, 1)).forward(x), x, what=FORWARD)
    small = distinct(rng, (1, 1, 3, 3))
    assert_close(make(student, (2, 2)).forward(small), pooled(small, (2, 2)), what=FORWARD)
