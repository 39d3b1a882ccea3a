"""Circles to the pixel, and in other places."""

from __future__ import annotations

import numpy as np
import pytest
from support import DRAWN, drawn

from exam.checks import assert_shape, assert_true
from reference_impl.patterns import circle

COURSE = ((1024, 200, (512, 256)), (512, 20, (50, 50)))


def assert_pixels(student, resolution, radius, position):
    """Every pixel is 0 or 1 as it should be; those within 0.1 of the rim may be either."""
    picture = drawn(student.pattern.Circle(resolution, radius, position))
    assert_shape(picture, (resolution, resolution), what=DRAWN)
    values = np.unique(picture)
    assert_true(
        set(values.tolist()) <= {0, 1},
        f"The values should be 0 and 1 only, but there are {values[:5].tolist()}.",
        f"Es sollte nur die Werte 0 und 1 geben, aber es gibt {values[:5].tolist()}.",
    )
    inside, outside = (circle(resolution, radius + margin, position) for margin in (-0.1, 0.1))
    wrong = int(np.sum((inside == 1) & (picture == 0)) + np.sum((outside == 0) & (picture == 1)))
    assert_true(
        wrong == 0,
        f"Circle({resolution}, {radius}, {position}) has {wrong} wrong pixels.",
        f"Circle({resolution}, {radius}, {position}) hat {wrong} falsche Pixel.",
    )


@pytest.mark.advisory
def test_pixels(student):
    """Each pixel of the circle is right, and its value is 0 or 1.

    de: Jeder Pixel des Kreises stimmt, und sein Wert ist 0 oder 1.
    hint: The centre is the pixel in column position[0] and row position[1], counted from 0. Coordinates that begin at
      1, or a linspace of resolution + 1 steps, move the circle.
    hint.de: Der Mittelpunkt ist der Pixel in Spalte position[0] und Zeile position[1], von 0 an gezählt. Koordinaten,
      die mit 1 beginnen, oder ein linspace mit resolution + 1 Schritten verschieben den Kreis.
    why: The course's tests only ask that the circles overlap, by 98 % and 85 %; a shift by one pixel passes.
    why.de: Die Kurstests verlangen nur, dass sich die Kreise zu 98 % und 85 % decken; ein Pixel daneben geht durch.
    """
    for case in COURSE:
        assert_pixels(student, *case)


@pytest.mark.advisory
def test_any_place(student, rng):
    """Circles of other sizes are right wherever they lie, also where the picture's edge cuts them.

    de: Auch andere Kreise stimmen, wo immer sie liegen, auch wenn der Bildrand sie abschneidet.
    hint: Compare coordinates, without slicing a square out of the picture: then the edge needs no special case.
    hint.de: Vergleiche Koordinaten, statt ein Quadrat aus dem Bild zu schneiden: Dann ist der Rand kein Sonderfall.
    why: The course's tests know two circles, neither of them at an edge.
    why.de: Die Kurstests kennen zwei Kreise, keinen davon am Rand.
    """
    near, far = int(rng.integers(3, 10)), int(rng.integers(40, 55))
    for case in ((64, 12, (near, far)), (64, 12, (far, near)), (65, 5, (64, 0)), (9, 1, (4, 6))):
        assert_pixels(student, *case)
