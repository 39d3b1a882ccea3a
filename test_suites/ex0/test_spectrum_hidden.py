"""The spectrum in other sizes, to more decimals."""

from __future__ import annotations

import pytest
from support import DRAWN, drawn

from exam.checks import assert_close
from reference_impl.patterns import spectrum


@pytest.mark.advisory
def test_any_size(student, rng):
    """The spectrum is right for other sizes, to the last pixel.

    de: Das Spektrum stimmt auch bei anderen Größen, bis zum letzten Pixel.
    hint: np.linspace(0, 1, resolution) gives as many values as there are pixels, the first 0 and the last 1.
    hint.de: np.linspace(0, 1, resolution) liefert so viele Werte, wie es Pixel gibt, der erste 0 und der letzte 1.
    why: The course's tests know two sizes and allow an error of 1.5 %, which hides a step that is a little too short.
    why.de: Die Kurstests kennen zwei Größen und erlauben 1,5 % Fehler; das verdeckt eine etwas zu kurze Schrittweite.
    """
    for resolution in (2, 8, int(rng.integers(11, 60))):
        picture = drawn(student.pattern.Spectrum(resolution))
        assert_close(picture, spectrum(resolution), what=DRAWN, rtol=0, atol=1e-6)
