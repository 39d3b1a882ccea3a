"""The network as it is made: two probabilities for each image."""

from __future__ import annotations

import pytest
from support import FEW, assert_probabilities, seed_from

NETWORKS = 3


def assert_predicts(student, rng):
    """One new network, a random batch."""
    pictures = student.ExamNets.pictures(FEW, seed_from(rng))
    net = student.model.ResNet()
    assert_probabilities(student.ExamNets.as_array(net(pictures)), FEW)


def test_prediction(student, rng):
    """A new network in training mode gives two probabilities in [0, 1] for each image of a batch.

    de: Ein neues Netz im Trainingsmodus gibt für jedes Bild eines Batches zwei Wahrscheinlichkeiten in [0, 1].
    hint: `ResNet()` takes no arguments. After the global average pooling flatten to (batch, 512), then a linear layer
      to two values and a sigmoid.
    hint.de: `ResNet()` nimmt keine Argumente. Mache nach dem globalen Mittel (Batch, 512) daraus, dann eine lineare
      Schicht auf zwei Werte und eine Sigmoidfunktion.
    """
    assert_predicts(student, rng)


@pytest.mark.advisory
def test_every_new_network_predicts(student, rng):
    """Every new network gives probabilities, not one by chance.

    de: Jedes neue Netz gibt Wahrscheinlichkeiten, nicht nur zufällig eins.
    hint: End with a sigmoid, also in training mode.
    hint.de: Ende mit einer Sigmoidfunktion, auch im Trainingsmodus.
    why: The course's tests look at one network, whose output may lie in [0, 1] by chance.
    why.de: Die Kurstests sehen ein Netz an, dessen Ausgabe zufällig in [0, 1] liegen kann.
    """
    for _ in range(NETWORKS):
        assert_predicts(student, rng)
