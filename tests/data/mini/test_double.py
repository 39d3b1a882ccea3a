"""The cases of the mini exercise."""

import pytest

from exam.checks import assert_close


def test_forward(student, rng):
    """Forward doubles its input.

    de: Forward verdoppelt die Eingabe.
    hint: Multiply by two.
    hint.de: Multipliziere mit zwei.
    """
    x = rng.random((3, 4))
    assert_close(student.Layers.Double.Double().forward(x), 2 * x, what="the output of forward")


@pytest.mark.advisory
def test_input_unchanged(student, rng):
    """Forward leaves its input as it was.

    de: Forward lässt die Eingabe, wie sie war.
    why: Earns the points, yet the caller's array has changed.
    why.de: Bringt die Punkte, doch das Feld des Aufrufers ist verändert.
    """
    x = rng.random((3, 4))
    kept = student.keep(x)
    student.Layers.Double.Double().forward(kept)
    assert_close(student.fetch(kept), x, what="the input after forward")
