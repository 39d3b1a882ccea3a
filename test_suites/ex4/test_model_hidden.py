"""What the course's tests do not see of a network: how it behaves once it is trained and evaluated, and its blocks."""

from __future__ import annotations

import numpy as np
import pytest
from support import FEW, OUTPUT, assert_probabilities, seed_from

from exam.checks import assert_close, assert_true


@pytest.mark.advisory
def test_sigmoid(student, rng):
    """Whatever its weights, a network in evaluation mode gives two independent probabilities: crack, inactive.

    de: Ein Netz im Auswertungsmodus gibt, gleich mit welchen Gewichten, zwei unabhängige Wahrscheinlichkeiten: crack,
      inactive.
    hint: End with a sigmoid: not with a softmax, whose two values always add up to 1, and not only in one mode.
    hint.de: Ende mit einer Sigmoidfunktion: nicht mit einem Softmax, dessen zwei Werte immer 1 ergeben, und nicht nur
      in einem Modus.
    why: The course's tests look at a new network only. A cell can have both defects or neither.
    why.de: Die Kurstests sehen nur ein neues Netz an. Eine Zelle kann beide Fehler haben oder keinen.
    """
    pictures = student.ExamNets.pictures(FEW, seed_from(rng))
    net = student.model.ResNet()
    sums = []
    for strength in (
        0.0,
        0.02,
        2.0,
    ):  # as it begins; a little moved, should it begin with zeros; as if trained for long
        student.ExamNets.shake(net, strength)
        sums.append(assert_probabilities(student.ExamNets.predict(net, pictures), FEW).sum(axis=1))
    assert_true(
        np.abs(np.array(sums) - 1).max() > 1e-4,
        "The two outputs always add up to 1. Use a sigmoid for each instead of a softmax over both.",
        "Die zwei Ausgaben ergeben immer 1. Nimm für jede eine Sigmoidfunktion statt eines Softmax über beide.",
    )


@pytest.mark.advisory
def test_evaluation_repeats(student, rng):
    """In evaluation mode a network gives an image the same output each time, and whatever else is in the batch.

    de: Im Auswertungsmodus gibt ein Netz einem Bild jedes Mal dieselbe Ausgabe, gleich was sonst im Batch ist.
    hint: Use the layers nn.Dropout and nn.BatchNorm2d, which know the mode, not their functions with training=True.
    hint.de: Benutze die Schichten nn.Dropout und nn.BatchNorm2d, die den Modus kennen, nicht ihre Funktionen mit
      training=True.
    why: The course's tests run the network once. In the challenge, an output that depends on chance or on the other
      images costs score.
    why.de: Die Kurstests führen das Netz einmal aus. In der Challenge kostet eine Ausgabe, die vom Zufall oder von den
      anderen Bildern abhängt, Punkte.
    """
    pictures = student.ExamNets.pictures(FEW, seed_from(rng))
    net = student.model.ResNet()
    first = student.ExamNets.predict(net, pictures)
    assert_close(student.ExamNets.predict(net, pictures), first, what=OUTPUT, rtol=1e-4, atol=1e-5)
    what = {"en": "the output for one image alone", "de": "die Ausgabe für ein Bild allein"}
    assert_close(student.ExamNets.predict(net, pictures[:1]), first[:1], what=what, rtol=1e-3, atol=1e-4)


@pytest.mark.advisory
def test_first_layer_learns(student, rng):
    """The gradient of the loss reaches the first layer.

    de: Der Gradient des Verlusts erreicht die erste Schicht.
    hint: No `detach()`, `no_grad` or `.data` in forward; parameters with requires_grad.
    hint.de: Kein `detach()`, `no_grad` oder `.data` in forward; Parameter mit requires_grad.
    why: The course's tests never train. Layers that get no gradient stay as they were drawn.
    why.de: Die Kurstests trainieren nie. Schichten ohne Gradienten bleiben, wie sie gezogen wurden.
    """
    pictures = student.ExamNets.pictures(FEW, seed_from(rng))
    gradient = student.ExamNets.first_gradient(student.model.ResNet(), pictures)
    assert_true(
        gradient > 0,
        "The first layer gets no gradient.",
        "Die erste Schicht bekommt keinen Gradienten.",
    )


@pytest.mark.advisory
@pytest.mark.parametrize(("outputs", "stride"), [(8, 1), (16, 2)], ids=["same_size", "half_size"])
def test_skip_connection(student, rng, outputs, stride):
    """A residual block adds its input to what its convolutions give, also where it changes size and channels.

    de: Ein Residualblock addiert seine Eingabe zu dem, was seine Faltungen ergeben, auch wo er Größe und Kanäle ändert.
    hint: Keep the input before the first convolution; bring it to the new shape with a 1 x 1 convolution of the same
      stride; add it before the last ReLU.
    hint.de: Merke dir die Eingabe vor der ersten Faltung; bringe sie mit einer 1 x 1-Faltung derselben Schrittweite auf
      die neue Form; addiere sie vor der letzten ReLU.
    why: The course's tests only see the network's output. Without the shortcut it is no residual network and trains
      worse. Networks without a class called …Block are not asked.
    why.de: Die Kurstests sehen nur die Ausgabe des Netzes. Ohne die Abkürzung ist es kein Residualnetz und lernt
      schlechter. Netze ohne eine Klasse …Block werden nicht gefragt.
    """
    student.ExamNets.pictures(1, seed_from(rng))
    found = student.ExamNets.residual(outputs, stride)
    if found is None:
        return
    name, shape, passes = found
    size = 16 // stride
    assert_true(
        shape == (4, outputs, size, size),
        f"{name}(8, {outputs}, {stride}) turns (4, 8, 16, 16) into {shape} instead of {(4, outputs, size, size)}.",
        f"{name}(8, {outputs}, {stride}) macht aus (4, 8, 16, 16) {shape} statt {(4, outputs, size, size)}.",
    )
    assert_true(
        passes,
        f"Nothing of the input of {name}(8, {outputs}, {stride}) gets past its convolutions: no skip connection.",
        f"Nichts von der Eingabe von {name}(8, {outputs}, {stride}) kommt an den Faltungen vorbei: Ihm fehlt die "
        "Abkürzung.",
    )
