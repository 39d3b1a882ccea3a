"""The optional LeNet: it is built, takes images of 28 x 28 pixels, and can be trained. None of these cases ever
counts. Without LeNet.py each says so."""

from __future__ import annotations

import numpy as np
import pytest
from support import FORWARD, one_hot

from exam.checks import assert_close, assert_finite, assert_number, assert_shape, assert_true, skip
from exam.student import NotHandedIn

pytestmark = pytest.mark.advisory
BATCH, CLASSES = 2, 10
IMAGES = (BATCH, 1, 28, 28)
AT_LEAST = {"Conv": 2, "Pooling": 2, "FullyConnected": 2, "SoftMax": 1}
RATE, ALPHA = 5e-4, 4e-4


class Digits:
    """A data layer to lend: always the same images."""

    def __init__(self, rng):
        self.images, self.labels = rng.random(IMAGES), one_hot(rng, BATCH, CLASSES)

    def next(self):
        return self.images, self.labels


def build(student):
    """The network; ends the case where LeNet.py was left out."""
    try:
        made = student.Models.LeNet.build
    except NotHandedIn:
        skip(
            "LeNet.py is optional and was not handed in; nothing is missing.",
            "LeNet.py ist freiwillig und wurde nicht abgegeben; es fehlt nichts.",
        )
    return made()


def kind_of(layer):
    """The name of the layer's class, which lies in the candidate."""
    return getattr(layer, "exam_type", type(layer).__name__).rpartition(".")[2]


def test_layers(student):
    """build returns a network with convolutions, pooling, fully connected layers and a SoftMax.

    de: build gibt ein Netz mit Faltungen, Pooling, vollverbundenen Schichten und einem SoftMax zurück.
    hint: Conv, ReLU, Pooling, twice; Flatten; then fully connected layers, the last one followed by SoftMax.
    hint.de: Conv, ReLU, Pooling, zweimal; Flatten; dann vollverbundene Schichten, nach der letzten SoftMax.
    why: LeNet is optional; the course has no test for it.
    why.de: LeNet ist freiwillig; der Kurs hat keinen Test dafür.
    """
    kinds = [kind_of(layer) for layer in build(student).layers]
    for kind, number in AT_LEAST.items():
        found = kinds.count(kind)
        assert_true(
            found >= number,
            f"LeNet should have at least {number} layers of the kind {kind}, but has {found}.",
            f"LeNet sollte mindestens {number} Schichten der Art {kind} haben, hat aber {found}.",
        )


def test_forward(student, rng):
    """Two images of 28 x 28 pixels become two rows of ten probabilities.

    de: Aus zwei Bildern mit 28 x 28 Pixeln werden zwei Zeilen aus zehn Wahrscheinlichkeiten.
    hint: The size of the first fully connected layer follows from the pooling before it: print the shape there.
    hint.de: Die Größe der ersten vollverbundenen Schicht folgt aus dem Pooling davor: Gib dort die Form aus.
    why: LeNet is optional; the course has no test for it.
    why.de: LeNet ist freiwillig; der Kurs hat keinen Test dafür.
    """
    output = assert_finite(
        assert_shape(build(student).test(rng.random(IMAGES)), (BATCH, CLASSES), what=FORWARD), what=FORWARD
    )
    what = {"en": "the sum of each row of the output", "de": "die Summe jeder Zeile der Ausgabe"}
    assert_close(output.sum(axis=1), np.ones(BATCH), what=what)


def test_training(student, rng):
    """With a data layer the network can be trained as it is: its loss falls.

    de: Mit einer Datenschicht lässt sich das Netz trainieren, wie es ist: Sein Verlust sinkt.
    hint: build sets the loss layer, and gives the network an optimizer and initializers such as He.
    hint.de: build setzt die Verlustschicht und gibt dem Netz einen Optimierer und Initialisierer wie He.
    why: LeNet is optional; the course has no test for it.
    why.de: LeNet ist freiwillig; der Kurs hat keinen Test dafür.
    """
    net = build(student)
    net.data_layer = Digits(rng)
    net.train(6)
    first, *_, last = (assert_number(loss, what={"en": "a loss", "de": "ein Verlust"}) for loss in net.loss)
    assert_true(
        last < first,
        f"After five steps on the same two images the loss went from {first:.4g} to {last:.4g}; it should fall.",
        f"Nach fünf Schritten mit denselben zwei Bildern ging der Verlust von {first:.4g} zu {last:.4g}; er sollte "
        "sinken.",
    )


def test_optimizer(student):
    """The network learns with Adam, learning rate 5e-4, and an L2 regularizer of strength 4e-4.

    de: Das Netz lernt mit Adam, Lernrate 5e-4, und einem L2-Regularisierer der Stärke 4e-4.
    hint: `optimizer.add_regularizer(L2_Regularizer(4e-4))` before the network gets the optimizer.
    hint.de: `optimizer.add_regularizer(L2_Regularizer(4e-4))`, bevor das Netz den Optimierer bekommt.
    why: LeNet is optional; the course has no test for it.
    why.de: LeNet ist freiwillig; der Kurs hat keinen Test dafür.
    """
    optimizer = build(student).optimizer
    update = optimizer.calculate_update(np.array([0.0, 1.0, -2.0]), np.array([1.0, -1.0, 0.0]))
    what = {"en": "the weights 0, 1 and -2 after a step", "de": "die Gewichte 0, 1 und -2 nach einem Schritt"}
    shrunk = np.array([0.0, 1.0, -2.0]) * (1 - RATE * ALPHA)
    assert_close(update, shrunk + RATE * np.array([-1.0, 1.0, 0.0]), what=what, rtol=0, atol=1e-9)
    gradients = [np.full(3, 1000.0), *[np.ones(3)] * 200]
    *_, last = student.many(optimizer.calculate_update, [(np.zeros(3), gradient) for gradient in gradients])
    length = float(np.max(np.abs(assert_shape(last, (3,), what=what))))
    assert_true(
        0.005 * RATE < length < 2 * RATE,
        f"After one large gradient and 200 small ones, Adam's step is {length / RATE:.3g} learning rates long: it does "
        "not forget the large one. Both rates must lie below 1.",
        f"Nach einem großen Gradienten und 200 kleinen ist Adams Schritt {length / RATE:.3g} Lernraten lang: Es "
        "vergisst den großen nicht. Beide Raten müssen unter 1 liegen.",
    )
