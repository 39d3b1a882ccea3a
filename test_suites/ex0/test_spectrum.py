"""The colour spectrum: red and blue along the columns, green along the rows."""

from __future__ import annotations

import numpy as np
import pytest
from support import DRAWN, assert_copy, assert_output_is_drawn, assert_redrawn, assert_shown, drawn, pattern

from exam.checks import assert_close, assert_shape, assert_true

TWO_DECIMALS = 1.5e-2
"""As NumPy's assert_almost_equal counts them."""


def make(student, resolution=255):
    return student.pattern.Spectrum(resolution)


def assert_spectrum(student, resolution):
    """``draw`` returns the spectrum to two decimals; names the usual mistakes."""
    expected = pattern(f"spectrum_{resolution}")
    picture = assert_shape(drawn(make(student, resolution)), expected.shape, what=DRAWN)
    mistakes = (
        (expected[:, :, ::-1], "Red and blue are swapped: red rises from left to right, blue falls.",
         "Rot und Blau sind vertauscht: Rot steigt von links nach rechts, Blau fällt."),
        (expected.transpose(1, 0, 2), "Rows and columns are swapped: red and blue change with the column, green with "
         "the row.",
         "Zeilen und Spalten sind vertauscht: Rot und Blau ändern sich mit der Spalte, Grün mit der Zeile."),
        (expected[::-1], "The picture is upside down: green rises from top to bottom.",
         "Das Bild steht kopf: Grün steigt von oben nach unten."),
        (255 * expected, "The values should run from 0 to 1, not from 0 to 255.",
         "Die Werte sollen von 0 bis 1 laufen, nicht von 0 bis 255."),
    )  # fmt: skip
    for picture_of, en, de in mistakes:
        assert_true(not np.abs(picture - picture_of).max() <= TWO_DECIMALS * picture_of.max(), en, de)
    assert_close(picture, expected, what=DRAWN, rtol=0, atol=TWO_DECIMALS)


def test_pattern(student):
    """draw returns the spectrum of 255 pixels.

    de: draw gibt das Spektrum mit 255 Pixeln zurück.
    hint: Red is np.linspace(0, 1, resolution) along the columns, green the same along the rows, blue 1 - red.
    hint.de: Rot ist np.linspace(0, 1, resolution) entlang der Spalten, Grün dasselbe entlang der Zeilen, Blau
      1 - Rot.
    """
    assert_spectrum(student, 255)


def test_pattern_different_size(student):
    """draw returns the spectrum of 100 pixels.

    de: draw gibt das Spektrum mit 100 Pixeln zurück.
    hint: Nothing in draw may be written for 255 pixels only.
    hint.de: Nichts in draw darf nur für 255 Pixel gelten.
    """
    assert_spectrum(student, 100)


def test_return_copy(student):
    """draw returns a copy: overwriting it leaves output alone.

    de: draw gibt eine Kopie zurück: Wer sie überschreibt, ändert output nicht.
    hint: `return self.output.copy()`.
    hint.de: `return self.output.copy()`.
    """
    assert_copy(student, make(student))


@pytest.mark.advisory
def test_corners(student):
    """The colours at the four corners are exact: blue, red, cyan and yellow.

    de: Die Farben der vier Ecken stimmen genau: Blau, Rot, Cyan und Gelb.
    hint: np.linspace(0, 1, resolution) includes 1; np.arange(resolution) / resolution stops short of it.
    hint.de: np.linspace(0, 1, resolution) enthält die 1; np.arange(resolution) / resolution hört davor auf.
    why: The course's tests allow an error of 1.5 %.
    why.de: Die Kurstests erlauben einen Fehler von 1,5 %.
    """
    picture = assert_shape(drawn(make(student)), (255, 255, 3), what=DRAWN)
    corners = picture[[0, 0, -1, -1], [0, -1, 0, -1]]
    what = {"en": "the list of corner colours (top left, top right, bottom left, bottom right)",
            "de": "die Liste der Eckfarben (oben links, oben rechts, unten links, unten rechts)"}  # fmt: skip
    assert_close(corners, [[0, 0, 1], [1, 0, 0], [0, 1, 1], [1, 1, 0]], what=what, rtol=0, atol=1e-6)


@pytest.mark.advisory
def test_output_is_what_draw_returns(student):
    """draw stores the picture that it returns in output; a second draw gives it again.

    de: draw legt das Bild, das es zurückgibt, in output ab; ein zweites draw liefert es noch einmal.
    hint: `self.output = …` and then `return self.output.copy()`.
    hint.de: `self.output = …` und danach `return self.output.copy()`.
    why: The course's tests look at the picture that draw returns, once.
    why.de: Die Kurstests sehen sich das Bild an, das draw zurückgibt, und zwar einmal.
    """
    figure = make(student, 100)
    assert_output_is_drawn(figure, drawn(figure), 0)
    assert_redrawn(figure)


@pytest.mark.advisory
def test_show(student):
    """show shows the picture that draw has stored.

    de: show zeigt das Bild, das draw abgelegt hat.
    hint: `plt.imshow(self.output)` and `plt.show()`. imshow takes whatever is above 1 for 1.
    hint.de: `plt.imshow(self.output)` und `plt.show()`. imshow nimmt, was über 1 liegt, als 1.
    why: The course's tests never call show.
    why.de: Die Kurstests rufen show nie auf.
    """
    assert_shown(student, make(student, 100))
