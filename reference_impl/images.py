"""An image generator deals out a data set of images in batches, for ever, and varies the images as it does so."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from reference_impl.tensor import Tensor

Labels = npt.NDArray[np.int64]
CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
"""The ten classes of CIFAR-10 in the order of their labels (Krizhevsky 2009)."""


def read_images(folder: Path, label_file: Path) -> tuple[Tensor, Labels]:
    """The images ``folder``/NAME.npy, (S, Y, X, C), in the order of their numbers NAME, and the labels (S,) that
    the JSON file gives each NAME."""
    labels: dict[str, int] = json.loads(label_file.read_text())
    names = sorted(labels, key=lambda name: (len(name), name))  # 2 before 10
    images = np.stack([np.load(folder / f"{name}.npy") for name in names])
    return images.astype(np.float64), np.array([labels[name] for name in names])


def interpolation(size: int, old_size: int) -> Tensor:
    """The matrix (size, old_size) that resizes one axis by linear interpolation between the centres of pixels.

    New pixel i lies at (i + 1/2) old_size / size - 1/2 of the old axis, held inside it at both ends.
    """
    at = np.clip((np.arange(size) + 0.5) * old_size / size - 0.5, 0, old_size - 1)  # (size,)
    distance: Tensor = np.abs(at[:, np.newaxis] - np.arange(old_size))  # (size, old_size)
    return np.maximum(0.0, 1 - distance)


def resize(image: Tensor, height: int, width: int) -> Tensor:
    """Bilinear: P image Q^T in each channel, one matrix for the rows and one for the columns: (height, width, C)."""
    rows, columns = interpolation(height, image.shape[0]), interpolation(width, image.shape[1])
    resized: Tensor = np.einsum("yi,ijc,xj->yxc", rows, image, columns, optimize=True)
    return resized


class ImageGenerator:
    """Batches of ``images`` (S, Y, X, C) and integer ``labels`` (S,), each image resized to ``image_size`` (Y', X', C).

    ``mirroring`` turns an image upside down, left to right, both or neither; ``rotation`` turns it by 0, 90, 180 or
    270 degrees; with equal probabilities, and anew for every image. ``shuffle`` draws a new order for every epoch.
    """

    def __init__(
        self,
        images: Tensor,
        labels: Labels,
        batch_size: int,
        image_size: tuple[int, int, int],
        rng: np.random.Generator,
        *,
        rotation: bool = False,
        mirroring: bool = False,
        shuffle: bool = False,
    ) -> None:
        self.images, self.labels = images, labels
        self.batch_size, self.image_size = batch_size, image_size
        self.rotation, self.mirroring, self.shuffle = rotation, mirroring, shuffle
        self._rng = rng
        self._epoch = 0
        self._begin()

    def next(self) -> tuple[Tensor, Labels]:
        """(images, labels) of the next batch: (B, Y', X', C) and (B,).

        An epoch's last batch is filled up with the first images of the same epoch; the next epoch begins with the
        first image of its own order. The images are copies.
        """
        if self._position >= len(self.images):
            self._epoch += 1
            self._begin()
        places = (self._position + np.arange(self.batch_size)) % len(self.images)
        self._position += self.batch_size
        chosen = self._order[places]
        return np.stack([self._vary(image) for image in self.images[chosen]]), self.labels[chosen]

    def current_epoch(self) -> int:
        """How often the data set was used up AND begun again: 0 until the first batch of the second pass."""
        return self._epoch

    @staticmethod
    def class_name(label: int) -> str:
        """What a label means."""
        return CLASS_NAMES[label]

    def _begin(self) -> None:
        """A new epoch: its order, and the place in it."""
        count = len(self.images)
        self._order = self._rng.permutation(count) if self.shuffle else np.arange(count)
        self._position = 0

    def _vary(self, image: Tensor) -> Tensor:
        """The image mirrored, rotated and resized: (Y', X', C)."""
        if self.mirroring:
            upside_down, left_right = self._rng.choice([1, -1], size=2)
            image = image[::upside_down, ::left_right]
        if self.rotation:
            image = np.rot90(image, k=int(self._rng.integers(4)))
        height, width, _ = self.image_size
        return image if image.shape[:2] == (height, width) else resize(image, height, width)
