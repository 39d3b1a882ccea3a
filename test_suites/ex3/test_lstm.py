"""The optional LSTM: the same cases as for the RNN, none of which ever counts. Without LSTM.py each says so."""

from __future__ import annotations

import pytest
import recurrent
from recurrent import HIDDEN, lstm
from support import assert_trainable

pytestmark = pytest.mark.advisory
GATES = 4
WEIGHTS_LIMIT = 1e-3
"""The course's limit for the weights of the LSTM."""


def test_trainable(student):
    """The layer says that it is trainable.

    de: Die Schicht gibt an, dass sie trainierbar ist.
    hint: Set `trainable = True` after `super().__init__()`.
    hint.de: Setze `trainable = True` nach `super().__init__()`.
    why: The LSTM is optional; in the course it weighs nothing.
    why.de: Das LSTM ist freiwillig; im Kurs hat es kein Gewicht.
    """
    assert_trainable(lstm(student))


def test_sizes(student, rng):
    """Output and error have a row for each time.

    de: Ausgabe und Fehler haben eine Zeile je Zeitpunkt.
    hint: (time, input_size) becomes (time, output_size), and backward the other way round.
    hint.de: Aus (Zeit, input_size) wird (Zeit, output_size), und in backward umgekehrt.
    why: The LSTM is optional; in the course it weighs nothing.
    why.de: Das LSTM ist freiwillig; im Kurs hat es kein Gewicht.
    """
    recurrent.check_forward_size(lstm(student), rng)
    recurrent.check_backward_size(lstm(student), rng)


def test_weights_shape(student):
    """The attribute weights holds the weights of all four gates.

    de: Das Attribut weights enthält die Gewichte aller vier Gates.
    hint: Shape (input_size + hidden_size + 1, 4 * hidden_size), in any order of the gates.
    hint.de: Form (input_size + hidden_size + 1, 4 * hidden_size), die Reihenfolge der Gates ist frei.
    why: The LSTM is optional; in the course it weighs nothing.
    why.de: Das LSTM ist freiwillig; im Kurs hat es kein Gewicht.
    """
    recurrent.check_weights_shape(student, lstm(student), GATES * HIDDEN)


def test_forward_stateful(student, rng):
    """The same input at two times gives different outputs, since the state has changed.

    de: Dieselbe Eingabe zu zwei Zeitpunkten ergibt verschiedene Ausgaben, denn der Zustand hat sich geändert.
    hint: Give the new hidden state and the new cell state to the next step.
    hint.de: Gib den neuen Hidden State und den neuen Zellzustand an den nächsten Schritt weiter.
    why: The LSTM is optional; in the course it weighs nothing.
    why.de: Das LSTM ist freiwillig; im Kurs hat es kein Gewicht.
    """
    recurrent.check_stateful(lstm(student), rng)


def test_forward_stateful_TBPTT(student, rng):  # noqa: N802 - truncated backpropagation through time
    """With memorize = True the next forward pass begins with the last states.

    de: Mit memorize = True beginnt der nächste Vorwärtslauf mit den letzten Zuständen.
    hint: Keep hidden and cell state; start from zeros only if `memorize` is False.
    hint.de: Merke dir Hidden State und Zellzustand; beginne nur dann mit Nullen, wenn `memorize` False ist.
    why: The LSTM is optional; in the course it weighs nothing.
    why.de: Das LSTM ist freiwillig; im Kurs hat es kein Gewicht.
    """
    recurrent.check_memorize(lstm(student), rng)


def test_update(student, rng):
    """With an optimizer set, every backward pass improves the weights.

    de: Ist ein Optimierer gesetzt, verbessert jeder Rückwärtslauf die Gewichte.
    hint: After the loop over time, update the weights of the gates and of the output. Uses Sgd.
    hint.de: Ändere nach der Schleife über die Zeit die Gewichte der Gates und der Ausgabe. Benutzt Sgd.
    why: The LSTM is optional; in the course it weighs nothing.
    why.de: Das LSTM ist freiwillig; im Kurs hat es kein Gewicht.
    """
    recurrent.check_update(student, lambda *sizes: lstm(student, *sizes), rng)


def test_gradient(student, rng):
    """The error that comes back is the gradient of the loss with respect to the input, through all later times.

    de: Der Fehler, der zurückkommt, ist der Gradient des Verlusts nach der Eingabe, durch alle späteren Zeiten.
    hint: Two errors come from the next time: one of the hidden state and one of the cell state.
    hint.de: Von der nächsten Zeit kommen zwei Fehler: einer des Hidden State und einer des Zellzustands.
    why: The LSTM is optional; in the course it weighs nothing.
    why.de: Das LSTM ist freiwillig; im Kurs hat es kein Gewicht.
    """
    recurrent.check_gradient(student, lambda *sizes: lstm(student, *sizes), rng)


def test_gradient_weights(student, rng):
    """gradient_weights is the gradient with respect to the gates' weights, summed over all times.

    de: gradient_weights ist der Gradient nach den Gewichten der Gates, summiert über alle Zeiten.
    hint: Start with zeros and add each time's gradient.
    hint.de: Beginne mit Nullen und addiere den Gradienten jeder Zeit.
    why: The LSTM is optional; in the course it weighs nothing.
    why.de: Das LSTM ist freiwillig; im Kurs hat es kein Gewicht.
    """
    recurrent.check_gradient_weights(lambda *sizes: lstm(student, *sizes), rng, WEIGHTS_LIMIT)


def test_bias(student, rng):
    """Without any signal the biases still give an output.

    de: Ganz ohne Signal ergeben die Biaswerte noch eine Ausgabe.
    hint: Append a 1 to [x, h], and to the hidden state before the output.
    hint.de: Hänge eine 1 an [x, h] an, und an den Hidden State vor der Ausgabe.
    why: The LSTM is optional; in the course it weighs nothing.
    why.de: Das LSTM ist freiwillig; im Kurs hat es kein Gewicht.
    """
    recurrent.check_bias(lstm(student), rng)
