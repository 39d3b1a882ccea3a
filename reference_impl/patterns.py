"""The three pictures of exercise 0, each in one expression over the coordinates of its pixels.

x counts columns from the left, y counts rows from the top, as images are drawn and not as graphs are.
"""

from __future__ import annotations

import numpy as np

from reference_impl.tensor import Tensor


def checkerboard(resolution: int, tile_size: int) -> Tensor:
    """Tiles of ``tile_size`` pixels, black (0) and white (1) by turns, black first: (resolution, resolution)."""
    y, x = np.indices((resolution, resolution)) // tile_size
    return ((x + y) % 2).astype(np.float64)


def circle(resolution: int, radius: float, position: tuple[float, float]) -> Tensor:
    """1 where (x - px)^2 + (y - py)^2 <= radius^2 for ``position`` = (px, py), else 0: (resolution, resolution)."""
    y, x = np.indices((resolution, resolution))
    px, py = position
    return ((x - px) ** 2 + (y - py) ** 2 <= radius**2).astype(np.float64)


def spectrum(resolution: int) -> Tensor:
    """Red rises from 0 to 1 from left to right, green from top to bottom, blue falls from left to right:
    (resolution, resolution, 3)."""
    rise = np.linspace(0, 1, resolution)
    red, green = np.meshgrid(rise, rise)
    return np.stack([red, green, 1 - red], axis=-1)
