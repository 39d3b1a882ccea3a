"""Flatten: each sample becomes a row, and back."""

from __future__ import annotations

from support import BACKWARD, FORWARD, assert_tensor

from exam.checks import assert_close, assert_true

SHAPE = (9, 3, 4, 11)
ROWS = (9, 3 * 4 * 11)


def make(student):
    return student.Layers.Flatten.Flatten()


def test_trainable(student):
    """Flatten says that it is not trainable.

    de: Flatten gibt an, dass es nicht trainierbar ist.
    hint: Inherit from BaseLayer and call `super().__init__()`, which sets `trainable = False`.
    hint.de: Erbe von BaseLayer und rufe `super().__init__()` auf; das setzt `trainable = False`.
    """
    assert_true(
        not make(student).trainable,
        "The attribute trainable should be False.",
        "Das Attribut trainable sollte False sein.",
    )


def test_forward(student, rng):
    """All numbers of a sample stand in one row, in their order.

    de: Alle Zahlen eines Beispiels stehen in einer Zeile, in ihrer Reihenfolge.
    hint: `input_tensor.reshape(input_tensor.shape[0], -1)`: the batch axis stays.
    hint.de: `input_tensor.reshape(input_tensor.shape[0], -1)`: Die Batchachse bleibt.
    """
    x = rng.random(SHAPE)
    output = assert_tensor(make(student).forward(x), ROWS, what=FORWARD)
    assert_close(output, x.reshape(ROWS), what=FORWARD, rtol=0, atol=1e-12)


def test_backward(student, rng):
    """The error gets the shape of the input back, number by number.

    de: Der Fehler erhält die Form der Eingabe zurück, Zahl für Zahl.
    hint: Remember `input_tensor.shape` in forward, and reshape the error to it.
    hint.de: Merke dir in forward `input_tensor.shape`, und bringe den Fehler in diese Form.
    """
    layer, error = make(student), rng.random(ROWS)
    layer.forward(rng.random(SHAPE))
    returned = assert_tensor(layer.backward(error), SHAPE, what=BACKWARD)
    assert_close(returned, error.reshape(SHAPE), what=BACKWARD, rtol=0, atol=1e-12)
