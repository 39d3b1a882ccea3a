"""The data set: an image becomes a normalised tensor of three channels, and its two labels come with it."""

from __future__ import annotations

import numpy as np
import pytest

from exam.checks import assert_close, assert_equal, assert_shape, assert_true

IMAGE = {"en": "the image", "de": "das Bild"}
LABEL = {"en": "the label", "de": "das Label"}
TOLERANCE = 0.09
"""How far mean and mean square may be from 0 and 1: the course's bound."""
READS = 16


def make(student, rows, mode="val"):
    return student.data.ChallengeDataset(rows, mode)


def test_shape(student):
    """A sample is an image of shape (3, 300, 300) and a label of two values.

    de: Ein Beispiel ist ein Bild der Form (3, 300, 300) und ein Label aus zwei Werten.
    hint: The files are gray: make three channels of one with `gray2rgb`. ToTensor puts the channels first.
    hint.de: Die Dateien sind grau: Mache mit `gray2rgb` aus einem Kanal drei. ToTensor stellt die Kanäle nach vorn.
    """
    image, label = student.ExamData.sample(make(student, student.ExamData.table()), 0)
    assert_shape(image, (3, 300, 300), what=IMAGE)
    size = np.asarray(label).size
    assert_true(
        size == 2,
        f"The label should have two values, crack and inactive, but has {size}.",
        f"Das Label sollte zwei Werte haben, crack und inactive, hat aber {size}.",
    )


def test_normalization(student):
    """Over all images of the validation, each channel has mean 0 and variance 1.

    de: Über alle Bilder der Validierung hat jeder Kanal Mittelwert 0 und Varianz 1.
    hint: Normalise with the mean and standard deviation of the exercise, after ToTensor, which divides by 255; do not
      divide by 255 yourself. In the mode "val" nothing else may change the image.
    hint.de: Normalisiere mit Mittelwert und Standardabweichung aus der Aufgabe, nach ToTensor, das durch 255 teilt;
      teile nicht selbst durch 255. Im Modus "val" darf das Bild sonst nicht verändert werden.
    """
    pixels, sums, squares = student.ExamData.moments(make(student, student.ExamData.table()))
    means = (
        assert_shape(sums, (3,), what={"en": "the sum over each channel", "de": "die Summe über jeden Kanal"}) / pixels
    )
    spreads = np.asarray(squares) / pixels
    for channel, (mean, square) in enumerate(zip(means, spreads, strict=True)):
        assert_true(
            abs(mean) < TOLERANCE and abs(square - 1) < TOLERANCE,
            f"Over all images, channel {channel} has mean {mean:.3g} (should be 0) and mean square {square:.3g} "
            "(should be 1).",
            f"Über alle Bilder hat Kanal {channel} den Mittelwert {mean:.3g} (sollte 0 sein) und das mittlere Quadrat "
            f"{square:.3g} (sollte 1 sein).",
        )


@pytest.mark.advisory
def test_validation_leaves_the_image_alone(student):
    """In the mode "val" the same image is the same each time.

    de: Im Modus "val" ist dasselbe Bild jedes Mal gleich.
    hint: Make two Compose: one with random transforms for "train", one without for "val".
    hint.de: Mache zwei Compose: eine mit zufälligen Transformationen für "train", eine ohne für "val".
    why: The course's tests look at each image once. A validation on images that are changed at random measures another
      thing each time, and early stopping follows the noise.
    why.de: Die Kurstests sehen jedes Bild einmal an. Eine Validierung auf zufällig veränderten Bildern misst jedes Mal
      etwas anderes, und Early Stopping folgt dem Rauschen.
    """
    distinct = count_distinct(student, "val")
    assert_true(
        distinct == 1,
        f"In the mode “val”, {READS} reads of one image gave {distinct} different ones.",
        f"Im Modus „val“ gaben {READS} Lesevorgänge eines Bildes {distinct} verschiedene.",
    )


@pytest.mark.advisory
def test_training_changes_the_image(student):
    """In the mode "train" an image is changed at random, for instance mirrored.

    de: Im Modus "train" wird ein Bild zufällig verändert, zum Beispiel gespiegelt.
    hint: Put `tv.transforms.RandomHorizontalFlip()` and the like between ToPILImage and ToTensor.
    hint.de: Setze `tv.transforms.RandomHorizontalFlip()` und Ähnliches zwischen ToPILImage und ToTensor.
    why: Nobody asks for it, yet with 2000 images augmentation decides how well a network does on those it never saw.
    why.de: Niemand verlangt es, doch bei 2000 Bildern entscheidet die Augmentierung, wie gut ein Netz auf solchen ist,
      die es nie gesehen hat.
    """
    assert_true(
        count_distinct(student, "train") > 1,
        f"In the mode “train”, {READS} reads of one image were all the same.",
        f"Im Modus „train“ waren {READS} Lesevorgänge eines Bildes alle gleich.",
    )


def count_distinct(student, mode):
    """How many different images the first row gives in some reads."""
    dataset = make(student, student.ExamData.table(), mode)
    images = [student.ExamData.sample(dataset, 0)[0] for _ in range(READS)]
    return len({np.asarray(image).tobytes() for image in images})


@pytest.mark.advisory
def test_training_keeps_shape_and_label(student):
    """In the mode "train" image and label keep their shape, and the label its values.

    de: Im Modus "train" behalten Bild und Label ihre Form und das Label seine Werte.
    hint: A rotation with `expand=True` or a crop changes the size; resize back to 300 x 300.
    hint.de: Eine Drehung mit `expand=True` oder ein Ausschnitt ändert die Größe; bringe sie zurück auf 300 x 300.
    why: The course's tests only use the mode "val". Images of different sizes cannot be put into one batch.
    why.de: Die Kurstests benutzen nur den Modus "val". Bilder verschiedener Größe passen nicht in einen Batch.
    """
    rows = student.ExamData.each_combination()
    dataset = make(student, rows, "train")
    for index, wanted in enumerate(student.ExamData.labels(rows)):
        image, label = student.ExamData.sample(dataset, index)
        assert_shape(image, (3, 300, 300), what=IMAGE)
        assert_close(np.ravel(label), wanted, what=LABEL)


@pytest.mark.advisory
def test_tensors(student):
    """Image and label are tensors, the image one of 32-bit floats.

    de: Bild und Label sind Tensoren, das Bild einer aus 32-Bit-Gleitkommazahlen.
    hint: ToTensor makes one of the image; make the label one with `torch.tensor(…)`.
    hint.de: ToTensor macht aus dem Bild einen; mache aus dem Label einen mit `torch.tensor(…)`.
    why: The course's tests read numbers, whatever holds them. A DataLoader and a loss need tensors.
    why.de: Die Kurstests lesen Zahlen, gleich worin. Ein DataLoader und ein Verlust brauchen Tensoren.
    """
    image, label = student.ExamData.kinds(make(student, student.ExamData.table()), 0)
    assert_equal(image, "torch.float32", what={"en": "the kind of image", "de": "die Art des Bildes"})
    assert_true(
        str(label).startswith("torch."),
        f"The label should be a tensor, but is a {label}.",
        f"Das Label sollte ein Tensor sein, ist aber ein {label}.",
    )
