"""A window slides over an image; its element at one offset, taken of ALL windows at once, is a strided slice.

So a layer that works on windows loops over the few offsets in a window and never over windows, pixels or samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import EllipsisType

import numpy as np

Shape = tuple[int, ...]
Index = tuple[EllipsisType | slice, ...]


def elements(size: Shape, stride: Shape, count: Shape) -> Iterator[Index]:
    """For each offset in the window, row by row, the ``place`` with which ``image[place]`` is (B, C, *count).

    The windows have ``size``, the first one lies at index 0, the next ``stride`` further; ``count`` is how many there
    are. All have one entry per axis of the image.
    """
    for offset in np.ndindex(*size):
        steps = zip(offset, stride, count, strict=True)
        yield (..., *(slice(first, first + step * (n - 1) + 1, step) for first, step, n in steps))
