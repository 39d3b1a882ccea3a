"""The Elman layer as the course's tests see it (recurrent.py says what is left open)."""

from __future__ import annotations

import recurrent
from recurrent import HIDDEN, INPUTS, OUTPUTS
from support import assert_trainable


def make(student, inputs=INPUTS, hidden=HIDDEN, outputs=OUTPUTS):
    return student.Layers.RNN.RNN(inputs, hidden, outputs)


def test_initialization(student):
    """initialize fills the weights with what the given initializers return.

    de: initialize füllt die Gewichte mit dem, was die übergebenen Initialisierer zurückgeben.
    hint: Initialise the weights of the hidden state like those of a FullyConnected layer: weights and bias row apart.
    hint.de: Initialisiere die Gewichte des Hidden State wie die einer FullyConnected-Schicht: Gewichte und Biaszeile
      getrennt.
    """
    recurrent.check_initialization(make(student), HIDDEN)


def test_trainable(student):
    """The layer says that it is trainable.

    de: Die Schicht gibt an, dass sie trainierbar ist.
    hint: Set `trainable = True` after `super().__init__()`.
    hint.de: Setze `trainable = True` nach `super().__init__()`.
    """
    assert_trainable(make(student))


def test_forward_size(student, rng):
    """The output has a row for each time and a column for each output.

    de: Die Ausgabe hat eine Zeile je Zeitpunkt und eine Spalte je Ausgang.
    hint: Rows of the input are times: (time, input_size) becomes (time, output_size).
    hint.de: Zeilen der Eingabe sind Zeitpunkte: Aus (Zeit, input_size) wird (Zeit, output_size).
    """
    recurrent.check_forward_size(make(student), rng)


def test_backward_size(student, rng):
    """The error that comes back has the shape of the input.

    de: Der Fehler, der zurückkommt, hat die Form der Eingabe.
    hint: Of the error of [x, h] at each time, the part that belongs to x is returned; the rest goes back in time.
    hint.de: Vom Fehler von [x, h] zu jedem Zeitpunkt wird der Teil von x zurückgegeben; der Rest geht in der Zeit
      zurück.
    """
    recurrent.check_backward_size(make(student), rng)


def test_weights_shape(student):
    """The attribute weights holds the weights that make the hidden state.

    de: Das Attribut weights enthält die Gewichte, die den Hidden State bilden.
    hint: Shape (input_size + hidden_size + 1, hidden_size), like a FullyConnected layer on [x, h]. Transposed is
      accepted.
    hint.de: Form (input_size + hidden_size + 1, hidden_size), wie eine FullyConnected-Schicht auf [x, h]. Transponiert
      zählt auch.
    """
    recurrent.check_weights_shape(student, make(student), HIDDEN)


def test_forward_stateful(student, rng):
    """The same input at two times gives different outputs, since the hidden state has changed.

    de: Dieselbe Eingabe zu zwei Zeitpunkten ergibt verschiedene Ausgaben, denn der Hidden State hat sich geändert.
    hint: In the loop over time, give the new hidden state to the next step.
    hint.de: Gib in der Schleife über die Zeit den neuen Hidden State an den nächsten Schritt weiter.
    """
    recurrent.check_stateful(make(student), rng)


def test_forward_stateful_TBPTT(student, rng):  # noqa: N802 - truncated backpropagation through time
    """With memorize = True the next forward pass begins with the last hidden state.

    de: Mit memorize = True beginnt der nächste Vorwärtslauf mit dem letzten Hidden State.
    hint: Keep the last hidden state; start from zeros only if `memorize` is False.
    hint.de: Merke dir den letzten Hidden State; beginne nur dann mit Nullen, wenn `memorize` False ist.
    """
    recurrent.check_memorize(make(student), rng)


def test_update(student, rng):
    """With an optimizer set, every backward pass improves the weights.

    de: Ist ein Optimierer gesetzt, verbessert jeder Rückwärtslauf die Gewichte.
    hint: After the loop over time, update the weights of the hidden state and of the output. Uses Sgd.
    hint.de: Ändere nach der Schleife über die Zeit die Gewichte des Hidden State und der Ausgabe. Benutzt Sgd.
    """
    recurrent.check_update(student, lambda *sizes: make(student, *sizes), rng)


def test_gradient(student, rng):
    """The error that comes back is the gradient of the loss with respect to the input, through all later times.

    de: Der Fehler, der zurückkommt, ist der Gradient des Verlusts nach der Eingabe, durch alle späteren Zeiten.
    hint: Go backwards in time; the error of the hidden state is that of the output at this time PLUS what comes from
      the next time.
    hint.de: Geh in der Zeit rückwärts; der Fehler des Hidden State ist der der Ausgabe zu dieser Zeit PLUS der, der von
      der nächsten Zeit kommt.
    """
    recurrent.check_gradient(student, lambda *sizes: make(student, *sizes), rng)


def test_gradient_weights(student, rng):
    """gradient_weights is the gradient with respect to weights, summed over all times.

    de: gradient_weights ist der Gradient nach weights, summiert über alle Zeiten.
    hint: Start with zeros and add each time's gradient. The input of a step is what it was in forward: keep all of
      them.
    hint.de: Beginne mit Nullen und addiere den Gradienten jeder Zeit. Die Eingabe eines Schritts ist die aus forward:
      Merke dir alle.
    """
    recurrent.check_gradient_weights(lambda *sizes: make(student, *sizes), rng)


def test_bias(student, rng):
    """Without any signal the biases still give an output.

    de: Ganz ohne Signal ergeben die Biaswerte noch eine Ausgabe.
    hint: Append a 1 to [x, h], and to the hidden state before the output.
    hint.de: Hänge eine 1 an [x, h] an, und an den Hidden State vor der Ausgabe.
    """
    recurrent.check_bias(make(student), rng)
