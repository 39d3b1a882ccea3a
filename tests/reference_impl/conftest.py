"""What both proofs of the reference draw from: sizes of a batch and of layers, and the generator that fills them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import strategies as st


@pytest.fixture(scope="session")
def draw_batch():
    """``draw_batch(data)``: (B, N, M, generator), small enough to be quick, and with 1 among the sizes."""
    sizes = st.tuples(st.integers(1, 7), st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**32 - 1))

    def draw(data):
        batch, inputs, outputs, seed = data.draw(sizes)
        return batch, inputs, outputs, np.random.default_rng(seed)

    return draw


@pytest.fixture(scope="session")
def one_hot():
    """``one_hot(rng, batch, classes)``: random labels, one 1 in each row."""
    return lambda rng, batch, classes: np.eye(classes)[rng.integers(classes, size=batch)]
