"""train.py: what a training is made of. The course's tests never run it."""

from __future__ import annotations

import pytest
from support import seed_from

from exam.checks import assert_true


@pytest.mark.advisory
def test_train_begins(student, rng):
    """train.py sets up a training: images in a new order for each epoch, and a network that learns from them.

    de: train.py bereitet ein Training vor: Bilder, für jede Epoche neu gemischt, und ein Netz, das daraus lernt.
    hint: Split data.csv, put a ChallengeDataset of each part into a DataLoader (`shuffle=True` for the training), and
      give the trainer the network, the loss, an optimizer of the network's parameters and both loaders; then fit.
    hint.de: Teile data.csv auf, stecke ein ChallengeDataset jedes Teils in einen DataLoader (`shuffle=True` fürs
      Training) und gib dem Trainer Netz, Verlust, einen Optimierer der Parameter des Netzes und beide Loader; dann fit.
    why: The course's tests never run train.py. Here it runs up to its call of fit; who handed in none is not asked.
    why.de: Die Kurstests führen train.py nie aus. Hier läuft es bis zum Aufruf von fit; wer keins abgegeben hat, wird
      nicht gefragt.
    """
    made = student.ExamTrain.prepared(seed_from(rng))
    assert_true(made is not None, "train.py never calls fit.", "train.py ruft fit nie auf.")
    if not made:
        return
    assert_true(
        made["images"] > 0,
        "The loader of the training has no images.",
        "Der Loader des Trainings hat keine Bilder.",
    )
    assert_true(
        made["shuffled"],
        "The loader of the training gives the images in the same order in each epoch.",
        "Der Loader des Trainings gibt die Bilder in jeder Epoche in derselben Reihenfolge.",
    )
    assert_true(
        made["learns"],
        "A step of the optimizer moves none of the network's weights: it was not made for this network's parameters.",
        "Ein Schritt des Optimierers bewegt kein Gewicht des Netzes: Er wurde nicht für dessen Parameter gemacht.",
    )
