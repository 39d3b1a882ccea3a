"""What the course's tests do not see of the network: what train and test leave behind, and each step's arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from networks import CLASSES, INPUTS, Batches, classifier, fully_connected, network, sgd

from exam.checks import assert_close, assert_number, assert_shape, assert_true
from reference_impl import CrossEntropyLoss, FullyConnected, NeuralNetwork, ReLU, SgdWithMomentum, SoftMax, train

OUTPUT = {"en": "the output of test", "de": "die Ausgabe von test"}
HIDDEN = 5


class Handed:
    """An initializer that hands out these arrays by shape, transposed where that is asked for."""

    def __init__(self, *arrays):
        self._arrays = arrays

    def initialize(self, weights_shape, fan_in, fan_out):
        for array in (*self._arrays, *(each.T for each in self._arrays)):
            if array.shape == tuple(weights_shape):
                return array
        return np.full(weights_shape, 0.1)


@pytest.mark.advisory
def test_optimizers_are_copies(student):
    """No layer shares the optimizer that was given to the network.

    de: Keine Schicht teilt sich den Optimierer, der dem Netz übergeben wurde.
    hint: `copy.deepcopy(self.optimizer)` for EVERY trainable layer, the first one included.
    hint.de: `copy.deepcopy(self.optimizer)` für JEDE trainierbare Schicht, auch für die erste.
    why: The course's tests compare the first two layers with each other only.
    why.de: Die Kurstests vergleichen nur die ersten beiden Schichten miteinander.
    """
    constant = student.Layers.Initializers.Constant
    net = network(student, sgd(student, 1), constant(0.5), constant(0.5))
    for number, inputs in enumerate((INPUTS, CLASSES, CLASSES), start=1):
        net.append_layer(fully_connected(student, inputs))
        assert_true(
            not student.same(net.layers[number - 1].optimizer, net.optimizer),
            f"Layer {number} has the network's own optimizer object, not a copy.",
            f"Schicht {number} hat das Optimiererobjekt des Netzes selbst, keine Kopie.",
        )


@pytest.mark.advisory
def test_initializers_in_their_roles(student, rng):
    """The first initializer is for weights, the second one for the bias.

    de: Der erste Initialisierer ist für die Gewichte da, der zweite für den Bias.
    hint: `layer.initialize(self.weights_initializer, self.bias_initializer)`, in this order.
    hint.de: `layer.initialize(self.weights_initializer, self.bias_initializer)`, in dieser Reihenfolge.
    why: In the course's test both initializers give the same value.
    why.de: Im Kurstest geben beide Initialisierer denselben Wert.
    """
    constant = student.Layers.Initializers.Constant
    net = network(student, sgd(student, 1), constant(0.25), constant(7.0))
    net.append_layer(fully_connected(student))
    x = rng.random((5, INPUTS))
    expected = np.repeat(0.25 * x.sum(axis=1, keepdims=True) + 7, CLASSES, axis=1)
    assert_close(net.test(x), expected, what=OUTPUT)


@pytest.mark.advisory
def test_steps_like_the_reference(student, rng):
    """Five steps with momentum lead to the outputs, and the losses, of a right network.

    de: Fünf Schritte mit Momentum führen zu den Ausgaben und Verlusten eines richtigen Netzes.
    hint: backward runs through the layers from the last to the first; each layer's error is computed before its weights
      change; each layer has an optimizer of its own.
    hint.de: backward läuft von der letzten Schicht zur ersten; der Fehler jeder Schicht wird vor der Änderung ihrer
      Gewichte berechnet; jede Schicht hat einen eigenen Optimierer.
    why: The course's trainings only look at the accuracy, which forgives a lot.
    why.de: Die Trainings des Kurses sehen nur auf die Trefferquote, und die verzeiht viel.
    """
    first, second = rng.standard_normal((INPUTS, HIDDEN)), rng.standard_normal((HIDDEN, CLASSES))
    seed, x = int(rng.integers(1 << 32)), rng.random((6, INPUTS))
    net = network(
        student,
        student.Optimization.Optimizers.SgdWithMomentum(0.05, 0.9),
        Handed(first, second),
        student.Layers.Initializers.Constant(0.1),
    )
    net.data_layer = Batches(np.random.default_rng(seed))
    net.loss_layer = student.Optimization.Loss.CrossEntropyLoss()
    net.append_layer(fully_connected(student, INPUTS, HIDDEN))
    net.append_layer(student.Layers.ReLU.ReLU())
    net.append_layer(fully_connected(student, HIDDEN, CLASSES))
    net.append_layer(student.Layers.SoftMax.SoftMax())
    net.train(5)
    losses, output = _reference(first, second, Batches(np.random.default_rng(seed)), x)
    assert_close(list(net.loss), losses, what={"en": "the list of losses", "de": "die Liste der Verluste"})
    assert_close(net.test(x), output, what=OUTPUT)


def _reference(first, second, data, x):
    """(losses, output for ``x``) of the reference after the same five steps."""
    generator = np.random.default_rng(0)
    layers = [FullyConnected(INPUTS, HIDDEN, generator), ReLU(), FullyConnected(HIDDEN, CLASSES, generator), SoftMax()]
    for layer, weights in ((layers[0], first), (layers[2], second)):
        layer.params["weights"] = np.vstack([weights, np.full(weights.shape[1], 0.1)])
    net = NeuralNetwork(layers)
    losses = train(net, CrossEntropyLoss(), SgdWithMomentum(0.05, 0.9), [data.next() for _ in range(5)])
    return losses, net.forward(x)


@pytest.mark.advisory
def test_one_loss_for_each_iteration(student, rng):
    """train adds one number to `loss` for each iteration.

    de: train fügt `loss` je Iteration eine Zahl hinzu.
    hint: `self.loss.append(self.forward())` in the loop of train, and nowhere else.
    hint.de: `self.loss.append(self.forward())` in der Schleife von train, und sonst nirgends.
    why: The course's tests only draw this list. If it is empty, or has two entries for each step, the curve misleads.
    why.de: Die Kurstests zeichnen diese Liste nur. Ist sie leer oder hat sie zwei Einträge je Schritt, führt die Kurve
      in die Irre.
    """
    net = classifier(student, sgd(student, 1e-4), Batches(rng))
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
    net = classifier(student, sgd(student, 1e-2), batches)
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
