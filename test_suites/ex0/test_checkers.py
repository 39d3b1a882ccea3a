"""The checkerboard: black and white tiles by turns, the top left one black."""

from __future__ import annotations

import numpy as np
import pytest
from support import (
    DRAWN,
    OUTPUT,
    SAME,
    assert_copy,
    assert_output_is_drawn,
    assert_redrawn,
    assert_shown,
    drawn,
    pattern,
    stored,
)

from exam.checks import assert_close, assert_true


def make(student, resolution=250, tile_size=25):
    return student.pattern.Checker(resolution, tile_size)


def assert_checkerboard(student, resolution, tile_size):
    """After ``draw``, the attribute output is the checkerboard; names the usual mistakes."""
    checker, expected = make(student, resolution, tile_size), pattern(f"checkers_{resolution}_{tile_size}")
    checker.draw()
    output = stored(checker)
    assert_true(
        not np.array_equal(output, 1 - expected),
        "The colours are inverted: the tile at the top left should be black (0).",
        "Die Farben sind vertauscht: Das Feld oben links soll schwarz (0) sein.",
    )
    assert_true(
        not np.array_equal(output, 255 * expected),
        "White should be 1, not 255.",
        "Weiß soll 1 sein, nicht 255.",
    )
    assert_close(output, expected, what=OUTPUT, rtol=0, atol=SAME)


def test_pattern(student):
    """After draw, output holds the checkerboard of 250 pixels and tiles of 25.

    de: Nach draw enthält output das Schachbrett mit 250 Pixeln und Feldern von 25.
    hint: Build one block of 2 x 2 tiles with np.zeros and np.ones, and repeat it with np.tile. The top left tile is 0.
    hint.de: Baue einen Block aus 2 x 2 Feldern mit np.zeros und np.ones und wiederhole ihn mit np.tile. Das Feld oben
      links ist 0.
    """
    assert_checkerboard(student, 250, 25)


def test_pattern_different_size(student):
    """After draw, output holds the checkerboard of 100 pixels and tiles of 25.

    de: Nach draw enthält output das Schachbrett mit 100 Pixeln und Feldern von 25.
    hint: Use resolution and tile_size wherever a size matters; resolution / (2 * tile_size) blocks make a row.
    hint.de: Benutze überall resolution und tile_size; in einer Reihe liegen resolution / (2 * tile_size) Blöcke.
    """
    assert_checkerboard(student, 100, 25)


def test_return_copy(student):
    """draw returns a copy: overwriting it leaves output alone.

    de: draw gibt eine Kopie zurück: Wer sie überschreibt, ändert output nicht.
    hint: `return self.output.copy()`.
    hint.de: `return self.output.copy()`.
    """
    assert_copy(student, make(student))


@pytest.mark.advisory
def test_draw_returns_the_pattern(student):
    """draw returns the same picture that it stores in output.

    de: draw gibt das Bild zurück, das es in output ablegt.
    hint: `self.output = …` and then `return self.output.copy()`.
    hint.de: `self.output = …` und danach `return self.output.copy()`.
    why: The course's tests of the checkerboard look at output only.
    why.de: Die Kurstests des Schachbretts sehen sich nur output an.
    """
    assert_output_is_drawn(make(student), pattern("checkers_250_25"), SAME)


@pytest.mark.advisory
def test_drawing_again_changes_nothing(student):
    """A second draw gives the same picture, and another checkerboard does not disturb the first.

    de: Ein zweites draw liefert dasselbe Bild, und ein anderes Schachbrett stört das erste nicht.
    hint: Keep resolution, tile_size and output in self, and do not change the first two in draw.
    hint.de: Lege resolution, tile_size und output in self ab und ändere die ersten beiden nicht in draw.
    why: The course's tests draw each pattern once.
    why.de: Die Kurstests zeichnen jedes Muster einmal.
    """
    checker = make(student)
    assert_redrawn(checker)
    before = drawn(checker)
    make(student, 40, 10).draw()
    assert_close(stored(checker), before, what=OUTPUT, rtol=0, atol=SAME)
    assert_close(drawn(checker), before, what=DRAWN, rtol=0, atol=SAME)


@pytest.mark.advisory
def test_show(student):
    """show shows the picture that draw has stored.

    de: show zeigt das Bild, das draw abgelegt hat.
    hint: `plt.imshow(self.output, cmap="gray")` and `plt.show()`. What is on the screen is noted.
    hint.de: `plt.imshow(self.output, cmap="gray")` und `plt.show()`. Was auf dem Bildschirm ist, wird notiert.
    why: The course's tests never call show.
    why.de: Die Kurstests rufen show nie auf.
    """
    assert_shown(student, make(student))
