"""The Elman layer where the course's tests do not look: when the hidden state begins anew, when and how often weights
change, sequences of any length."""

from __future__ import annotations

import numpy as np
import pytest
import recurrent
from recurrent import Spread, check_short_steps
from support import (
    BACKWARD,
    FORWARD,
    GRADIENT,
    assert_finite_array,
    assert_unchanged,
    check_arguments_stay,
    follows_momentum,
)

from exam.checks import assert_close, assert_true

TIMES, INPUTS, HIDDEN, OUTPUTS = 6, 4, 3, 2


def make(student, rng):
    layer = student.Layers.RNN.RNN(INPUTS, HIDDEN, OUTPUTS)
    layer.initialize(Spread(rng, 0.5), Spread(rng, 0.5))
    return layer


def draw(rng, times=TIMES):
    return rng.uniform(-1, 1, (times, INPUTS))


@pytest.mark.advisory
def test_hidden_state_is_reset(student, rng):
    """With memorize = False every forward pass begins with a hidden state of zeros.

    de: Mit memorize = False beginnt jeder Vorwärtslauf mit einem Hidden State aus Nullen.
    hint: At the start of forward: `if not self.memorize: h = zeros`.
    hint.de: Am Anfang von forward: `if not self.memorize: h = zeros`.
    why: The course's tests compare two passes only with memorize = True.
    why.de: Die Kurstests vergleichen zwei Läufe nur mit memorize = True.
    """
    layer, x = make(student, rng), draw(rng)
    first = assert_finite_array(layer.forward(x), (TIMES, OUTPUTS), FORWARD)
    layer.backward(rng.standard_normal(first.shape))
    second = assert_finite_array(layer.forward(x), (TIMES, OUTPUTS), FORWARD)
    assert_true(
        np.allclose(first, second),
        "With memorize = False a second forward pass with the same input gave another output: the hidden state was not "
        "reset.",
        "Mit memorize = False ergab ein zweiter Vorwärtslauf mit derselben Eingabe eine andere Ausgabe: Der Hidden "
        "State wurde nicht zurückgesetzt.",
    )


@pytest.mark.advisory
def test_memorize_continues_the_sequence(student, rng):
    """With memorize = True two halves of a sequence give what the whole gives; set to False, it begins anew.

    de: Mit memorize = True ergeben zwei Hälften einer Folge dasselbe wie die ganze; auf False gesetzt, beginnt sie neu.
    hint: The first step of the second half uses the hidden state of the last step of the first half.
    hint.de: Der erste Schritt der zweiten Hälfte benutzt den Hidden State des letzten Schritts der ersten.
    why: The course's tests only ask for some difference between two passes.
    why.de: Die Kurstests verlangen nur irgendeinen Unterschied zwischen zwei Läufen.
    """
    x, seed = draw(rng), int(rng.integers(2**31))
    layer, fresh = make(student, np.random.default_rng(seed)), make(student, np.random.default_rng(seed))
    recurrent.check_continues(layer, fresh, x)


@pytest.mark.advisory
def test_one_update_for_each_backward_pass(student, rng):
    """A backward pass changes weights once, by learning rate times the gradient summed over time.

    de: Ein Rückwärtslauf ändert weights einmal, um Lernrate mal den über die Zeit summierten Gradienten.
    hint: Call `optimizer.calculate_update` after the loop over time, not inside it.
    hint.de: Rufe `optimizer.calculate_update` nach der Schleife über die Zeit auf, nicht darin.
    why: The course's tests check the gradient without an optimizer, and with one only that the output grows.
    why.de: Die Kurstests prüfen den Gradienten ohne Optimierer, und mit einem nur, dass die Ausgabe wächst.
    """
    rate, layer = 0.05, make(student, rng)
    layer.optimizer = student.Optimization.Optimizers.Sgd(rate)
    before = layer.weights
    output = layer.forward(draw(rng))
    layer.backward(rng.standard_normal(np.shape(output)))
    what = {"en": "weights after one step of Sgd", "de": "weights nach einem Schritt von Sgd"}
    assert_close(layer.weights, before - rate * np.asarray(layer.gradient_weights), what=what)


@pytest.mark.advisory
def test_short_steps_go_downhill(student, rng):
    """With a small learning rate, too, every backward pass improves the weights.

    de: Auch mit kleiner Lernrate verbessert jeder Rückwärtslauf die Gewichte.
    hint: Sgd steps against the gradient; give it gradient_weights as it is, without a minus of your own.
    hint.de: Sgd geht gegen den Gradienten; gib ihm gradient_weights, wie es ist, ohne eigenes Minus.
    why: The course's test has learning rate 1. So long a step in the wrong direction overshoots and looks like growth.
    why.de: Der Kurstest hat die Lernrate 1. Ein so langer Schritt in die falsche Richtung schießt übers Ziel hinaus und
      sieht wie Wachstum aus.
    """
    check_short_steps(student, student.Layers.RNN.RNN(recurrent.INPUTS, recurrent.HIDDEN, recurrent.OUTPUTS), rng)


@pytest.mark.advisory
def test_gradient_belongs_to_the_last_pass(student, rng):
    """gradient_weights and the returned error are those of the last pass alone, with or without an optimizer.

    de: gradient_weights und der zurückgegebene Fehler gehören zum letzten Lauf allein, mit oder ohne Optimierer.
    hint: Set gradient_weights to zeros at the start of backward; update the weights after the loop.
    hint.de: Setze gradient_weights am Anfang von backward auf Nullen; ändere die Gewichte nach der Schleife.
    why: The course's tests make one backward pass, without an optimizer.
    why.de: Die Kurstests machen einen Rückwärtslauf, ohne Optimierer.
    """
    layer, x = make(student, rng), draw(rng)
    shape = np.shape(layer.forward(x))
    error = rng.standard_normal(shape)
    returned, gradient = layer.backward(error), layer.gradient_weights
    layer.forward(draw(rng))
    layer.backward(rng.standard_normal(shape))
    layer.optimizer = student.Optimization.Optimizers.Sgd(0.1)
    layer.forward(x)
    assert_close(layer.backward(error), returned, what=BACKWARD)
    assert_close(layer.gradient_weights, gradient, what=GRADIENT)


@pytest.mark.advisory
def test_sequences_of_any_length(student, rng):
    """One layer takes sequences of different lengths, one after the other.

    de: Eine Schicht nimmt Folgen verschiedener Länge nacheinander.
    hint: Take the number of times from the input of the call, and begin all lists anew in forward.
    hint.de: Nimm die Zahl der Zeiten aus der Eingabe des Aufrufs und beginne alle Listen in forward neu.
    why: The course's tests use one length for each layer.
    why.de: Die Kurstests benutzen je Schicht eine Länge.
    """
    layer, x = make(student, rng), draw(rng)
    outputs = assert_finite_array(layer.forward(x), (TIMES, OUTPUTS), FORWARD)
    for times in (2, TIMES, 1):
        assert_close(layer.forward(x[:times]), outputs[:times], what=FORWARD)
        returned = layer.backward(rng.standard_normal((times, OUTPUTS)))
        assert_finite_array(returned, (times, INPUTS), BACKWARD)


@pytest.mark.advisory
def test_momentum_of_its_own(student, rng):
    """The weights of the hidden state follow momentum by their own gradients, not by those of the output weights.

    de: Die Gewichte des Hidden State folgen dem Momentum ihrer eigenen Gradienten, nicht dem der Ausgabegewichte.
    hint: Two tensors, two optimizers: `copy.deepcopy(optimizer)` for the second one.
    hint.de: Zwei Tensoren, zwei Optimierer: `copy.deepcopy(optimizer)` für den zweiten.
    why: The course's tests update with Sgd only, which remembers nothing.
    why.de: Die Kurstests ändern nur mit Sgd, das sich nichts merkt.
    """
    layer = make(student, rng)
    errors = [rng.standard_normal((TIMES, OUTPUTS)) for _ in range(4)]
    follows_momentum(student, layer, ("weights",), [draw(rng) for _ in errors], errors)


@pytest.mark.advisory
def test_regularization_loss_of_the_layer(student, rng):
    """calculate_regularization_loss is the regularizer's norm of the weights.

    de: calculate_regularization_loss ist die Norm des Regularisierers von den Gewichten.
    hint: `self.optimizer.regularizer.norm(self.weights)`, plus that of the output weights if you like.
    hint.de: `self.optimizer.regularizer.norm(self.weights)`, plus die der Ausgabegewichte, wenn du willst.
    why: The description asks for the method; the course's tests do not call it.
    why.de: Die Beschreibung verlangt die Methode; die Kurstests rufen sie nicht auf.
    """
    layer = student.Layers.RNN.RNN(INPUTS, HIDDEN, OUTPUTS)
    recurrent.check_regularization_loss(student, layer, (INPUTS, HIDDEN, OUTPUTS), HIDDEN)


@pytest.mark.advisory
def test_weights_begin_at_random(student, rng):
    """The weights of a new layer differ from each other, those of the output too.

    de: Die Gewichte einer neuen Schicht sind voneinander verschieden, auch die der Ausgabe.
    hint: Draw them with `np.random`; units that begin alike stay alike.
    hint.de: Ziehe sie mit `np.random`; Einheiten, die gleich beginnen, bleiben gleich.
    why: In the course's tests layers are initialised first, or checked against themselves.
    why.de: In den Kurstests wird vorher initialisiert, oder die Schicht mit sich selbst verglichen.
    """
    recurrent.check_begins_at_random(student.Layers.RNN.RNN(INPUTS, HIDDEN, OUTPUTS), draw(rng))


@pytest.mark.advisory
def test_arguments_stay_as_they_are(student, rng):
    """forward and backward do not change the arrays that they are given, nor outputs that they have given out.

    de: forward und backward verändern weder übergebene Felder noch Ausgaben, die sie herausgegeben haben.
    hint: Make a new array for the outputs in each forward.
    hint.de: Lege in jedem forward ein neues Feld für die Ausgaben an.
    why: The course's tests do not use their arrays again. In a network the layer before may have kept them.
    why.de: Die Kurstests benutzen ihre Felder danach nicht mehr. In einem Netz hat die Schicht davor sie vielleicht
      behalten.
    """
    layer, x = make(student, rng), draw(rng)
    check_arguments_stay(student, layer, x, rng.standard_normal((TIMES, OUTPUTS)))
    kept = student.remote(layer.forward)(x)
    output = np.array(student.fetch(kept))
    layer.forward(draw(rng))
    assert_unchanged(student, kept, output, en="an output of an earlier forward", de="eine Ausgabe von vorher")
