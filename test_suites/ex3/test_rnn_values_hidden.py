"""The RNN's values, time by time, and the gradient of its output weights, against the reference; for every arrangement
of the weights that elman.py recognises. An arrangement that it does not recognise is no mistake, and passes."""

from __future__ import annotations

import constant_weights
import numpy as np
import pytest
from elman import INPUTS, OUTPUTS, TIMES, hidden_states, output_weights, prepared, recognise
from support import BACKWARD, FORWARD, assert_finite_array

from exam.checks import assert_close, assert_true


def recognised(student, rng):
    """The layer, an input, its output, and what explains it; or None."""
    layer, x = prepared(student, rng)
    output = assert_finite_array(layer.forward(x), (TIMES, OUTPUTS), FORWARD)
    found = recognise(layer.weights, output, x)
    return (layer, x, output, *found) if found else None


@pytest.mark.advisory
def test_outputs_of_another_sequence(student, rng):
    """Every output is the affine map of tanh of the weighted input, hidden state and bias.

    de: Jede Ausgabe ist die affine Abbildung von tanh der gewichteten Eingabe, des Hidden State und des Bias.
    hint: `h = tanh([x, h, 1] W)`, `y = [h, 1] V`, at every time with the h of the time before.
    hint.de: `h = tanh([x, h, 1] W)`, `y = [h, 1] V`, zu jeder Zeit mit dem h der Zeit davor.
    why: The course's tests compare the layer with itself only, not with the formula.
    why.de: Die Kurstests vergleichen die Schicht nur mit sich selbst, nicht mit der Formel.
    """
    found = recognised(student, rng)
    if not found:
        return
    layer, _, _, arrangement, reference = found
    x = rng.uniform(-2, 2, (7, INPUTS))
    expected = arrangement.activated(reference.forward(x))
    assert_close(layer.forward(x), expected, what=FORWARD, rtol=0, atol=1e-5)


@pytest.mark.advisory
def test_values_with_constant_weights(student, rng):
    """With all weights alike, every output is what the formula says, whatever the arrangement of the weights.

    de: Sind alle Gewichte gleich, ist jede Ausgabe das, was die Formel besagt, wie auch immer sie angeordnet sind.
    hint: `h = tanh([x, h, 1] W)`, `y = [h, 1] V`: what is appended for the bias is a 1, both times.
    hint.de: `h = tanh([x, h, 1] W)`, `y = [h, 1] V`: Was für den Bias angehängt wird, ist beide Male eine 1.
    why: The course's tests compare the layer with itself only, not with the formula.
    why.de: Die Kurstests vergleichen die Schicht nur mit sich selbst, nicht mit der Formel.
    """
    sizes = (constant_weights.INPUTS, constant_weights.HIDDEN, constant_weights.OUTPUTS)
    x = rng.uniform(-1, 1, (constant_weights.TIMES, constant_weights.INPUTS))
    layer = constant_weights.constant(student, student.Layers.RNN.RNN(*sizes))
    constant_weights.check_outputs(layer, x, constant_weights.rnn_states(x))


@pytest.mark.advisory
def test_error_of_a_sequence(student, rng):
    """The error of every time's input is the reference's.

    de: Der Fehler der Eingabe zu jeder Zeit ist der der Referenz.
    hint: At each time: error of y through the output weights, plus what comes from the next time, times 1 - h².
    hint.de: Zu jeder Zeit: Fehler von y durch die Ausgabegewichte, plus was von der nächsten Zeit kommt, mal 1 - h².
    why: The course's gradient check is passed by a layer whose forward and backward are wrong in the same way.
    why.de: Die Gradientenprüfung des Kurses besteht auch eine Schicht, deren forward und backward gleich falsch sind.
    """
    found = recognised(student, rng)
    if not found:
        return
    layer, x, output, arrangement, reference = found
    error = rng.standard_normal(output.shape)
    reference.forward(x)
    expected = reference.backward(arrangement.error_before_activation(error, output))
    assert_close(layer.backward(error), expected, what=BACKWARD, rtol=0, atol=1e-4)


@pytest.mark.advisory
def test_output_weights_learn(student, rng):
    """One step of Sgd changes the output weights by learning rate times their gradient, summed over all times.

    de: Ein Schritt von Sgd ändert die Ausgabegewichte um Lernrate mal ihren Gradienten, summiert über alle Zeiten.
    hint: Add up [h_t, 1]ᵀ error_t over all times; every time needs its own h_t, so keep all of them. Update once, after
      the loop.
    hint.de: Summiere [h_t, 1]ᵀ error_t über alle Zeiten; jede Zeit braucht ihr eigenes h_t, merke dir also alle. Ändere
      einmal, nach der Schleife.
    why: The course's tests never look at the output weights. Often they learn from the last time only, or not at all.
    why.de: Die Kurstests sehen sich die Ausgabegewichte nie an. Oft lernen sie nur aus der letzten Zeit oder gar nicht.
    """
    found = recognised(student, rng)
    if not found:
        return
    layer, x, output, arrangement, reference = found
    rate, error, hidden = 1e-2, rng.standard_normal(output.shape), layer.weights
    before = output_weights(arrangement, reference, output, x)
    layer.optimizer = student.Optimization.Optimizers.Sgd(rate)
    layer.backward(error)
    layer.weights = hidden  # what is left changed are the output weights
    after = output_weights(arrangement, reference, layer.forward(x), x)
    states, error = hidden_states(reference, x), arrangement.error_before_activation(error, output)
    gradient = states.T @ error
    for wrong, en, de in (
        (0 * gradient, "nothing", "nichts"),
        (states[-1:].T @ error[-1:], "from the last time only", "nur aus der letzten Zeit"),
        (states[:1].T @ error[:1], "from the first time only", "nur aus der ersten Zeit"),
        (gradient / TIMES, "from the mean over time, not the sum", "aus dem Mittel über die Zeit, nicht der Summe"),
    ):
        alike = np.allclose(before - after, rate * wrong, rtol=0, atol=1e-6)
        assert_true(not alike, f"The output weights learn {en}.", f"Die Ausgabegewichte lernen {de}.")
    what = {"en": "the step of the output weights", "de": "der Schritt der Ausgabegewichte"}
    assert_close((before - after) / rate, gradient, what=what, rtol=0, atol=1e-3)
