"""The network: layers in a row, an optimizer for each, and a training that learns to tell iris flowers apart."""

from __future__ import annotations

import pytest
from support import iris, one_hot

from exam.checks import assert_close, assert_number, assert_shape, assert_true
from reference_impl import accuracy

INPUTS, CLASSES = 4, 3
LOSS = {"en": "the loss that forward returns", "de": "der Verlust, den forward zurückgibt,"}
OUTPUT = {"en": "the output of test", "de": "die Ausgabe von test"}


class Batches:
    """A data layer that gives these batches in turn, over and over, and counts."""

    def __init__(self, rng, size=9, number=3):
        self._batches = [(rng.random((size, INPUTS)), one_hot(rng, size, CLASSES)) for _ in range(number)]
        self._given = 0

    def next(self):
        self._given += 1
        return self._batches[self._given % len(self._batches)]


def make(student, learning_rate):
    return student.NeuralNetwork.NeuralNetwork(student.Optimization.Optimizers.Sgd(learning_rate))


def fully_connected(student, inputs):
    return student.Layers.FullyConnected.FullyConnected(inputs, CLASSES)


def classifier(student, learning_rate, data):
    """FullyConnected, ReLU, FullyConnected, SoftMax, with cross-entropy; all of it the student's."""
    net = make(student, learning_rate)
    net.data_layer = data
    net.loss_layer = student.Optimization.Loss.CrossEntropyLoss()
    for layer in (
        fully_connected(student, INPUTS),
        student.Layers.ReLU.ReLU(),
        fully_connected(student, CLASSES),
        student.Layers.SoftMax.SoftMax(),
    ):
        net.append_layer(layer)
    return net


def test_append_layer(student):
    """Each trainable layer that is appended gets an optimizer of its own.

    de: Jede angehängte trainierbare Schicht bekommt einen eigenen Optimierer.
    hint: `layer.optimizer = copy.deepcopy(self.optimizer)` if the layer is trainable; then `self.layers.append(layer)`.
    hint.de: `layer.optimizer = copy.deepcopy(self.optimizer)`, wenn die Schicht trainierbar ist; dann
      `self.layers.append(layer)`.
    """
    net = make(student, 1)
    net.append_layer(fully_connected(student, INPUTS))
    net.append_layer(fully_connected(student, CLASSES))
    count = len(net.layers)
    assert_true(
        count == 2,
        f"After two calls of append_layer, the list layers has {count} entries instead of 2.",
        f"Nach zwei Aufrufen von append_layer hat die Liste layers {count} statt 2 Einträge.",
    )
    first, second = net.layers[0].optimizer, net.layers[1].optimizer
    assert_true(
        not student.same(first, second),
        "Both layers have the same optimizer object (or none). Give each one a copy: copy.deepcopy(self.optimizer).",
        "Beide Schichten haben dasselbe Optimiererobjekt (oder keins). Gib jeder eine Kopie: "
        "copy.deepcopy(self.optimizer).",
    )


def test_data_access(student, rng):
    """Each forward pass takes a new batch, so that its loss differs from the last one.

    de: Jeder Vorwärtslauf nimmt einen neuen Batch, sodass sich sein Verlust vom vorigen unterscheidet.
    hint: Call `self.data_layer.next()` in forward, and return what the loss layer's forward returns.
    hint.de: Rufe in forward `self.data_layer.next()` auf und gib zurück, was forward der Verlustschicht zurückgibt.
    """
    net = classifier(student, 1e-4, Batches(rng))
    first, second = (assert_number(net.forward(), what=LOSS) for _ in range(2))
    assert_true(
        first != second,
        f"Two forward passes gave the same loss, {first:.6g}, for different batches of data.",
        f"Zwei Vorwärtsläufe gaben denselben Verlust, {first:.6g}, für verschiedene Batches.",
    )


@pytest.mark.limits(cpu_s=20)  # a whole training is one call; with loops instead of arrays it takes 5 s
def test_iris_data(student, rng):
    """After 4000 steps of training the network recognises more than 80 % of the flowers it has not seen.

    de: Nach 4000 Trainingsschritten erkennt das Netz mehr als 80 % der Blumen, die es nicht gesehen hat.
    hint: This case uses all of your files; bring the others in order first. train: forward, backward, append the loss.
    hint.de: Dieser Fall benutzt alle deine Dateien; bringe die anderen zuerst in Ordnung. train: forward, backward, den
      Verlust anhängen.
    """
    inputs, labels = iris(rng)
    split = len(inputs) * 2 // 3
    data = student.Layers.ExamData.Batches(inputs[:split], labels[:split], 50)
    net = classifier(student, 1e-3, data)
    net.train(4000)
    assert_true(
        net.loss is not None,
        "The attribute loss should be the list of losses.",
        "Das Attribut loss sollte die Liste der Verluste sein.",
    )
    output = assert_shape(net.test(inputs[split:]), labels[split:].shape, what=OUTPUT)
    reached = accuracy(output, labels[split:])
    assert_true(
        reached > 0.8,
        f"The network recognises {reached:.0%} of the flowers; guessing gives 33 %, a right network 90 % or more.",
        f"Das Netz erkennt {reached:.0%} der Blumen; Raten ergibt 33 %, ein richtiges Netz 90 % oder mehr.",
    )


@pytest.mark.advisory
def test_optimizers_are_copies(student):
    """No layer shares the optimizer that was given to the network.

    de: Keine Schicht teilt sich den Optimierer, der dem Netz übergeben wurde.
    hint: `copy.deepcopy(self.optimizer)` for EVERY trainable layer, the first one included.
    hint.de: `copy.deepcopy(self.optimizer)` für JEDE trainierbare Schicht, auch für die erste.
    why: The course's tests compare the first two layers with each other only. Optimizers of later exercises remember
      past gradients, and those of two layers must not mix.
    why.de: Die Kurstests vergleichen nur die ersten beiden Schichten miteinander. Optimierer späterer Aufgaben merken
      sich frühere Gradienten, und die zweier Schichten dürfen sich nicht mischen.
    """
    net = make(student, 1)
    for number, inputs in enumerate((INPUTS, CLASSES, CLASSES), start=1):
        net.append_layer(fully_connected(student, inputs))
        assert_true(
            not student.same(net.layers[number - 1].optimizer, net.optimizer),
            f"Layer {number} has the network's own optimizer object, not a copy.",
            f"Schicht {number} hat das Optimiererobjekt des Netzes selbst, keine Kopie.",
        )


@pytest.mark.advisory
def test_one_loss_for_each_iteration(student, rng):
    """train adds one number to `loss` for each iteration: that of the network's output and the batch's labels.

    de: train fügt `loss` je Iteration eine Zahl hinzu: die zur Ausgabe des Netzes und den Labels des Batches.
    hint: `self.loss.append(self.forward())` in the loop of train, and nowhere else.
    hint.de: `self.loss.append(self.forward())` in der Schleife von train, und sonst nirgends.
    why: The course's tests only draw this list. If it is empty, has two entries for each step, or other numbers, the
      curve misleads.
    why.de: Die Kurstests zeichnen diese Liste nur. Ist sie leer, hat sie zwei Einträge je Schritt oder andere Zahlen,
      führt die Kurve in die Irre.
    """
    batches = Batches(rng, number=1)
    net, (x, label) = classifier(student, 1e-4, batches), batches.next()
    expected = student.Optimization.Loss.CrossEntropyLoss().forward(net.test(x), label)
    net.train(5)
    net.train(2)
    count = len(net.loss)
    assert_true(
        count == 7,
        f"After 7 iterations, loss has {count} entries.",
        f"Nach 7 Iterationen hat loss {count} Einträge.",
    )
    for loss in net.loss:
        assert_number(loss, what={"en": "an entry of loss", "de": "ein Eintrag von loss"})
    first = {"en": "the first entry of loss", "de": "der erste Eintrag von loss"}
    assert_close(net.loss[0], expected, what=first)


@pytest.mark.advisory
def test_one_batch_for_each_iteration(student, rng):
    """train takes one batch from the data layer for each iteration.

    de: train nimmt je Iteration einen Batch aus der Datenschicht.
    hint: Keep the labels from forward for backward; do not call `data_layer.next()` a second time.
    hint.de: Merke dir die Labels aus forward für backward; rufe `data_layer.next()` kein zweites Mal auf.
    why: The course's tests do not count. Labels of another batch than the input's would teach the wrong thing, and a
      batch that is skipped teaches nothing.
    why.de: Die Kurstests zählen nicht mit. Labels eines anderen Batches als dem der Eingabe lehrten das Falsche, und
      ein übersprungener Batch lehrt nichts.
    """
    batches = Batches(rng)
    classifier(student, 1e-4, batches).train(6)
    assert_true(
        batches._given == 6,
        f"6 iterations called data_layer.next() {batches._given} times.",
        f"6 Iterationen riefen data_layer.next() {batches._given}-mal auf.",
    )


@pytest.mark.advisory
def test_testing_changes_nothing(student, rng):
    """test gives the last layer's output, takes no data, and leaves weights and losses alone.

    de: test gibt die Ausgabe der letzten Schicht, nimmt keine Daten und lässt Gewichte und Verluste in Ruhe.
    hint: Pass the input through all layers and return the result; no loss layer, no backward.
    hint.de: Schicke die Eingabe durch alle Schichten und gib das Ergebnis zurück; keine Verlustschicht, kein backward.
    why: The course's tests call test only once, at the very end.
    why.de: Die Kurstests rufen test nur einmal auf, ganz am Schluss.
    """
    batches = Batches(rng)
    net = classifier(student, 1e-2, batches)
    net.train(3)
    x, before, steps, given = rng.random((1, INPUTS)), net.layers[0].weights, len(net.loss), batches._given
    first = assert_shape(net.test(x), (1, CLASSES), what=OUTPUT)
    again = {"en": "the output of a second test with the same input", "de": "die Ausgabe eines zweiten gleichen Tests"}
    assert_close(net.test(x), first, what=again)
    assert_close(net.layers[0].weights, before, what={"en": "weights after test", "de": "weights nach test"})
    assert_true(
        len(net.loss) == steps and batches._given == given,
        "test took a batch from the data layer, or added to loss.",
        "test hat einen Batch aus der Datenschicht genommen oder loss verlängert.",
    )
