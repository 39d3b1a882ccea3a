"""What the screen shows: class names, a batch of pictures with them, and what main.py makes of it all."""

from __future__ import annotations

import numpy as np
import pytest
from support import make, picture_labels, shown

from exam.checks import assert_true, describe

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
BATCH = 12


@pytest.mark.advisory
def test_class_name(student):
    """class_name gives the ten names in the order of their labels, airplane to truck.

    de: class_name liefert die zehn Namen in der Reihenfolge der Labels, von airplane bis truck.
    hint: 0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck.
    hint.de: 0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck.
    why: The course's tests never call class_name.
    why.de: Die Kurstests rufen class_name nie auf.
    """
    generator = make(student, 12)
    for label, name in enumerate(CLASSES):
        told = generator.class_name(label)
        assert_true(
            isinstance(told, str) and told.strip().lower() == name,
            f"The name of label {label} should be '{name}', but class_name({label}) is {describe(told)}.",
            f"Der Name von Label {label} sollte '{name}' sein, aber class_name({label}) ist {describe(told)}.",
        )


@pytest.mark.advisory
def test_show(student):
    """show of a new generator shows each image of a batch, with its class name beside it.

    de: show eines neuen Generators zeigt jedes Bild eines Batches, mit seinem Klassennamen daneben.
    hint: For each image `plt.subplot(…)`, `plt.imshow(image)` and `plt.title(self.class_name(label))`, at last
      `plt.show()`. Do not rely on next having been called before. Colours run from 0 to 1 (float) or to 255 (uint8).
    hint.de: Für jedes Bild `plt.subplot(…)`, `plt.imshow(image)` und `plt.title(self.class_name(label))`, zuletzt
      `plt.show()`. Verlass dich nicht auf ein früheres next. Farben gehen von 0 bis 1 (float) oder 255 (uint8).
    why: The course's tests never call show.
    why.de: Die Kurstests rufen show nie auf.
    """
    screen = student.ExamFigures.shown_by(make(student, BATCH))
    assert_true(
        len(screen) == BATCH,
        f"Of a batch of {BATCH} images, show puts {len(screen)} on the screen. Give each a place of its own.",
        f"Von einem Batch mit {BATCH} Bildern bringt show {len(screen)} auf den Bildschirm. Gib jedem einen eigenen "
        "Platz.",
    )
    assert_true(
        all(np.shape(picture) == (32, 32, 3) for _, picture in screen),
        "What show puts on the screen are not the images of a batch.",
        "Was show auf den Bildschirm bringt, sind nicht die Bilder eines Batches.",
    )
    labels = picture_labels()[shown(np.array([picture for _, picture in screen]))]
    for (text, _), label in zip(screen, labels, strict=True):
        assert_true(
            CLASSES[label] in text.lower(),
            f"Beside the image of class {CLASSES[label]} stands {text!r}.",
            f"Neben dem Bild der Klasse {CLASSES[label]} steht {text!r}.",
        )


@pytest.mark.advisory
def test_main(student):
    """main.py runs as a program and shows something.

    de: main.py läuft als Programm und zeigt etwas.
    hint: Below `if __name__ == "__main__":` make a figure or a generator, draw it and show it.
    hint.de: Erzeuge unter `if __name__ == "__main__":` ein Muster oder einen Generator, zeichne und zeige es.
    why: The course's tests never run main.py. Who handed in none is not asked.
    why.de: Die Kurstests führen main.py nie aus. Wer keins abgegeben hat, wird nicht gefragt.
    """
    count = student.ExamFigures.shown_by_main()
    assert_true(
        count is None or count > 0,
        "main.py ran, but nothing was on the screen.",
        "main.py ist gelaufen, aber nichts war auf dem Bildschirm.",
    )
