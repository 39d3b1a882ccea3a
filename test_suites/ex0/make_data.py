"""The data of exercise 0, drawn by us: ``python test_suites/ex0/make_data.py`` writes provided/ and patterns.npz.

One hundred pictures, ten of each class, as uint8 arrays (32, 32, 3). Each has a background that runs between four
clearly different corner colours, so that its corners alone tell how it was turned or mirrored, and in it, off the
middle, a bright star with a number of tips that its class decides. The classes bear CIFAR-10's names and show nothing
of the kind.
"""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from reference_impl.patterns import checkerboard, circle, spectrum

SUITE = Path(__file__).parent
PLACES = ("", "data/")
"""Hand-ins look for exercise_data/ and Labels.json beside their files, or in data/."""
COUNT, SIZE, CLASSES = 100, 32, 10
SEED = 20240229
DARKEST, LIGHTEST = 16, 200
"""Of the background: 0 is left for the black edges of a picture that was turned about the wrong point."""
APART = 90
"""How far the corners of one picture are apart at least: the sum of the differences in red, green and blue."""


def pictures() -> tuple[np.ndarray, np.ndarray]:
    """(images, labels): uint8 (100, 32, 32, 3), int (100,)."""
    rng = np.random.default_rng(SEED)
    labels = rng.permutation(np.arange(COUNT) % CLASSES)
    return np.array([_picture(rng, int(label)) for label in labels]), labels


def _picture(rng: np.random.Generator, label: int) -> np.ndarray:
    image = _background(_corners(rng))
    image[_star(rng, tips=label + 3)] = rng.integers(220, 256, 3)
    return np.round(image).astype(np.uint8)


def _corners(rng: np.random.Generator) -> np.ndarray:
    """Four colours, drawn again until each differs from each: (2, 2, 3)."""
    while True:
        colours = rng.integers(DARKEST, LIGHTEST, (4, 3)).astype(float)
        if min(np.abs(a - b).sum() for a, b in itertools.combinations(colours, 2)) >= APART:
            return colours.reshape(2, 2, 3)


def _background(corners: np.ndarray) -> np.ndarray:
    """Bilinear between the corners: (32, 32, 3)."""
    share = np.linspace(0, 1, SIZE)
    weights = np.stack([1 - share, share])  # (2, 32)
    return np.einsum("iy,jx,ijc->yxc", weights, weights, corners)


def _star(rng: np.random.Generator, tips: int) -> np.ndarray:
    """Its pixels, clear of the edges: (32, 32) of bool."""
    row, column = rng.uniform(11, 20, 2)
    y, x = np.indices((SIZE, SIZE), dtype=float)
    angle = np.arctan2(y - row, x - column) + rng.uniform(0, 2 * np.pi)
    return np.hypot(y - row, x - column) < 6 + 3 * np.cos(tips * angle)


def provided_files() -> Iterator[tuple[str, bytes]]:
    """(place below provided/, content) of everything that hand-ins get."""
    images, labels = pictures()
    for place in PLACES:
        yield f"{place}Labels.json", json.dumps({str(i): int(label) for i, label in enumerate(labels)}).encode()
        for number, image in enumerate(images):
            content = io.BytesIO()
            np.save(content, image)
            yield f"{place}exercise_data/{number}.npy", content.getvalue()


def patterns() -> dict[str, np.ndarray]:
    """The pictures that the test files expect, by the names that they use. The candidate never sees them."""
    return {
        "checkers_250_25": checkerboard(250, 25).astype(np.uint8),
        "checkers_100_25": checkerboard(100, 25).astype(np.uint8),
        "circle_1024_200_512_256": circle(1024, 200, (512, 256)).astype(np.uint8),
        "circle_512_20_50_50": circle(512, 20, (50, 50)).astype(np.uint8),
        "spectrum_255": spectrum(255).astype(np.float32),
        "spectrum_100": spectrum(100).astype(np.float32),
    }


def main() -> None:
    """Write what there is to write."""
    for place, content in provided_files():
        path = SUITE / "provided" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    np.savez_compressed(SUITE / "patterns.npz", **patterns())


if __name__ == "__main__":
    main()
