"""The checkerboard in other sizes."""

from __future__ import annotations

import pytest
from support import SAME, assert_output_is_drawn

from reference_impl.patterns import checkerboard


@pytest.mark.advisory
def test_any_size(student, rng):
    """The checkerboard is right for other sizes too, down to tiles of one pixel.

    de: Das Schachbrett stimmt auch bei anderen Größen, bis hin zu Feldern von einem Pixel.
    hint: Nothing in draw may be written for one size: neither 250, 100 nor 25, nor how many tiles there are.
    hint.de: Nichts in draw darf nur für eine Größe gelten: weder 250, 100 und 25 noch die Anzahl der Felder.
    why: The course's tests know two sizes, with tiles of 25 pixels both times.
    why.de: Die Kurstests kennen zwei Größen, beide Male mit Feldern von 25 Pixeln.
    """
    sizes = [(1, 1), (1, 3), (int(rng.integers(2, 12)), int(rng.integers(2, 9))), (7, 1)]
    for tile_size, blocks in sizes:
        resolution = 2 * tile_size * blocks
        checker = student.pattern.Checker(resolution, tile_size)
        assert_output_is_drawn(checker, checkerboard(resolution, tile_size), SAME)
