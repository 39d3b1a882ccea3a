"""Flatten of exercise 2: a change of shape, there and back."""

from __future__ import annotations

from support import BACKWARD, FORWARD, assert_not_trainable

from exam.checks import assert_close

SHAPE = (9, 3, 4, 11)


def make(student):
    return student.Layers.Flatten.Flatten()


def test_trainable(student):
    """Flatten says that it is not trainable.

    de: Flatten gibt an, dass es nicht trainierbar ist.
    hint: Inherit from BaseLayer and call `super().__init__()`, which sets `trainable = False`.
    hint.de: Erbe von BaseLayer und rufe `super().__init__()` auf; das setzt `trainable = False`.
    """
    assert_not_trainable(make(student))


def test_flatten(student, rng):
    """Each sample becomes one row, and backward restores the shape.

    de: Jedes Beispiel wird eine Zeile, und backward stellt die Form wieder her.
    hint: `x.reshape(x.shape[0], -1)`; keep the shape for backward.
    hint.de: `x.reshape(x.shape[0], -1)`; merke dir die Form für backward.
    """
    layer, x = make(student), rng.random(SHAPE)
    assert_close(layer.forward(x), x.reshape(9, -1), what=FORWARD)
    assert_close(layer.backward(x.reshape(9, -1)), x, what=BACKWARD)
