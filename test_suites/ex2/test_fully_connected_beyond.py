"""What the course's tests do not see of a fully connected layer. Only the last case looks at the weights' layout."""

from __future__ import annotations

import numpy as np
import pytest
from support import BACKWARD, FORWARD, assert_tensor, assert_unchanged, shape_of

from exam.checks import assert_close, assert_shape, assert_true
from reference_impl import FullyConnected

BATCH, INPUTS, OUTPUTS = 9, 4, 3
WEIGHTS = {"en": "the attribute weights", "de": "das Attribut weights"}
GRADIENT = {"en": "the attribute gradient_weights", "de": "das Attribut gradient_weights"}


def make(student, inputs=INPUTS, outputs=OUTPUTS):
    return student.Layers.FullyConnected.FullyConnected(inputs, outputs)


@pytest.mark.advisory
def test_backward_uses_the_weights_before_the_update(student, rng):
    """The error that comes back is computed with the weights that made the output, not with the updated ones.

    de: Der zurückgegebene Fehler wird mit den Gewichten der Ausgabe berechnet, nicht mit den schon veränderten.
    hint: In backward, compute the error to return first; update the weights after that.
    hint.de: Berechne in backward zuerst den Fehler, den du zurückgibst; ändere erst danach die Gewichte.
    why: The course's tests check the error only without an optimizer, where the order does not matter. In training it
      does: the layers before this one learn from a wrong gradient.
    why.de: Die Kurstests prüfen den Fehler nur ohne Optimierer, wo die Reihenfolge egal ist. Beim Trainieren zählt sie:
      Die Schichten davor lernen sonst aus einem falschen Gradienten.
    """
    plain, learning = make(student), make(student)
    weights = plain.weights
    learning.weights = weights
    learning.optimizer = student.Optimization.Optimizers.Sgd(1)
    x, error = rng.random((BATCH, INPUTS)), rng.standard_normal((BATCH, OUTPUTS))
    plain.forward(x)
    learning.forward(x)
    expected, returned = plain.backward(error), learning.backward(error)
    plain.weights = learning.weights
    after = plain.backward(error)
    late = shape_of(returned) == shape_of(after) and np.allclose(returned, after) and not np.allclose(after, expected)
    assert_true(
        not late,
        "The returned error was computed with the weights after their update. Compute it before you update them.",
        "Der zurückgegebene Fehler wurde mit den Gewichten nach ihrer Änderung berechnet. Berechne ihn vorher.",
    )
    assert_close(returned, expected, what=BACKWARD)


@pytest.mark.advisory
def test_no_update_without_an_optimizer(student, rng):
    """Without an optimizer, forward and backward leave the weights alone.

    de: Ohne Optimierer lassen forward und backward die Gewichte in Ruhe.
    hint: The optimizer starts as None; update the weights only `if self.optimizer is not None`.
    hint.de: Der Optimierer beginnt als None; ändere die Gewichte nur, `if self.optimizer is not None`.
    why: The course's tests never look at the weights of a layer that has no optimizer.
    why.de: Die Kurstests sehen sich die Gewichte einer Schicht ohne Optimierer nie an.
    """
    layer = make(student)
    before = layer.weights
    layer.forward(rng.random((BATCH, INPUTS)))
    layer.backward(rng.standard_normal((BATCH, OUTPUTS)))
    assert_close(layer.weights, before, what={"en": "weights after backward", "de": "weights nach backward"}, rtol=0)


@pytest.mark.advisory
def test_each_batch_by_itself(student, rng):
    """One layer works on batches of any size, one after the other, and gradient_weights belongs to the last one.

    de: Eine Schicht bearbeitet Batches jeder Größe nacheinander, und gradient_weights gehört zum letzten.
    hint: Take the batch size from the input of each call, and assign gradient_weights anew instead of adding to it.
    hint.de: Nimm die Batchgröße aus der Eingabe jedes Aufrufs und weise gradient_weights neu zu, statt aufzuaddieren.
    why: The course's tests use a fresh layer for each gradient, and one batch size for each layer.
    why.de: Die Kurstests nehmen für jeden Gradienten eine neue Schicht und je Schicht nur eine Batchgröße.
    """
    used = make(student)
    for batch in (BATCH, 2, 1):
        fresh = make(student)
        fresh.weights = used.weights
        x, error = rng.random((batch, INPUTS)), rng.standard_normal((batch, OUTPUTS))
        assert_close(used.forward(x), fresh.forward(x), what=FORWARD)
        assert_close(used.backward(error), fresh.backward(error), what=BACKWARD)
        assert_close(used.gradient_weights, fresh.gradient_weights, what=GRADIENT)


@pytest.mark.advisory
def test_arguments_stay_as_they_are(student, rng):
    """forward and backward do not change the arrays that they are given.

    de: forward und backward verändern die Felder nicht, die sie bekommen.
    hint: Operations such as `x += 1` or `x[x < 0] = 0` write into the caller's array; make a new one.
    hint.de: Befehle wie `x += 1` oder `x[x < 0] = 0` schreiben in das Feld des Aufrufers; lege ein neues an.
    why: The course's tests do not use their arrays again, but a network's data and its other layers may.
    why.de: Die Kurstests benutzen ihre Felder danach nicht mehr, die Daten und andere Schichten eines Netzes schon.
    """
    layer = make(student)
    x, error = rng.random((BATCH, INPUTS)), rng.standard_normal((BATCH, OUTPUTS))
    kept_x, kept_error = student.keep(x.copy()), student.keep(error.copy())
    layer.forward(kept_x)
    layer.backward(kept_error)
    assert_unchanged(student, kept_x, x, en="the input of forward", de="die Eingabe von forward")
    assert_unchanged(student, kept_error, error, en="the error given to backward", de="der Fehler für backward")


@pytest.mark.advisory
def test_weights_start_in_the_unit_interval(student):
    """Weights and bias start as uniform random numbers in [0, 1).

    de: Gewichte und Bias beginnen als gleichverteilte Zufallszahlen in [0, 1).
    hint: `np.random.rand(input_size + 1, output_size)` or `np.random.uniform(0, 1, …)`.
    hint.de: `np.random.rand(input_size + 1, output_size)` oder `np.random.uniform(0, 1, …)`.
    why: The course's tests only need a positive bias. Equal weights would stay equal for ever; negative ones fail
      those tests now and then, by bad luck.
    why.de: Die Kurstests brauchen nur einen positiven Bias. Gleiche Gewichte blieben für immer gleich; negative fallen
      dort ab und zu durch, aus Pech.
    """
    weights = assert_tensor(make(student, 60, 50).weights, what=WEIGHTS)
    said = f"smallest {weights.min():.3g}, largest {weights.max():.3g}, mean {weights.mean():.3g}"
    sagt = f"kleinstes {weights.min():.3g}, größtes {weights.max():.3g}, Mittel {weights.mean():.3g}"
    # 3050 draws: mean and deviation of a uniform sample lie far inside these margins (8 standard errors).
    uniform = 0 <= weights.min() < 0.1 and 0.9 < weights.max() <= 1 and abs(weights.mean() - 0.5) < 0.045
    assert_true(
        uniform,
        f"The weights do not look uniform in [0, 1): {said}.",
        f"Die Gewichte sehen nicht gleichverteilt in [0, 1) aus: {sagt}.",
    )


@pytest.mark.advisory
def test_output_is_affine(student, rng):
    """The output is input times weights, plus the bias, in every column.

    de: Die Ausgabe ist Eingabe mal Gewichte, plus Bias, in jeder Spalte.
    hint: `np.dot(input_with_ones, self.weights)`: the last row of weights is the bias of each output.
    hint.de: `np.dot(input_mit_einsen, self.weights)`: Die letzte Zeile von weights ist der Bias jedes Ausgangs.
    why: The course's tests only ask that forward and backward belong together, not that forward is the right function.
    why.de: Die Kurstests verlangen nur, dass forward und backward zusammenpassen, nicht, dass forward stimmt.
    """
    layer, x = make(student), rng.random((BATCH, INPUTS))
    weights = layer.weights
    if shape_of(weights) == (OUTPUTS, INPUTS + 1):
        weights = weights.T
    weights = assert_shape(weights, (INPUTS + 1, OUTPUTS), what=WEIGHTS)
    output = layer.forward(x)
    bias_first = np.roll(weights, -1, axis=0)  # the position of the bias is free
    expected = [_affine(weights, x), _affine(bias_first, x)]
    matches_first = shape_of(output) == expected[1].shape and np.allclose(output, expected[1])
    assert_close(output, expected[1] if matches_first else expected[0], what=FORWARD)


def _affine(weights, x):
    reference = FullyConnected(INPUTS, OUTPUTS, np.random.default_rng(0))
    reference.params["weights"] = weights
    return reference.forward(x)
