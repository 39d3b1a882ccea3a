"""The network where the course's tests do not look: every optimizer and phase, exact losses, what testing leaves alone,
and saving."""

from __future__ import annotations

import numpy as np
import pytest
from networks import CLASSES, INPUTS, OUTPUT, Batches, fully_connected
from recurrent import norms
from support import assert_finite_array

from exam.checks import assert_close, assert_equal, assert_number, assert_true
from exam.student import NotHandedIn
from reference_impl import CrossEntropyLoss, SoftMax

HIDDEN = 5
WEIGHT, BIAS, ALPHA = 0.5, 0.1, 0.02
LOSS = {"en": "the loss that forward returns", "de": "der Verlust, den forward zurückgibt,"}


def make(student, layers, data, optimizer=None):
    """A network of these layers, with weights of 0.5 and biases of 0.1."""
    constant = student.Layers.Initializers.Constant
    optimizer = optimizer or student.Optimization.Optimizers.Sgd(1e-3)
    net = student.NeuralNetwork.NeuralNetwork(optimizer, constant(WEIGHT), constant(BIAS))
    net.data_layer = data
    net.loss_layer = student.Optimization.Loss.CrossEntropyLoss()
    for layer in layers:
        net.append_layer(layer)
    return net


def with_phases(student):
    """Layers of which two behave differently when tested."""
    return [
        student.Layers.BatchNormalization.BatchNormalization(INPUTS),
        fully_connected(student, INPUTS, HIDDEN),
        student.Layers.Dropout.Dropout(0.5),
        student.Layers.ReLU.ReLU(),
        fully_connected(student, HIDDEN, CLASSES),
        student.Layers.SoftMax.SoftMax(),
    ]


@pytest.mark.advisory
def test_optimizers_are_copies(student):
    """No layer shares the optimizer that was given to the network, and copies keep the regularizer.

    de: Keine Schicht teilt sich den Optimierer, der dem Netz übergeben wurde, und Kopien behalten den Regularisierer.
    hint: `copy.deepcopy(self.optimizer)` for EVERY trainable layer.
    hint.de: `copy.deepcopy(self.optimizer)` für JEDE trainierbare Schicht.
    why: The course's tests compare the first two layers with each other only.
    why.de: Die Kurstests vergleichen nur die ersten beiden Schichten miteinander.
    """
    optimizer = student.Optimization.Optimizers.Adam(1e-3, 0.9, 0.999)
    optimizer.add_regularizer(student.Optimization.Constraints.L2_Regularizer(ALPHA))
    net = make(student, with_phases(student), None, optimizer)
    for index in (0, 1, 4):
        own = net.layers[index].optimizer
        assert_true(
            own is not None and not student.same(own, net.optimizer),
            f"Layer {index + 1} has the network's own optimizer object, or none, instead of a copy.",
            f"Schicht {index + 1} hat das Optimiererobjekt des Netzes selbst, oder keins, statt einer Kopie.",
        )
        assert_true(
            own.regularizer is not None,
            f"The optimizer of layer {index + 1} has lost the regularizer.",
            f"Der Optimierer von Schicht {index + 1} hat den Regularisierer verloren.",
        )


@pytest.mark.advisory
def test_one_loss_and_one_batch_for_each_iteration(student, rng):
    """train takes one batch and adds one number to `loss` for each iteration.

    de: train nimmt je Iteration einen Batch und fügt `loss` eine Zahl hinzu.
    hint: `self.loss.append(self.forward())`, then `self.backward()`; keep the labels of forward.
    hint.de: `self.loss.append(self.forward())`, dann `self.backward()`; merke dir die Labels aus forward.
    why: The course's tests do not count.
    why.de: Die Kurstests zählen nicht mit.
    """
    data = Batches(rng)
    net = make(student, [fully_connected(student, INPUTS, CLASSES), student.Layers.SoftMax.SoftMax()], data)
    net.train(5)
    net.train(2)
    count = len(net.loss)
    assert_true(
        count == 7 and data._given == 7,
        f"7 iterations took {data._given} batches and left {count} entries in loss.",
        f"7 Iterationen nahmen {data._given} Batches und ließen {count} Einträge in loss.",
    )


def loss_with(student, data, layers, regularizer):
    """The first loss, with this regularizer or none."""
    optimizer = student.Optimization.Optimizers.Sgd(1e-3)
    if regularizer:
        optimizer.add_regularizer(getattr(student.Optimization.Constraints, f"{regularizer}_Regularizer")(ALPHA))
    return assert_number(make(student, layers, data, optimizer).forward(), what=LOSS)


@pytest.mark.advisory
@pytest.mark.parametrize("regularizer", ["L1", "L2"])
def test_regularization_loss_is_exact(student, rng, regularizer):
    """The loss is that of the data plus the norms of all layers' weights.

    de: Der Verlust ist der der Daten plus die Normen der Gewichte aller Schichten.
    hint: Add `layer.optimizer.regularizer.norm(layer.weights)` once for each trainable layer. Biases may be in it.
    hint.de: Addiere `layer.optimizer.regularizer.norm(layer.weights)` einmal je trainierbarer Schicht. Biaswerte dürfen
      dabei sein.
    why: The course's tests only ask whether the loss changes at all, with one kind of regularizer.
    why.de: Die Kurstests fragen nur, ob sich der Verlust überhaupt ändert, mit einem der Regularisierer.
    """

    def layers():
        first, second = fully_connected(student, INPUTS, HIDDEN), fully_connected(student, HIDDEN, CLASSES)
        return [first, second, student.Layers.SoftMax.SoftMax()]

    data = Batches(rng, number=1)
    plain = loss_with(student, data, layers(), None)
    added = loss_with(student, data, layers(), regularizer) - plain
    weights, biases = INPUTS * HIDDEN + HIDDEN * CLASSES, HIDDEN + CLASSES
    power = 1 if regularizer == "L1" else 2
    without, every = ALPHA * weights * WEIGHT**power, ALPHA * (weights * WEIGHT**power + biases * BIAS**power)
    assert_true(
        min(abs(added - without), abs(added - every)) < 1e-6,
        f"The regularizer adds {added:.6g} to the loss; the norms of the weights are {without:.6g}, with biases "
        f"{every:.6g}.",
        f"Der Regularisierer erhöht den Verlust um {added:.6g}; die Normen der Gewichte sind {without:.6g}, mit "
        f"Biaswerten {every:.6g}.",
    )


@pytest.mark.advisory
def test_regularization_loss_of_recurrent_layers(student, rng):
    """The loss is that of the data plus the norms of the weights of all recurrent layers.

    de: Der Verlust ist der der Daten plus die Normen der Gewichte aller rekurrenten Schichten.
    hint: Add up: `loss += layer.calculate_regularization_loss()`. Biases and output weights may be in it.
    hint.de: Summiere: `loss += layer.calculate_regularization_loss()`. Biaswerte und Ausgabegewichte dürfen dabei sein.
    why: The course's test only asks whether the loss changes at all, with a single RNN.
    why.de: Der Kurstest fragt nur, ob sich der Verlust überhaupt ändert, mit einem einzigen RNN.
    """
    sizes = (INPUTS, INPUTS, CLASSES), (CLASSES, INPUTS, CLASSES)

    def layers():
        return [*(student.Layers.RNN.RNN(*each) for each in sizes), student.Layers.SoftMax.SoftMax()]

    data = Batches(rng, number=1)
    added = (loss_with(student, data, layers(), "L1") - loss_with(student, data, layers(), None)) / ALPHA
    each = [norms(*size, size[1]) for size in sizes]
    right = [sum(hidden[h] + (*output, 0.0)[o] for hidden, output in each) for h in range(2) for o in range(3)]
    assert_true(
        min(abs(added - one) for one in right) < 1e-4,
        f"The regularizer adds {added:.6g} times its strength to the loss; the norms are {right[4]:.6g}.",
        f"Der Regularisierer erhöht den Verlust um {added:.6g}-mal seine Stärke; die Normen sind {right[4]:.6g}.",
    )


@pytest.mark.advisory
def test_loss_of_the_data_is_exact(student, rng):
    """Without a regularizer the loss is the cross-entropy of the batch and nothing else.

    de: Ohne Regularisierer ist der Verlust die Kreuzentropie des Batches und sonst nichts.
    hint: Add a regularization loss only if the layer's optimizer has a regularizer.
    hint.de: Addiere einen Regularisierungsverlust nur, wenn der Optimierer der Schicht einen Regularisierer hat.
    why: The course's tests do not look at the value of the loss.
    why.de: Die Kurstests sehen sich den Wert des Verlusts nicht an.
    """
    data = Batches(rng, number=1)
    inputs, labels = data.batches[0]
    scores = np.repeat(inputs.sum(axis=1, keepdims=True) * WEIGHT + BIAS, CLASSES, axis=1)
    expected = CrossEntropyLoss().forward(SoftMax().forward(scores), labels)
    layers = [fully_connected(student, INPUTS, CLASSES), student.Layers.SoftMax.SoftMax()]
    assert_close(loss_with(student, data, layers, None), expected, what=LOSS)


@pytest.mark.advisory
def test_phases_of_every_layer(student, rng):
    """train puts every layer into the training phase, also after a test, and test into the testing phase.

    de: train versetzt jede Schicht in die Trainingsphase, auch nach einem Test, und test in die Testphase.
    hint: The setter of `phase` goes through all layers; call it at the start of train and of test.
    hint.de: Der Setter von `phase` geht durch alle Schichten; rufe ihn am Anfang von train und von test auf.
    why: The course's tests look at two layers, after one test.
    why.de: Die Kurstests sehen sich zwei Schichten an, nach einem Test.
    """
    net = make(student, with_phases(student), Batches(rng))
    for step, testing in ((lambda: net.train(1), False), (lambda: net.test(rng.random((2, INPUTS))), True)) * 2:
        step()
        for layer in net.layers:
            what = {"en": "testing_phase of a layer after ", "de": "testing_phase einer Schicht nach "}
            name = "test" if testing else "train"
            assert_equal(layer.testing_phase, testing, what={lang: text + name for lang, text in what.items()})


@pytest.mark.advisory
def test_phase_can_be_set(student):
    """Writing the network's property phase writes testing_phase of every layer.

    de: Wer die Property phase des Netzes setzt, setzt testing_phase jeder Schicht.
    hint: A property with a setter: `for layer in self.layers: layer.testing_phase = phase`.
    hint.de: Eine Property mit Setter: `for layer in self.layers: layer.testing_phase = phase`.
    why: The description asks for the property; the course's tests only call train and test.
    why.de: Die Beschreibung verlangt die Property; die Kurstests rufen nur train und test auf.
    """
    net = make(student, with_phases(student), None)
    for phase in (True, False):
        net.phase = phase
        assert_equal(net.phase, phase, what={"en": "phase, read again", "de": "phase, wieder ausgelesen"})
        what = {"en": f"testing_phase after phase = {phase}", "de": f"testing_phase nach phase = {phase}"}
        assert_equal(net.layers[0].testing_phase, phase, what=what)
        assert_equal(net.layers[2].testing_phase, phase, what=what)


@pytest.mark.advisory
def test_testing_changes_nothing(student, rng):
    """test takes no data, and leaves weights, losses and later tests as they were.

    de: test nimmt keine Daten und lässt Gewichte, Verluste und spätere Tests, wie sie waren.
    hint: Pass the input through all layers in the testing phase and return the result; no loss layer, no backward.
    hint.de: Schicke die Eingabe in der Testphase durch alle Schichten und gib das Ergebnis zurück; ohne Verlustschicht
      und ohne backward.
    why: The course's tests only repeat one test with the same data.
    why.de: Die Kurstests wiederholen nur einen Test mit denselben Daten.
    """
    data = Batches(rng)
    net = make(student, with_phases(student), data)
    net.train(3)
    x, before, steps, given = rng.random((6, INPUTS)), net.layers[1].weights, len(net.loss), data._given
    first = assert_finite_array(net.test(x), (6, CLASSES), OUTPUT)
    net.test(rng.random((4, INPUTS)) + 5)
    assert_close(net.test(x), first, what=OUTPUT)
    assert_close(net.layers[1].weights, before, what={"en": "weights after test", "de": "weights nach test"})
    assert_true(
        len(net.loss) == steps and data._given == given,
        "test took a batch from the data layer, or added to loss.",
        "test hat einen Batch aus der Datenschicht genommen oder loss verlängert.",
    )


@pytest.mark.advisory
def test_training_draws_new_masks(student, rng):
    """In training, Dropout is active: two steps on the same data have different losses.

    de: Im Training wirkt Dropout: Zwei Schritte auf denselben Daten haben verschiedene Verluste.
    hint: train must set the training phase; otherwise a network that was tested once never drops anything again.
    hint.de: train muss die Trainingsphase setzen; sonst lässt ein einmal getestetes Netz nie wieder etwas weg.
    why: The course's tests train a network with Dropout before they test it, never after.
    why.de: Die Kurstests trainieren ein Netz mit Dropout, bevor sie es testen, nie danach.
    """
    dropout = student.Layers.Dropout.Dropout(0.5)
    layers = [dropout, fully_connected(student, INPUTS, CLASSES), student.Layers.SoftMax.SoftMax()]
    data = Batches(rng, number=1)
    initializers, optimizers = student.Layers.Initializers, student.Optimization.Optimizers
    net = student.NeuralNetwork.NeuralNetwork(optimizers.Sgd(0), initializers.UniformRandom(), initializers.Constant(0))
    net.data_layer, net.loss_layer = data, student.Optimization.Loss.CrossEntropyLoss()
    for layer in layers:
        net.append_layer(layer)
    net.test(data.batches[0][0])
    net.train(2)
    assert_true(
        float(net.loss[0]) != float(net.loss[1]),
        "After a test, two steps of training on the same data had the same loss: Dropout stayed off.",
        "Nach einem Test hatten zwei Trainingsschritte auf denselben Daten denselben Verlust: Dropout blieb aus.",
    )


@pytest.mark.advisory
def test_saved_and_loaded(student, rng):
    """A network that is saved and loaded gives the same outputs (where save and load were handed in).

    de: Ein gespeichertes und geladenes Netz gibt dieselben Ausgaben (wo save und load abgegeben wurden).
    hint: `pickle.dump` and `pickle.load`; `__getstate__` leaves the data layer out, `__setstate__` restores the rest.
    hint.de: `pickle.dump` und `pickle.load`; `__getstate__` lässt die Datenschicht weg, `__setstate__` stellt den Rest
      wieder her.
    why: Saving is part of the optional LeNet; the course has no test for it.
    why.de: Das Speichern gehört zum freiwilligen LeNet; der Kurs hat keinen Test dafür.
    """
    try:
        save, load = student.NeuralNetwork.save, student.NeuralNetwork.load
    except NotHandedIn:
        return
    data = student.Layers.ExamData.Batches(*Batches(rng).batches[0], 3)
    net = make(student, with_phases(student), data)
    net.train(2)
    x = rng.random((5, INPUTS))
    expected = assert_finite_array(net.test(x), (5, CLASSES), OUTPUT)
    save("/tmp/network.pickle", net)  # noqa: S108 - the candidate's own scratch disk
    loaded = load("/tmp/network.pickle", data)  # noqa: S108
    assert_close(loaded.test(x), expected, what={"en": "the output after loading", "de": "die Ausgabe nach dem Laden"})
    loaded.train(1)
    net.train(1)  # saving has taken nothing from it
