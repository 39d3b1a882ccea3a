"""Resizing. The course's test asks for the shape alone; the range of values and the method are left open."""

from __future__ import annotations

import numpy as np
import pytest
from support import BATCH_IMAGES, make, next_batch, shown

from exam.checks import assert_shape, assert_true


def test_resize(student):
    """The images of a batch have the size that was asked for.

    de: Die Bilder eines Batches haben die verlangte Größe.
    hint: Resize each image with skimage.transform.resize(image, image_size) and stack them with np.array.
    hint.de: Bringe jedes Bild mit skimage.transform.resize(image, image_size) auf Größe und staple sie mit np.array.
    """
    images = assert_shape(next_batch(make(student, 12, (50, 50, 3))).images, (12, 50, 50, 3), what=BATCH_IMAGES)
    returned = make(student, 12, (50, 50, 3)).next()[0]
    assert_true(
        isinstance(returned, np.ndarray) and images.ndim == 4,
        "The images of a batch should be one NumPy array, not a list of images: np.array(images).",
        "Die Bilder eines Batches sollten ein NumPy-Feld sein, keine Liste von Bildern: np.array(images).",
    )


def coarse(images):
    """The mean colours in a grid of 5 x 5 cells, which no method of resizing changes much: (B, 5, 5, C)."""
    rows = [part.mean(axis=1) for part in np.array_split(images, 5, axis=1)]
    cells = [part.mean(axis=2) for part in np.array_split(np.stack(rows, axis=1), 5, axis=2)]
    return np.stack(cells, axis=2)


def resemblance(images, others):
    """The correlation of each image with its counterpart."""
    first, second = (np.asarray(many, dtype=float).reshape(len(many), -1) for many in (images, others))
    return np.array([np.corrcoef(*pair)[0, 1] for pair in zip(first, second, strict=True)])


def assert_resized(student, height, width):
    """Each image shows the picture that the generator gives in its own size, made larger or smaller."""
    upright = next_batch(make(student, 10)).images
    images = next_batch(make(student, 10, (height, width, 3))).images
    shown(upright)
    images = assert_shape(images, (10, height, width, 3), what=BATCH_IMAGES)
    tiled = np.array([np.resize(image, (height, width, 3)) for image in upright])
    assert_true(
        resemblance(images, tiled).min() < 0.95,
        "The images were reshaped, not resized: the values are the old ones in new rows. np.resize and reshape only "
        "rearrange values; use skimage.transform.resize.",
        "Die Bilder wurden umsortiert statt skaliert: Es sind die alten Werte in neuen Zeilen. np.resize und reshape "
        "ordnen Werte nur um; nimm skimage.transform.resize.",
    )
    alike = resemblance(coarse(images), coarse(upright)).min()
    assert_true(
        alike > 0.9,
        f"The images of size {height} x {width} do not show the pictures that they should (correlation {alike:.2f}).",
        f"Die Bilder der Größe {height} x {width} zeigen nicht, was sie sollen (Korrelation {alike:.2f}).",
    )


@pytest.mark.advisory
def test_resizing_keeps_the_picture(student):
    """A resized image still shows its picture, larger or smaller.

    de: Ein skaliertes Bild zeigt noch sein Motiv, größer oder kleiner.
    hint: skimage.transform.resize, cv2.resize, PIL's Image.resize or scipy.ndimage.zoom interpolate; np.resize,
      reshape and slicing do not.
    hint.de: skimage.transform.resize, cv2.resize, Image.resize von PIL oder scipy.ndimage.zoom interpolieren;
      np.resize, reshape und Ausschneiden nicht.
    why: The course's test of resizing looks at the shape only.
    why.de: Der Kurstest zum Skalieren sieht sich nur die Form (shape) an.
    """
    assert_resized(student, 50, 50)
    assert_resized(student, 20, 20)


@pytest.mark.advisory
def test_height_comes_before_width(student):
    """image_size is [height, width, channels], also where the two differ.

    de: image_size ist [Höhe, Breite, Kanäle], auch wenn beide verschieden sind.
    hint: cv2.resize and PIL take (width, height): cv2.resize(image, (image_size[1], image_size[0])).
    hint.de: cv2.resize und PIL wollen (Breite, Höhe): cv2.resize(image, (image_size[1], image_size[0])).
    why: The course's tests use square images.
    why.de: Die Kurstests benutzen quadratische Bilder.
    """
    assert_resized(student, 24, 40)
