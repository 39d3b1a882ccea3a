"""The network: layers in a row, each with initialized weights and an optimizer of its own."""

from __future__ import annotations

import numpy as np
from networks import CLASSES, INPUTS, Batches, classifier, fully_connected, network, sgd
from support import WEIGHTS

from exam.checks import assert_finite, assert_number, assert_true

VALUE = 0.123
LOSS = {"en": "the loss that forward returns", "de": "der Verlust, den forward zurückgibt,"}


def test_append_layer(student):
    """Each trainable layer that is appended gets an optimizer of its own, and initialized weights.

    de: Jede angehängte trainierbare Schicht bekommt einen eigenen Optimierer und initialisierte Gewichte.
    hint: If the layer is trainable: `layer.initialize(…)` with both initializers, and `layer.optimizer =
      copy.deepcopy(self.optimizer)`; then `self.layers.append(layer)`. Uses your Constant and FullyConnected.
    hint.de: Ist die Schicht trainierbar: `layer.initialize(…)` mit beiden Initialisierern und `layer.optimizer =
      copy.deepcopy(self.optimizer)`; dann `self.layers.append(layer)`. Benutzt dein Constant und FullyConnected.
    """
    constant = student.Layers.Initializers.Constant
    net = network(student, sgd(student, 1), constant(VALUE), constant(VALUE))
    net.append_layer(fully_connected(student, INPUTS))
    net.append_layer(fully_connected(student, CLASSES))
    count = len(net.layers)
    assert_true(
        count == 2,
        f"After two calls of append_layer, the list layers has {count} entries instead of 2.",
        f"Nach zwei Aufrufen von append_layer hat die Liste layers {count} statt 2 Einträge.",
    )
    assert_true(
        not student.same(net.layers[0].optimizer, net.layers[1].optimizer),
        "Both layers have the same optimizer object (or none). Give each one a copy: copy.deepcopy(self.optimizer).",
        "Beide Schichten haben dasselbe Optimiererobjekt (oder keins). Gib jeder eine Kopie: "
        "copy.deepcopy(self.optimizer).",
    )
    weights = assert_finite(net.layers[0].weights, what=WEIGHTS)
    assert_true(
        np.all(weights == VALUE),
        f"With Constant({VALUE}) for weights and bias, all weights of an appended layer should be {VALUE}; yours range "
        f"from {weights.min():.4g} to {weights.max():.4g}.",
        f"Mit Constant({VALUE}) für Gewichte und Bias sollten alle Gewichte einer angehängten Schicht {VALUE} sein; "
        f"deine reichen von {weights.min():.4g} bis {weights.max():.4g}.",
    )


def test_data_access(student, rng):
    """Each forward pass takes a new batch, so that its loss differs from the last one.

    de: Jeder Vorwärtslauf nimmt einen neuen Batch, sodass sich sein Verlust vom vorigen unterscheidet.
    hint: Call `self.data_layer.next()` in forward, and return what the loss layer's forward returns.
    hint.de: Rufe in forward `self.data_layer.next()` auf und gib zurück, was forward der Verlustschicht zurückgibt.
    """
    net = classifier(student, sgd(student, 1e-4), Batches(rng))
    first, second = (assert_number(net.forward(), what=LOSS) for _ in range(2))
    assert_true(
        first != second,
        f"Two forward passes gave the same loss, {first:.6g}, for different batches of data.",
        f"Zwei Vorwärtsläufe gaben denselben Verlust, {first:.6g}, für verschiedene Batches.",
    )
