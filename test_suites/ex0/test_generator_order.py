"""What the course's tests do not see of the generator: whole epochs, labels that stay with their images, copies."""

from __future__ import annotations

import numpy as np
import pytest
from support import (
    BATCH_IMAGES,
    BATCH_LABELS,
    COUNT,
    as_batch,
    assert_same_images,
    batches,
    make,
    next_batch,
    picture_labels,
    shown,
)

from exam.checks import assert_number, assert_shape, assert_true


def assert_labels_fit(batch, *, when, wann):
    """Each label is that of the picture that its image shows."""
    labels = assert_shape(batch.labels, (len(batch.images),), what=BATCH_LABELS)
    wrong = int(np.sum(labels != picture_labels()[shown(batch.images)]))
    assert_true(
        wrong == 0,
        f"{wrong} of {len(labels)} labels are not those of their images ({when}).",
        f"{wrong} von {len(labels)} Labels gehören nicht zu ihren Bildern ({wann}).",
    )


@pytest.mark.advisory
def test_labels_belong_to_their_images(student):
    """Each image comes with the label that Labels.json gives it, also when shuffled and after the end of the data.

    de: Jedes Bild kommt mit dem Label, das Labels.json ihm gibt, auch gemischt und nach dem Ende der Daten.
    hint: Take the label by the file's name, and index images and labels with the same permutation.
    hint.de: Nimm das Label nach dem Namen der Datei und indiziere Bilder und Labels mit derselben Permutation.
    why: The course's tests never ask whether a label fits its image. A network would learn from wrong labels.
    why.de: Die Kurstests fragen nie, ob ein Label zu seinem Bild passt. Ein Netz würde aus falschen Labels lernen.
    """
    for batch in batches(make(student, 60), 2):
        assert_labels_fit(batch, when="in order", wann="der Reihe nach")
    for batch in batches(make(student, 60, shuffle=True), 3):
        assert_labels_fit(batch, when="shuffled", wann="gemischt")


@pytest.mark.advisory
def test_every_epoch_is_complete(student):
    """Each of three epochs shows every image exactly once, in batches of 10, shuffled or not.

    de: Jede von drei Epochen zeigt jedes Bild genau einmal, in Batches von 10, gemischt oder nicht.
    hint: Walk through one permutation of all images for each epoch, and begin the next one at its first entry.
    hint.de: Gehe je Epoche eine Permutation aller Bilder durch und beginne die nächste bei ihrem ersten Eintrag.
    why: The course's tests look at two batches of the first epoch.
    why.de: Die Kurstests sehen sich zwei Batches der ersten Epoche an.
    """
    for shuffle in (False, True):
        generator = make(student, 10, shuffle=shuffle)
        for epoch in range(3):
            images = np.concatenate([batch.images for batch in batches(generator, COUNT // 10)])
            missing = COUNT - len(np.unique(images.reshape(len(images), -1), axis=0))
            assert_true(
                missing == 0,
                f"Epoch {epoch} leaves out {missing} of {COUNT} images and repeats others (shuffle={shuffle}).",
                f"Epoche {epoch} lässt {missing} von {COUNT} Bildern aus und wiederholt andere (shuffle={shuffle}).",
            )


@pytest.mark.advisory
def test_the_order_without_shuffle_stays(student):
    """Without shuffle, every epoch has the same order.

    de: Ohne shuffle hat jede Epoche dieselbe Reihenfolge.
    hint: Shuffle only `if self.shuffle`, at the beginning and at the end of an epoch.
    hint.de: Mische nur, `if self.shuffle`, am Anfang wie am Ende einer Epoche.
    why: The course's tests compare the first epoch only.
    why.de: Die Kurstests vergleichen nur die erste Epoche.
    """
    passes = batches(make(student, 50), 4)
    what = {"en": "the first batch of the second epoch", "de": "der erste Batch der zweiten Epoche"}
    assert_same_images(passes[2].images, passes[0].images, what=what)


@pytest.mark.advisory
def test_epochs_are_counted_on_and_on(student):
    """current_epoch goes on counting: with batches of 20 it is 0 for five calls of next, 1 for five, 2 for five, …

    de: current_epoch zählt immer weiter: Bei Batches von 20 ist sie fünf Aufrufe von next lang 0, dann fünf lang 1, …
    hint: Add one whenever next begins a new pass; nothing else sets the counter.
    hint.de: Zähle eins dazu, wann immer next einen neuen Durchgang beginnt; sonst setzt nichts den Zähler.
    why: The course's tests look at the first three batches.
    why.de: Die Kurstests sehen sich die ersten drei Batches an.
    """
    generator = make(student, 20)
    told = [generator.current_epoch()]
    for _ in range(16):
        generator.next()
        told.append(generator.current_epoch())
    told = [int(assert_number(epoch, what="current_epoch()")) for epoch in told]
    expected = [0, *(call // 5 for call in range(16))]
    assert_true(
        told == expected,
        f"Before and after each call of next, current_epoch gives {told} instead of {expected}.",
        f"Vor und nach jedem Aufruf von next liefert current_epoch {told} statt {expected}.",
    )


@pytest.mark.advisory
def test_batches_are_copies(student):
    """Who overwrites a batch does not change the generator's data: later batches stay as they are.

    de: Wer einen Batch überschreibt, ändert die Daten des Generators nicht: Spätere Batches bleiben, wie sie sind.
    hint: Copy the images into the batch: `np.array([...])` does, a slice of the data does not.
    hint.de: Kopiere die Bilder in den Batch: `np.array([...])` tut das, ein Ausschnitt der Daten nicht.
    why: The course's tests never write into a batch. Training code may, when it normalises its inputs in place.
    why.de: Die Kurstests schreiben nie in einen Batch. Trainingscode tut das vielleicht, wenn er Eingaben normiert.
    """
    generator = make(student, 50)
    returned = student.remote(generator.next)()
    as_batch(student.fetch(returned))
    student.remote(returned.__getitem__)(0)[:] = 0
    later = np.concatenate([batch.images for batch in batches(generator, 3)])
    emptied = int(np.sum(~later.reshape(len(later), -1).any(axis=1)))
    assert_true(
        emptied == 0,
        f"After a batch was overwritten with 0, {emptied} images of later batches are 0 too.",
        f"Nachdem ein Batch mit 0 überschrieben wurde, sind auch {emptied} Bilder späterer Batches 0.",
    )


@pytest.mark.advisory
def test_a_batch_larger_than_the_data(student):
    """A batch of 230 images holds the 100 images twice, and 30 of them once more.

    de: Ein Batch von 230 Bildern enthält die 100 Bilder zweimal und 30 von ihnen noch einmal.
    hint: `np.arange(start, start + batch_size) % len(images)` are the indices of a batch, however long it is.
    hint.de: `np.arange(start, start + batch_size) % len(images)` sind die Indizes eines Batches, so lang er auch ist.
    why: The course's tests use batches smaller than the data set.
    why.de: Die Kurstests benutzen Batches, die kleiner als der Datensatz sind.
    """
    images = assert_shape(next_batch(make(student, 230)).images, (230, 32, 32, 3), what=BATCH_IMAGES)
    for start, end in ((100, 200), (200, 230)):
        what = {
            "en": f"the part of the batch from image {start} to {end - 1}",
            "de": f"der Teil des Batches von Bild {start} bis {end - 1}",
        }
        assert_same_images(images[start:end], images[: end - start], what=what)
