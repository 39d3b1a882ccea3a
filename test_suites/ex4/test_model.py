"""The network as it is made: two probabilities for each image."""

from __future__ import annotations

from support import FEW, assert_probabilities, seed_from

NETWORKS = 3
"""The course looks at one, whose logits may lie in [0, 1] by chance."""


def test_prediction(student, rng):
    """A new network in training mode gives two probabilities in [0, 1] for each image of a batch.

    de: Ein neues Netz im Trainingsmodus gibt für jedes Bild eines Batches zwei Wahrscheinlichkeiten in [0, 1].
    hint: `ResNet()` takes no arguments. After the global average pooling flatten to (batch, 512), then a linear layer
      to two values and a sigmoid.
    hint.de: `ResNet()` nimmt keine Argumente. Mache nach dem globalen Mittel (Batch, 512) daraus, dann eine lineare
      Schicht auf zwei Werte und eine Sigmoidfunktion.
    """
    for _ in range(NETWORKS):
        pictures = student.ExamNets.pictures(FEW, seed_from(rng))
        net = student.model.ResNet()
        assert_probabilities(student.ExamNets.as_array(net(pictures)), FEW)
