"""The image generator: batches, the epoch counter and the labels, as far as the course's tests look.

Free are the order in which the files are read, the range of values after resizing, and what an epoch begins with after
a batch that was completed from the beginning.
"""

from __future__ import annotations

import numpy as np
from support import (
    BATCH_IMAGES,
    BATCH_LABELS,
    COUNT,
    as_float,
    assert_same_images,
    batches,
    differ,
    make,
    next_batch,
)

from exam.checks import assert_array, assert_close, assert_equal, assert_true


def test_init(student):
    """Two generators over the same files, without shuffling, give the same images and labels.

    de: Zwei Generatoren über dieselben Dateien liefern ohne shuffle dieselben Bilder und Labels.
    hint: Read the files in a fixed order, and draw random numbers only where rotation, mirroring or shuffle is True.
    hint.de: Lies die Dateien in fester Reihenfolge und ziehe nur dort Zufallszahlen, wo rotation, mirroring oder
      shuffle True ist.
    """
    (first, first_next), (second, second_next) = batches(make(student, 12), 2), batches(make(student, 12), 2)
    assert_same_images(second.images, first.images, what=BATCH_IMAGES)
    assert_close(second_next.labels, first_next.labels, what=BATCH_LABELS, rtol=0, atol=0)


def test_duplicate(student):
    """While an epoch lasts, no image comes twice, shuffled as they are.

    de: Solange eine Epoche dauert, kommt kein Bild zweimal, auch wenn gemischt wird.
    hint: Draw a permutation of all images once for each epoch and take the batches from it one after the other; drawing
      each batch with np.random.choice repeats images.
    hint.de: Ziehe einmal je Epoche eine Permutation aller Bilder und nimm die Batches daraus der Reihe nach; wer jeden
      Batch mit np.random.choice zieht, wiederholt Bilder.
    """
    images = np.concatenate([batch.images for batch in batches(make(student, 50, shuffle=True), 2)])
    repeated = len(images) - len(np.unique(images.reshape(len(images), -1), axis=0))
    assert_true(
        repeated == 0,
        f"{repeated} of the {len(images)} images in the two batches of one epoch are repetitions.",
        f"{repeated} der {len(images)} Bilder in den zwei Batches einer Epoche sind Wiederholungen.",
    )


def test_reset_index(student):
    """A batch that reaches past the last image is completed with images from the beginning.

    de: Ein Batch, der über das letzte Bild hinausreicht, wird mit Bildern vom Anfang aufgefüllt.
    hint: With 100 images and batches of 60, the second batch holds images 60 to 99 and then 0 to 19.
    hint.de: Bei 100 Bildern und Batches von 60 enthält der zweite Batch die Bilder 60 bis 99 und dann 0 bis 19.
    """
    for size in (60, 83):
        first, second = batches(make(student, size), 2)
        reused = 2 * size - COUNT
        assert_true(
            len(second.images) == size,
            f"The second batch of {size} has {len(second.images)} images. Complete it from the beginning of the data.",
            f"Der zweite Batch von {size} enthält {len(second.images)} Bilder. Fülle ihn vom Anfang der Daten auf.",
        )
        what = {
            "en": f"the end of the second batch of {size} (its last {reused} images)",
            "de": f"das Ende des zweiten Batches von {size} (seine letzten {reused} Bilder)",
        }
        assert_same_images(second.images[-reused:], first.images[:reused], what=what)


def test_shuffle(student):
    """With shuffle, images and labels come in another order than without.

    de: Mit shuffle kommen Bilder und Labels in anderer Reihenfolge als ohne.
    hint: Shuffle before the first batch already, not only at the end of the first epoch.
    hint.de: Mische schon vor dem ersten Batch, nicht erst am Ende der ersten Epoche.
    """
    plain, plain_next = batches(make(student, 10), 2)
    mixed, mixed_next = batches(make(student, 10, shuffle=True), 2)
    assert_true(
        differ(plain.images, mixed.images),
        "With shuffle=True the first batch holds the same images in the same order as with shuffle=False.",
        "Mit shuffle=True enthält der erste Batch dieselben Bilder in derselben Reihenfolge wie mit shuffle=False.",
    )
    assert_true(
        not np.array_equal(plain_next.labels, mixed_next.labels),
        "The images are shuffled, but the labels are not.",
        "Die Bilder sind gemischt, die Labels aber nicht.",
    )


def test_shuffle_epoch(student):
    """With shuffle, the next epoch begins with other images than the last.

    de: Mit shuffle beginnt die nächste Epoche mit anderen Bildern als die letzte.
    hint: Draw a new permutation of the whole data set whenever an epoch begins.
    hint.de: Ziehe zu Beginn jeder Epoche eine neue Permutation des ganzen Datensatzes.
    """
    epochs = batches(make(student, 50, shuffle=True), 3)
    first, again = (np.sort(as_float(batch.images).ravel()) for batch in (epochs[0], epochs[2]))
    assert_true(
        differ(first, again),
        "The first batch of the second epoch holds the same images as that of the first.",
        "Der erste Batch der zweiten Epoche enthält dieselben Bilder wie der der ersten.",
    )


EPOCHS_WRONG = {
    (0, 1, 1): ("one batch too early: a new epoch begins with the batch that FOLLOWS the last image, not with the last "
                "batch itself", "einen Batch zu früh: Eine neue Epoche beginnt mit dem Batch NACH dem letzten Bild, "
                "nicht schon mit dem letzten Batch"),
    (0, 0, 0): ("one batch too late, or never", "einen Batch zu spät oder nie"),
    (1, 1, 2): ("from 1 on: the first epoch has the number 0", "ab 1: Die erste Epoche hat die Nummer 0"),
    (1, 2, 3): ("with each batch", "mit jedem Batch"),
    (0, 1, 2): ("with each batch", "mit jedem Batch"),
}  # fmt: skip


def test_epoch(student):
    """current_epoch is 0 for the first pass over the data, and 1 as soon as next begins the second.

    de: current_epoch ist 0 beim ersten Durchgang durch die Daten und 1, sobald next den zweiten beginnt.
    hint: With 100 images and batches of 50, it is 0 after the first and the second call of next, and 1 after the third.
    hint.de: Bei 100 Bildern und Batches von 50 ist sie nach dem ersten und zweiten Aufruf von next 0, nach dem
      dritten 1.
    """
    generator = make(student, 50)
    told = []
    for _ in range(3):
        next_batch(generator)
        told.append(generator.current_epoch())
    counted = tuple(told) if all(isinstance(epoch, int) for epoch in told) else ()
    en, de = EPOCHS_WRONG.get(counted, ("", ""))
    assert_true(
        not en,
        f"After calls 1, 2, 3 of next with batches of 50, current_epoch gives {told} instead of [0, 0, 1]. "
        f"It counts {en}.",
        f"Nach Aufruf 1, 2, 3 von next mit Batches von 50 liefert current_epoch {told} statt [0, 0, 1]. "
        f"Sie zählt {de}.",
    )
    for call, (epoch, expected) in enumerate(zip(told, (0, 0, 1), strict=True), 1):
        what = {"en": f"current_epoch() after call {call} of next", "de": f"current_epoch() nach next Nummer {call}"}
        number = assert_array(epoch, what=what)
        assert_equal(number.tolist(), expected, what=what)


def test_labels(student):
    """The labels are whole numbers, not text and not floats.

    de: Die Labels sind ganze Zahlen, weder Text noch Kommazahlen.
    hint: Labels.json holds whole numbers already. Collect them with np.array(labels, dtype=int): np.zeros without a
      dtype makes floats of them, and a list that also holds names makes text of them.
    hint.de: In Labels.json stehen schon ganze Zahlen. Sammle sie mit np.array(labels, dtype=int): np.zeros ohne dtype
      macht Kommazahlen daraus, und eine Liste, die auch Namen enthält, macht Text daraus.
    """
    labels = next_batch(make(student, 12)).labels
    assert_true(
        labels.dtype.kind in "iu",
        f"The labels have dtype {labels.dtype}. Convert them with labels.astype(int).",
        f"Die Labels haben den dtype {labels.dtype}. Wandle sie mit labels.astype(int) um.",
    )
