"""The filled circle. Whether pixels exactly on the rim belong to it is left open."""

from __future__ import annotations

import numpy as np
import pytest
from support import DRAWN, assert_copy, assert_output_is_drawn, assert_redrawn, assert_shown, drawn, pattern

from exam.checks import assert_shape, assert_true

LARGE, SMALL = (1024, 200, (512, 256)), (512, 20, (50, 50))
LEAST_LARGE, LEAST_SMALL = 0.985, 0.85
"""Least intersection over union with the circle: 1 to two decimals and to one, as NumPy counts them (1.5e-2, 1.5e-1).
A circle that is off by one pixel is still accepted; a hidden case points it out."""


def make(student, resolution, radius, position):
    return student.pattern.Circle(resolution, radius, position)


def overlap(picture, expected):
    """Intersection over union of the pixels that are not black."""
    either = np.logical_or(picture, expected).sum()
    return np.logical_and(picture, expected).sum() / either if either else 0.0


def assert_overlap(student, case, least):
    """``draw`` covers the circle; names the usual mistakes."""
    resolution, radius, (x, y) = case
    expected = pattern(f"circle_{resolution}_{radius}_{x}_{y}")
    picture = drawn(make(student, *case))
    assert_shape(picture, expected.shape, what=DRAWN)
    found = overlap(picture, expected)
    for other, en, de in mistakes(expected, x, y) if found < least else ():
        assert_true(overlap(picture, other) < 0.97, en, de)
    share = np.count_nonzero(picture) / expected.sum()
    for factor, en, de in ((0.5, "half", "halb"), (2, "twice", "doppelt")):
        assert_true(
            found >= least or abs(share - factor**2) > 0.05 * factor**2,
            f"The circle is {en} as wide as it should be. radius is not the diameter.",
            f"Der Kreis ist {de} so breit wie verlangt. radius ist nicht der Durchmesser.",
        )
    assert_true(
        found >= least,
        f"The drawn pixels overlap with the circle by {found:.1%} only (intersection over union).",
        f"Die gezeichneten Pixel decken sich nur zu {found:.1%} mit dem Kreis (Schnitt durch Vereinigung).",
    )


def mistakes(expected, x, y):
    """(picture, what is wrong, in German) for each usual mistake."""
    middle = len(expected) // 2
    return (
        (expected.T, "The coordinates x and y are swapped: position is (x, y), and x counts the columns.",
         "Die Koordinaten x und y sind vertauscht: position ist (x, y), und x zählt die Spalten."),
        (expected[::-1], "The circle is upside down: y counts from the top.",
         "Der Kreis steht kopf: y zählt von oben."),
        (np.roll(expected, (middle - y, middle - x), (0, 1)), "The circle lies in the middle, whatever position says.",
         "Der Kreis liegt in der Mitte, was immer position sagt."),
        (1 - expected, "The colours are inverted: the circle should be 1, the rest 0.",
         "Die Farben sind vertauscht: Der Kreis soll 1 sein, der Rest 0."),
    )  # fmt: skip


def test_pattern(student):
    """draw returns a circle of radius 200 about column 512 and row 256.

    de: draw gibt einen Kreis mit Radius 200 um Spalte 512 und Zeile 256 zurück.
    hint: With `x, y = np.meshgrid(np.arange(r), np.arange(r))`, the circle is `(x - px)**2 + (y - py)**2 <= radius**2`.
    hint.de: Mit `x, y = np.meshgrid(np.arange(r), np.arange(r))` ist der Kreis
      `(x - px)**2 + (y - py)**2 <= radius**2`.
    """
    assert_overlap(student, LARGE, LEAST_LARGE)


def test_pattern_different_size(student):
    """draw returns a small circle of radius 20 about column 50 and row 50.

    de: draw gibt einen kleinen Kreis mit Radius 20 um Spalte 50 und Zeile 50 zurück.
    hint: Use the arguments of the constructor wherever a size or a position matters.
    hint.de: Benutze die Argumente des Konstruktors überall, wo es auf Größe oder Lage ankommt.
    """
    assert_overlap(student, SMALL, LEAST_SMALL)


def test_return_copy(student):
    """draw returns a copy: overwriting it leaves output alone.

    de: draw gibt eine Kopie zurück: Wer sie überschreibt, ändert output nicht.
    hint: `return self.output.copy()`.
    hint.de: `return self.output.copy()`.
    """
    assert_copy(student, make(student, *LARGE))


@pytest.mark.advisory
def test_output_is_what_draw_returns(student):
    """draw stores the picture that it returns in output; a second draw gives it again.

    de: draw legt das Bild, das es zurückgibt, in output ab; ein zweites draw liefert es noch einmal.
    hint: `self.output = …` and then `return self.output.copy()`.
    hint.de: `self.output = …` und danach `return self.output.copy()`.
    why: The course's tests look at the pattern that draw returns, once.
    why.de: Die Kurstests sehen sich das Muster an, das draw zurückgibt, und zwar einmal.
    """
    figure = make(student, *SMALL)
    assert_output_is_drawn(figure, drawn(figure), 0)
    assert_redrawn(figure)


@pytest.mark.advisory
def test_show(student):
    """show shows the picture that draw has stored.

    de: show zeigt das Bild, das draw abgelegt hat.
    hint: `plt.imshow(self.output, cmap="gray")` and `plt.show()`. What is on the screen is noted.
    hint.de: `plt.imshow(self.output, cmap="gray")` und `plt.show()`. Was auf dem Bildschirm ist, wird notiert.
    why: The course's tests never call show.
    why.de: Die Kurstests rufen show nie auf.
    """
    assert_shown(student, make(student, *SMALL))
