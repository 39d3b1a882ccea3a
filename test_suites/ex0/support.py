"""What several test files of this suite share: how a pattern and a batch are asked for, and how images are compared.

The counting cases compare a generator with another one, never with the files: neither the order in which a hand-in
reads them nor the range of its values is fixed. Only advisory cases look for the pictures themselves, by correlation.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from exam.checks import What, assert_array, assert_close, assert_shape, assert_true, describe

SUITE = Path(__file__).parent
PROVIDED = SUITE / "provided"
COUNT = 100
IMAGES, LABELS = "./exercise_data/", "./Labels.json"
OUTPUT = {"en": "the attribute output", "de": "das Attribut output"}
DRAWN = {"en": "what draw returns", "de": "was draw zurückgibt,"}
DRAWN_AGAIN = {"en": "what the second draw returns", "de": "was das zweite draw zurückgibt,"}
BATCH_IMAGES = {"en": "the array of images that next returns", "de": "das Feld der Bilder, das next zurückgibt,"}
BATCH_LABELS = {"en": "the array of labels that next returns", "de": "das Feld der Labels, das next zurückgibt,"}

SAME = 1.5e-7
"""Two values agree to seven decimals, as NumPy's assert_almost_equal and the course's tests count them."""

KNOWN_PICTURE = 0.98
"""Least correlation of an image with the picture that it shows. Two different pictures, however turned, reach 0.86."""


# --- patterns -------------------------------------------------------------------------------------------------------


def pattern(name: str) -> np.ndarray:
    """An expected picture, of numbers: "checkers_250_25", "circle_512_20_50_50", "spectrum_100", … (make_data.py)."""
    with np.load(SUITE / "patterns.npz") as stored_patterns:
        return as_float(stored_patterns[name])


def drawn(figure: Any) -> np.ndarray:
    """What ``figure.draw()`` returns, as an array of numbers; says so where it returns nothing."""
    returned = figure.draw()
    assert_true(
        returned is not None,
        "Nothing came back from draw (None). It should return a copy of the pattern: `return self.output.copy()`.",
        "Von draw kam nichts zurück (None), es soll eine Kopie des Musters sein: `return self.output.copy()`.",
    )
    return as_float(assert_array(returned, what=DRAWN))


def stored(figure: Any) -> np.ndarray:
    """``figure.output``, as an array of numbers."""
    return as_float(assert_array(figure.output, what=OUTPUT))


def assert_copy(student: Any, figure: Any) -> None:
    """Overwriting what ``draw`` returned leaves the attribute output as it was."""
    kept = student.remote(figure.draw)()
    picture = student.fetch(kept)
    assert_true(
        isinstance(picture, np.ndarray),
        f"A NumPy array should come back from draw, but it is {describe(picture)}.",
        f"Von draw sollte ein NumPy-Feld zurückkommen, aber es ist {describe(picture)}.",
    )
    before = as_float(assert_array(picture, what=DRAWN)).copy()
    kept[:] = 0
    after = stored(figure)
    assert_true(
        after.shape == before.shape and not (np.any(before) and not np.any(after)),
        "Overwriting the array that draw returned also changed output: both are one array. Return a copy: "
        "`return self.output.copy()`.",
        "Wird das von draw zurückgegebene Feld überschrieben, ändert sich auch output: Beides ist ein Feld. Gib eine "
        "Kopie zurück: `return self.output.copy()`.",
    )
    assert_close(after, before, what=OUTPUT, rtol=0, atol=SAME)


def assert_redrawn(figure: Any) -> None:
    """A second ``draw`` gives what the first one gave."""
    first = drawn(figure)
    assert_close(drawn(figure), first, what=DRAWN_AGAIN, rtol=0, atol=SAME)


def assert_output_is_drawn(figure: Any, expected: np.ndarray, atol: float) -> None:
    """``draw`` returns the pattern and stores it, both."""
    assert_close(drawn(figure), expected, what=DRAWN, rtol=0, atol=atol)
    assert_close(stored(figure), expected, what=OUTPUT, rtol=0, atol=atol)


def assert_shown(student: Any, figure: Any) -> None:
    """``show`` puts the picture that output holds on the screen, in whatever colours."""
    figure.draw()
    screen = student.ExamFigures.shown_by(figure)
    assert_true(
        len(screen) > 0,
        "Nothing is on the screen after show. Call plt.imshow(self.output) and then plt.show().",
        "Nach show ist nichts auf dem Bildschirm. Rufe plt.imshow(self.output) auf und danach plt.show().",
    )
    expected = stored(figure)
    assert_true(
        any(_looks_like(picture, expected) for _, picture in screen),
        "What show puts on the screen is not the picture in output.",
        "Was show auf den Bildschirm bringt, ist nicht das Bild in output.",
    )


def _looks_like(picture: Any, expected: np.ndarray) -> bool:
    if np.shape(picture) != expected.shape:
        return False
    return float(np.sum(_unit(picture[None]) * _unit(expected[None]))) > KNOWN_PICTURE


# --- batches --------------------------------------------------------------------------------------------------------


class Batch(NamedTuple):
    """What one ``next`` returned: images (B, H, W, C), and the labels, not looked at yet."""

    images: np.ndarray
    raw_labels: Any

    @property
    def labels(self) -> np.ndarray:
        """(B,). Where they are no numbers, that is the student's mistake."""
        return assert_array(self.raw_labels, what=BATCH_LABELS).ravel()


def make(student: Any, batch_size: int, size: tuple[int, int, int] = (32, 32, 3), **switches: bool) -> Any:
    """A generator of the student's over the provided images."""
    return student.generator.ImageGenerator(IMAGES, LABELS, batch_size, list(size), **switches)


def next_batch(generator: Any) -> Batch:
    """Its next batch; says what is wrong where it is none."""
    return as_batch(generator.next())


def as_batch(returned: Any) -> Batch:
    try:
        images, labels = (None, None) if isinstance(returned, np.ndarray) else (returned[0], returned[1])
    except Exception:  # whatever it is, it is no pair
        images = labels = None
    assert_true(
        images is not None and labels is not None,
        f"What next returns should be a pair of the batch's images and its labels, but is {describe(returned)}.",
        f"Was next zurückgibt, sollte ein Paar aus den Bildern des Batches und seinen Labels sein, ist aber "
        f"{describe(returned)}.",
    )
    return Batch(assert_array(images, what=BATCH_IMAGES), labels)


def batches(generator: Any, count: int) -> list[Batch]:
    return [next_batch(generator) for _ in range(count)]


def assert_same_images(actual: np.ndarray, expected: np.ndarray, *, what: What) -> None:
    assert_close(as_float(actual), as_float(expected), what=what, rtol=SAME, atol=SAME)


def as_float(images: Any) -> np.ndarray:
    """Pixels whose differences may be negative."""
    return np.asarray(images, dtype=np.float64)


def differ(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two arrays are not the same in shape and to seven decimals."""
    return first.shape != second.shape or bool(np.any(np.abs(as_float(first) - as_float(second)) > SAME))


# --- the pictures themselves ----------------------------------------------------------------------------------------


@functools.cache
def pictures() -> np.ndarray:
    """The provided pictures, uint8 (100, 32, 32, 3), in the order of their numbers."""
    return np.array([np.load(PROVIDED / "exercise_data" / f"{number}.npy") for number in range(COUNT)])


@functools.cache
def picture_labels() -> np.ndarray:
    """Their labels, int (100,)."""
    labels = json.loads((PROVIDED / "Labels.json").read_text("utf-8"))
    return np.array([labels[str(number)] for number in range(COUNT)])


def shown(images: np.ndarray) -> np.ndarray:
    """The number of the picture that each image shows, upright; one that shows none is the student's mistake."""
    images = assert_shape(images, (len(images), *pictures().shape[1:]), what=BATCH_IMAGES)
    correlation = _unit(images) @ _unit(pictures()).T
    unknown = int(np.sum(correlation.max(axis=1) < KNOWN_PICTURE))
    assert_true(
        unknown == 0,
        f"{unknown} of {len(images)} images look like none of the pictures in {IMAGES}.",
        f"{unknown} von {len(images)} Bildern sehen aus wie keins der Bilder in {IMAGES}.",
    )
    return correlation.argmax(axis=1)


def _unit(images: np.ndarray) -> np.ndarray:
    """Each image as a row of mean 0 and length 1, so that a product of two rows is their correlation."""
    rows = as_float(images).reshape(len(images), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
