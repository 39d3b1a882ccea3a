"""The reference's pictures against pixels written out by hand."""

from __future__ import annotations

import numpy as np

from reference_impl.patterns import checkerboard, circle, spectrum


def test_a_checkerboard_begins_black():
    assert checkerboard(4, 1).tolist() == [[0, 1, 0, 1], [1, 0, 1, 0]] * 2
    assert checkerboard(4, 2).tolist() == [[0, 0, 1, 1]] * 2 + [[1, 1, 0, 0]] * 2


def test_a_circle_s_position_is_column_and_row():
    assert circle(5, 1, (3, 1)).tolist() == [
        [0, 0, 0, 1, 0],
        [0, 0, 1, 1, 1],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
    ]
    assert circle(1024, 200, (512, 256)).mean() * 1024**2 == 125629  # pi * 200^2 = 125664


def test_a_spectrum_s_corners():
    colours = spectrum(100)
    blue, red, cyan, yellow = (0, 0, 1), (1, 0, 0), (0, 1, 1), (1, 1, 0)
    assert np.array_equal(colours[[0, 0, -1, -1], [0, -1, 0, -1]], [blue, red, cyan, yellow])
    assert np.allclose(np.diff(colours, axis=1)[..., 0], 1 / 99)
    assert np.allclose(np.diff(colours, axis=0)[..., 1], 1 / 99)
