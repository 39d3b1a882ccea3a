"""The optional LSTM where the course's tests do not look. None of these cases ever counts."""

from __future__ import annotations

import numpy as np
import pytest
import recurrent
from constant_weights import HIDDEN, INPUTS, OUTPUTS, TIMES, check_output_learns, check_outputs, constant, lstm_states
from recurrent import Spread, lstm
from support import follows_momentum

pytestmark = pytest.mark.advisory


def draw(rng):
    return rng.uniform(-1, 1, (TIMES, INPUTS))


def make(student, rng):
    layer = lstm(student, INPUTS, HIDDEN, OUTPUTS)
    layer.initialize(Spread(rng, 0.5), Spread(rng, 0.5))
    return layer


def test_values_with_constant_weights(student, rng):
    """With all weights alike, every output is what the formulas of the gates say.

    de: Sind alle Gewichte gleich, ist jede Ausgabe das, was die Formeln der Gates besagen.
    hint: c = f * c + i * tanh(…), h = o * tanh(c); all gates see [x, h, 1], the output sees [h, 1].
    hint.de: c = f * c + i * tanh(…), h = o * tanh(c); alle Gates sehen [x, h, 1], die Ausgabe sieht [h, 1].
    why: The LSTM is optional; the course's tests compare the layer with itself only.
    why.de: Das LSTM ist freiwillig; die Kurstests vergleichen die Schicht nur mit sich selbst.
    """
    x = draw(rng)
    check_outputs(constant(student, lstm(student, INPUTS, HIDDEN, OUTPUTS)), x, lstm_states(x))


def test_memorize_continues_the_sequence(student, rng):
    """With memorize = True two halves of a sequence give what the whole gives; set to False, it begins anew.

    de: Mit memorize = True ergeben zwei Hälften einer Folge dasselbe wie die ganze; auf False gesetzt, beginnt sie neu.
    hint: Keep both the last hidden state and the last cell state; both begin as zeros.
    hint.de: Merke dir den letzten Hidden State und den letzten Zellzustand; beide beginnen mit Nullen.
    why: The LSTM is optional; the course's tests only ask for some difference between two passes.
    why.de: Das LSTM ist freiwillig; die Kurstests verlangen nur irgendeinen Unterschied zwischen zwei Läufen.
    """
    seed = int(rng.integers(2**31))
    first, second = (make(student, np.random.default_rng(seed)) for _ in range(2))
    recurrent.check_continues(first, second, draw(rng))


def test_output_weights_learn(student, rng):
    """One step of Sgd changes the output weights by learning rate times their gradient, summed over all times.

    de: Ein Schritt von Sgd ändert die Ausgabegewichte um Lernrate mal ihren Gradienten, summiert über alle Zeiten.
    hint: Add up [h_t, 1]ᵀ error_t over all times and update once, after the loop.
    hint.de: Summiere [h_t, 1]ᵀ error_t über alle Zeiten und ändere einmal, nach der Schleife.
    why: The LSTM is optional; the course's tests never look at the output weights.
    why.de: Das LSTM ist freiwillig; die Kurstests sehen sich die Ausgabegewichte nie an.
    """
    x, error = draw(rng), rng.standard_normal((TIMES, OUTPUTS))
    layer = constant(student, lstm(student, INPUTS, HIDDEN, OUTPUTS))
    check_output_learns(student, layer, x, lstm_states(x), error)


def test_momentum_of_its_own(student, rng):
    """The weights of the gates follow momentum by their own gradients, not by those of the output weights.

    de: Die Gewichte der Gates folgen dem Momentum ihrer eigenen Gradienten, nicht dem der Ausgabegewichte.
    hint: Two tensors, two optimizers: `copy.deepcopy(optimizer)` for the second one.
    hint.de: Zwei Tensoren, zwei Optimierer: `copy.deepcopy(optimizer)` für den zweiten.
    why: The LSTM is optional; the course's tests update with Sgd only, which remembers nothing.
    why.de: Das LSTM ist freiwillig; die Kurstests ändern nur mit Sgd, das sich nichts merkt.
    """
    layer = make(student, rng)
    errors = [rng.standard_normal((TIMES, OUTPUTS)) for _ in range(3)]
    follows_momentum(student, layer, ("weights",), [draw(rng) for _ in errors], errors)


def test_regularization_loss_of_the_layer(student):
    """calculate_regularization_loss is the regularizer's norm of the weights.

    de: calculate_regularization_loss ist die Norm des Regularisierers von den Gewichten.
    hint: `self.optimizer.regularizer.norm(self.weights)`, plus that of the output weights if you like.
    hint.de: `self.optimizer.regularizer.norm(self.weights)`, plus die der Ausgabegewichte, wenn du willst.
    why: The LSTM is optional; the course's tests do not call the method.
    why.de: Das LSTM ist freiwillig; die Kurstests rufen die Methode nicht auf.
    """
    sizes = (INPUTS, HIDDEN, OUTPUTS)
    recurrent.check_regularization_loss(student, lstm(student, *sizes), sizes, 4 * HIDDEN)


def test_weights_begin_at_random(student, rng):
    """The weights of a new layer differ from each other, those of the output too.

    de: Die Gewichte einer neuen Schicht sind voneinander verschieden, auch die der Ausgabe.
    hint: Draw them with `np.random`; units that begin alike stay alike.
    hint.de: Ziehe sie mit `np.random`; Einheiten, die gleich beginnen, bleiben gleich.
    why: The LSTM is optional; in the course's tests layers are initialised first, or checked against themselves.
    why.de: Das LSTM ist freiwillig; in den Kurstests wird vorher initialisiert, oder die Schicht mit sich verglichen.
    """
    recurrent.check_begins_at_random(lstm(student, INPUTS, HIDDEN, OUTPUTS), draw(rng))
