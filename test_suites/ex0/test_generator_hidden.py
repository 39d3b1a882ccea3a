"""The generator with batch sizes that do not divide the number of images."""

from __future__ import annotations

import numpy as np
import pytest
from support import COUNT, batches, make, next_batch, picture_labels, shown

from exam.checks import assert_true


@pytest.mark.advisory
def test_any_batch_size(student, rng):
    """With a batch size that does not divide 100, the first epoch still shows each image, with its own label.

    de: Auch bei einer Batchgröße, die 100 nicht teilt, zeigt die erste Epoche jedes Bild, mit seinem eigenen Label.
    hint: Only the batch that reaches past the end is completed from the beginning; nothing is left out before it.
    hint.de: Nur der Batch, der über das Ende reicht, wird vom Anfang aufgefüllt; davor wird nichts ausgelassen.
    why: The course's tests know the batch sizes 60 and 83, and never look at both images and labels.
    why.de: Die Kurstests kennen die Batchgrößen 60 und 83 und sehen nie Bilder und Labels zugleich an.
    """
    size = int(rng.choice([9, 11, 33]))  # each leaves one image for its last batch: the first one to be forgotten
    for shuffle in (False, True):
        epoch = batches(make(student, size, shuffle=shuffle), -(-COUNT // size))
        lengths = sorted({len(batch.images) for batch in epoch})
        assert_true(
            lengths == [size],
            f"The batches of the first epoch should all hold {size} images, but hold {lengths}.",
            f"Die Batches der ersten Epoche sollten alle {size} Bilder enthalten, enthalten aber {lengths}.",
        )
        numbers = [shown(batch.images) for batch in epoch]
        missing = COUNT - len(np.unique(np.concatenate(numbers)))
        assert_true(
            missing == 0,
            f"With batches of {size}, {missing} images are missing from the first epoch (shuffle={shuffle}).",
            f"Bei Batches von {size} fehlen {missing} Bilder in der ersten Epoche (shuffle={shuffle}).",
        )
        fits = all(np.array_equal(batch.labels, picture_labels()[n]) for batch, n in zip(epoch, numbers, strict=True))
        assert_true(fits, "Labels and images do not fit together.", "Labels und Bilder passen nicht zusammen.")


@pytest.mark.advisory
def test_two_generators_do_not_disturb_each_other(student):
    """A second generator does not change what the first one gives.

    de: Ein zweiter Generator ändert nichts an dem, was der erste liefert.
    hint: Keep images, position and epoch in self, not in the class or the module.
    hint.de: Lege Bilder, Position und Epoche in self ab, nicht in der Klasse oder im Modul.
    why: The course's tests use one generator after the other.
    why.de: Die Kurstests benutzen einen Generator nach dem anderen.
    """
    expected = [shown(batch.images) for batch in batches(make(student, 30), 3)]
    first, second = make(student, 30), make(student, 50, shuffle=True)
    got = []
    for _ in range(3):
        got.append(shown(next_batch(first).images))
        next_batch(second)
    assert_true(
        np.array_equal(got, expected),
        "While a second generator is in use, the first one gives other images.",
        "Während ein zweiter Generator benutzt wird, liefert der erste andere Bilder.",
    )
