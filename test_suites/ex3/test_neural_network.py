"""The network around the layers, as the course's tests see it: copies of the optimizer, initialised layers, fresh data,
the phases, and a loss that contains what the regularizers ask for."""

from __future__ import annotations

import numpy as np
import pytest
from networks import CLASSES, INPUTS, Batches, fully_connected, iris

from exam.checks import assert_finite, assert_number, assert_true

LOSS = {"en": "the loss that forward returns", "de": "der Verlust, den forward zurückgibt,"}


def make(student, optimizer, weight, bias, data=None, layers=()):
    """A network whose initializers are constants."""
    constant = student.Layers.Initializers.Constant
    net = student.NeuralNetwork.NeuralNetwork(optimizer, constant(weight), constant(bias))
    net.data_layer = data
    net.loss_layer = student.Optimization.Loss.CrossEntropyLoss()
    for layer in layers:
        net.append_layer(layer)
    return net


def test_append_layer(student):
    """Each trainable layer that is appended is initialised, and gets an optimizer of its own.

    de: Jede angehängte trainierbare Schicht wird initialisiert und bekommt einen eigenen Optimierer.
    hint: If the layer is trainable: `layer.optimizer = copy.deepcopy(self.optimizer)`, and `layer.initialize` with the
      network's two initializers.
    hint.de: Wenn die Schicht trainierbar ist: `layer.optimizer = copy.deepcopy(self.optimizer)` und `layer.initialize`
      mit den beiden Initialisierern des Netzes.
    """
    sizes = ((INPUTS, CLASSES), (CLASSES, CLASSES))
    layers = [fully_connected(student, *each) for each in sizes]
    net = make(student, student.Optimization.Optimizers.Sgd(1), 0.123, 0.123, layers=layers)
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
    weights = assert_finite(net.layers[0].weights, what="weights")
    assert_true(
        np.all(weights == 0.123),
        "append_layer did not initialise the layer: with initializers Constant(0.123), all weights and biases must be "
        "0.123.",
        "append_layer hat die Schicht nicht initialisiert: Mit den Initialisierern Constant(0.123) müssen alle "
        "Gewichte und Biaswerte 0.123 sein.",
    )


def test_data_access(student, rng):
    """Each forward pass takes a new batch, so that its loss differs from the last one.

    de: Jeder Vorwärtslauf nimmt einen neuen Batch, sodass sich sein Verlust vom vorigen unterscheidet.
    hint: Call `self.data_layer.next()` in forward, and return the loss.
    hint.de: Rufe in forward `self.data_layer.next()` auf und gib den Verlust zurück.
    """
    initializers = student.Layers.Initializers
    net = student.NeuralNetwork.NeuralNetwork(
        student.Optimization.Optimizers.Sgd(1e-4), initializers.UniformRandom(), initializers.Constant(0.1)
    )
    net.data_layer = Batches(rng)
    net.loss_layer = student.Optimization.Loss.CrossEntropyLoss()
    for layer in (fully_connected(student, INPUTS, CLASSES), student.Layers.SoftMax.SoftMax()):
        net.append_layer(layer)
    first, second = (assert_number(net.forward(), what=LOSS) for _ in range(2))
    assert_true(
        first != second,
        f"Two forward passes gave the same loss, {first:.6g}, for different batches of data.",
        f"Zwei Vorwärtsläufe gaben denselben Verlust, {first:.6g}, für verschiedene Batches.",
    )


@pytest.mark.parametrize("layer", ["FullyConnected", "RNN"])
def test_regularization_loss(student, layer):
    """With a regularizer the losses that train keeps are larger, for a fully connected layer and for an RNN.

    de: Mit einem Regularisierer sind die Verluste, die train sammelt, größer, bei FullyConnected wie beim RNN.
    hint: In forward of the network, add `layer.optimizer.regularizer.norm(layer.weights)` of every trainable layer; for
      the RNN, `layer.calculate_regularization_loss()` if you have it.
    hint.de: Addiere in forward des Netzes `layer.optimizer.regularizer.norm(layer.weights)` jeder trainierbaren
      Schicht; beim RNN `layer.calculate_regularization_loss()`, wenn du es hast.
    """
    plain, regularized = (first_losses(student, layer, with_regularizer) for with_regularizer in (False, True))
    assert_true(
        plain != regularized,
        f"The loss after one step is {plain:.6g}, with and without an L1 regularizer: the regularization loss is "
        "missing.",
        f"Der Verlust nach einem Schritt ist {plain:.6g}, mit und ohne L1-Regularisierer: Der Regularisierungsverlust "
        "fehlt.",
    )


def first_losses(student, kind, with_regularizer):
    """The loss of one step of training, from constant weights and on the same data."""
    optimizer = student.Optimization.Optimizers.Sgd(1e-3)
    if with_regularizer:
        optimizer.add_regularizer(student.Optimization.Constraints.L1_Regularizer(8e-2))
    if kind == "RNN":
        layers = [student.Layers.RNN.RNN(INPUTS, 3, CLASSES)]
    else:
        layers = [fully_connected(student, INPUTS, CLASSES)]
    layers += [student.Layers.SoftMax.SoftMax()]
    net = make(student, optimizer, 0.5, 0.1, iris().layer(student), layers)
    net.train(1)
    what = {"en": "the sum of the attribute loss", "de": "die Summe des Attributs loss"}
    return assert_number(np.sum(np.array([float(loss) for loss in net.loss])), what=what)


def test_layer_phases(student, rng):
    """test puts Dropout and batch normalization into the testing phase.

    de: test versetzt Dropout und Batch-Normalisierung in die Testphase.
    hint: Give the network a property `phase`; its setter writes `testing_phase` of every layer. train sets False, test
      sets True.
    hint.de: Gib dem Netz eine Property `phase`; ihr Setter schreibt `testing_phase` jeder Schicht. train setzt False,
      test setzt True.
    """
    layers = [
        student.Layers.BatchNormalization.BatchNormalization(INPUTS),
        fully_connected(student, INPUTS, CLASSES),
        student.Layers.ReLU.ReLU(),
        student.Layers.Dropout.Dropout(0.3),
        fully_connected(student, CLASSES, CLASSES),
        student.Layers.SoftMax.SoftMax(),
    ]
    net = make(student, student.Optimization.Optimizers.Adam(1e-2, 0.9, 0.999), 0.5, 0.1, Batches(rng), layers)
    net.train(1)
    net.test(rng.random((6, INPUTS)))
    for index, name in ((0, "BatchNormalization"), (3, "Dropout")):
        assert_true(
            net.layers[index].testing_phase,
            f"After test, testing_phase of {name} is not True.",
            f"Nach test ist testing_phase von {name} nicht True.",
        )
