"""Rotating and mirroring. The course's tests look at an image's four corners only, and so do the counting cases;
whether some images stay as they are is left open."""

from __future__ import annotations

import numpy as np
import pytest
from support import BATCH_IMAGES, COUNT, as_float, batches, differ, make, next_batch

from exam.checks import assert_shape, assert_true

PATIENCE = 20
"""Batches of 50 in which an image has to change. Drawn for each image, that takes one; drawn for each batch, a few."""

TURNS = {quarter: lambda image, quarter=quarter: np.rot90(image, quarter) for quarter in (1, 2, 3)}
FLIPS = {"upside down": np.flipud, "left to right": np.fliplr, "both": lambda image: image[::-1, ::-1]}


def corners(image):
    """The colours at the four corners: (2, 2, C)."""
    return image[[[0, 0], [-1, -1]], [[0, -1], [0, -1]]]


def agree(first, second):
    """Whether two pieces of an image are the same, to seven decimals of the range of values."""
    return bool(np.abs(first - second).max() <= 1e-6 * max(1.0, np.abs(second).max()))


def changed_pairs(student, **switches):
    """(plain, changed) for each image that differs in the first batch that has one, from two generators in step."""
    plain = [batch.images for batch in batches(make(student, 50), 2)]
    changing = make(student, 50, **switches)
    for number in range(PATIENCE):
        before, after = plain[number % 2], next_batch(changing).images
        assert_shape(after, before.shape, what=BATCH_IMAGES)
        pairs = [pair for pair in zip(as_float(before), as_float(after), strict=True) if differ(*pair)]
        if pairs:
            return pairs
    return []


def assert_changes(pairs, ways, others, *, name):
    """Each changed image's corners are those of the plain one, changed in one of these ways; says what it is if not."""
    assert_true(
        pairs,
        f"No image changed in {PATIENCE} batches, although {name}=True.",
        f"In {PATIENCE} Batches hat sich kein Bild verändert, obwohl {name}=True ist.",
    )
    for before, after in pairs:
        if any(agree(corners(after), corners(way(before))) for way in ways.values()):
            continue
        other = next((said for said, way in others if agree(corners(after), corners(way(before)))), None)
        said = other or _strange(before, after)
        assert_true(False, f"With {name}=True, {said[0]}", f"Mit {name}=True {said[1]}")


def _strange(before, after):
    if not corners(after).any():
        return (
            "the corners of a changed image are black: it was turned by another angle or about the wrong point.",
            "sind die Ecken eines veränderten Bildes schwarz: Es wurde um einen anderen Winkel oder den falschen Punkt "
            "gedreht.",
        )
    low, high = (float(image.max()) for image in sorted((before, after), key=np.max))
    if high > 100 * max(low, 1e-9):
        return (
            "the range of values changes too, e.g. from 0..255 to 0..1.",
            "ändert sich auch der Wertebereich, z. B. von 0..255 nach 0..1.",
        )
    return (
        "the corners of a changed image are none of the plain image's corners in a new order.",
        "sind die Ecken eines veränderten Bildes nicht die des unveränderten in neuer Anordnung.",
    )


def test_rotation(student):
    """With rotation, images are turned by 90, 180 or 270 degrees.

    de: Mit rotation werden Bilder um 90, 180 oder 270 Grad gedreht.
    hint: `np.rot90(image, k)` with a random k for each image.
    hint.de: `np.rot90(image, k)` mit einem zufälligen k für jedes Bild.
    """
    mirrored = ("an image was mirrored, not rotated.", "wurde ein Bild gespiegelt statt gedreht.")
    tilted = ("an image was mirrored about a diagonal (transposed), not rotated.",
              "wurde ein Bild an einer Diagonale gespiegelt (transponiert) statt gedreht.")  # fmt: skip
    others = [(mirrored, np.flipud), (mirrored, np.fliplr), (tilted, _transposed), (tilted, _transposed_other)]
    assert_changes(changed_pairs(student, rotation=True), TURNS, others, name="rotation")


def test_mirroring(student):
    """With mirroring, images are flipped upside down, left to right, or both.

    de: Mit mirroring werden Bilder auf den Kopf gestellt, seitenverkehrt oder beides.
    hint: `np.flipud(image)`, `np.fliplr(image)`, or one after the other, chosen anew for each image.
    hint.de: `np.flipud(image)`, `np.fliplr(image)` oder beide nacheinander, für jedes Bild neu gewählt.
    """
    turned = ("an image was turned by 90 degrees, not mirrored.", "wurde ein Bild um 90 Grad gedreht statt gespiegelt.")
    tilted = ("an image was mirrored about a diagonal (transposed): swap no axes.",
              "wurde ein Bild an einer Diagonale gespiegelt (transponiert): Vertausche keine Achsen.")  # fmt: skip
    others = [(turned, TURNS[1]), (turned, TURNS[3]), (tilted, _transposed), (tilted, _transposed_other)]
    assert_changes(changed_pairs(student, mirroring=True), FLIPS, others, name="mirroring")


def _transposed(image):
    return image.transpose(1, 0, 2)


def _transposed_other(image):
    return np.rot90(image, 2).transpose(1, 0, 2)


def kinds_seen(pairs, ways):
    """In which of these ways the images were changed, judged by all of their pixels."""
    tolerance = 0.02 * max(after.max() for _, after in pairs)
    for before, after in pairs:
        seen = [name for name, way in ways.items() if np.abs(after - way(before)).max() <= tolerance]
        assert_true(
            seen,
            "A changed image is not the plain one turned or mirrored, seen as a whole.",
            "Ein verändertes Bild ist, als Ganzes gesehen, nicht das gedrehte oder gespiegelte Original.",
        )
        yield seen[0]


@pytest.mark.advisory
def test_every_rotation_occurs(student):
    """In a batch of 50, each of the three rotations occurs, and the whole image is turned.

    de: In einem Batch von 50 kommt jede der drei Drehungen vor, und das ganze Bild wird gedreht.
    hint: Draw the rotation for each image anew: `np.random.choice([1, 2, 3])`, then `np.rot90(image, k)`.
    hint.de: Ziehe die Drehung für jedes Bild neu: `np.random.choice([1, 2, 3])`, dann `np.rot90(image, k)`.
    why: The course's tests accept a generator that always turns by the same angle, or a whole batch alike, and look at
      the corners only.
    why.de: Die Kurstests nehmen auch einen Generator an, der immer um denselben Winkel oder den ganzen Batch gleich
      dreht, und sehen nur auf die Ecken.
    """
    pairs = changed_pairs(student, rotation=True)
    assert_true(pairs, "No image was rotated.", "Kein Bild wurde gedreht.")
    missing = sorted(90 * turn for turn in TURNS.keys() - set(kinds_seen(pairs, TURNS)))
    angles = ", ".join(map(str, missing))
    assert_true(
        not missing,
        f"Among {len(pairs)} rotated images of one batch, no rotation by {angles} degrees occurs.",
        f"Unter {len(pairs)} gedrehten Bildern eines Batches kommt keine Drehung um {angles} Grad vor.",
    )


@pytest.mark.advisory
def test_both_kinds_of_mirroring_occur(student):
    """In a batch of 50, both ways of mirroring occur, and the whole image is mirrored.

    de: In einem Batch von 50 kommen beide Arten der Spiegelung vor, und das ganze Bild wird gespiegelt.
    hint: Decide for each image anew, with random numbers of its own, whether and how it is flipped.
    hint.de: Entscheide für jedes Bild neu, mit eigenen Zufallszahlen, ob und wie es gespiegelt wird.
    why: The course's tests accept a generator that always flips in the same way, or a whole batch alike.
    why.de: Die Kurstests nehmen auch einen Generator an, der immer gleich oder den ganzen Batch gleich spiegelt.
    """
    pairs = changed_pairs(student, mirroring=True)
    assert_true(pairs, "No image was mirrored.", "Kein Bild wurde gespiegelt.")
    seen = set(kinds_seen(pairs, FLIPS))
    assert_true(
        len(seen) >= 2,
        f"Among {len(pairs)} mirrored images of one batch, all are flipped in one way: {', '.join(seen)}.",
        f"Unter {len(pairs)} gespiegelten Bildern eines Batches sind alle auf dieselbe Art gespiegelt.",
    )


@pytest.mark.advisory
def test_both_at_once(student):
    """With rotation and mirroring together, each image is still one of the pictures, turned and mirrored.

    de: Auch mit rotation und mirroring zugleich ist jedes Bild noch eins der Bilder, gedreht und gespiegelt.
    hint: Apply both to the image, one after the other, and give the result back.
    hint.de: Wende beides nacheinander auf das Bild an und gib das Ergebnis zurück.
    why: The course's tests switch on one at a time.
    why.de: Die Kurstests schalten immer nur eins davon ein.
    """
    plain, changed = (
        as_float(batches(make(student, 50, **switches), 1)[0].images)
        for switches in ({}, {"rotation": True, "mirroring": True})
    )
    assert_shape(changed, plain.shape, what=BATCH_IMAGES)
    tolerance = 0.02 * np.abs(plain).max()
    for before, after in zip(plain, changed, strict=True):
        forms = [np.rot90(side, quarter) for side in (before, before[:, ::-1]) for quarter in range(4)]
        assert_true(
            min(np.abs(after - form).max() for form in forms) <= tolerance,
            "An image is none of the eight forms that turning and mirroring can give it.",
            "Ein Bild ist keine der acht Formen, die es durch Drehen und Spiegeln annehmen kann.",
        )


@pytest.mark.advisory
def test_the_data_stays_as_it_is(student):
    """Augmentation changes the batch, not the generator's data: no picture fades or changes over ten epochs.

    de: Die Augmentierung verändert den Batch, nicht die Daten des Generators: Kein Bild leidet über zehn Epochen.
    hint: Turn and mirror a copy of the image, with functions that only move pixels.
    hint.de: Drehe und spiegle eine Kopie des Bildes, und zwar mit Funktionen, die Pixel nur verschieben.
    why: The course's tests look at the first batch.
    why.de: Die Kurstests sehen sich den ersten Batch an.
    """
    generator = make(student, 50, rotation=True, mirroring=True)
    epochs = [np.concatenate([batch.images for batch in batches(generator, 2)]) for _ in range(10)]
    first, last = (np.sort(as_float(images).reshape(COUNT, -1), axis=1) for images in (epochs[0], epochs[-1]))
    off = np.abs(first.mean(axis=0) - last.mean(axis=0)).max()
    assert_true(
        off <= 0.01 * np.abs(first).max(),
        "After ten epochs the pictures' values are not what they were in the first.",
        "Nach zehn Epochen sind die Werte der Bilder nicht mehr die der ersten.",
    )
