"""The trainer in the long run: steps that do not mix, an end in time, files that are left, no GPU unasked."""

from __future__ import annotations

import pytest
from support import EPOCHS, bench, seed_from

from exam.checks import assert_close, assert_equal, assert_true

MANY_EPOCHS = 30
SOON = 12
"""Epochs within which a training that only gets worse must have ended."""
PATIENCE = 3
TENSORS = 16
"""Images and labels of the four batches of a training and the four of a validation."""


@pytest.mark.advisory
def test_gradients_are_reset(student, rng):
    """A training step uses the gradient of its own batch only.

    de: Ein Trainingsschritt benutzt nur den Gradienten seines eigenen Batches.
    hint: `self._optim.zero_grad()` in train_step, before backward.
    hint.de: `self._optim.zero_grad()` in train_step, vor backward.
    why: The course's tests never train. Without a reset, the gradients of all steps add up.
    why.de: Die Kurstests trainieren nie. Ohne Zurücksetzen addieren sich die Gradienten aller Schritte.
    """
    seed = seed_from(rng)
    training, fresh = (student.ExamNets.Bench(student.trainer.Trainer, seed, cuda=False) for _ in range(2))
    training.step(0)
    fresh.take_over(training)
    training.step(1)
    fresh.step(1)
    what = {"en": "the vector of weights after a second step", "de": "der Gewichtsvektor nach einem zweiten Schritt"}
    assert_close(training.weights(), fresh.weights(), what=what, rtol=1e-4, atol=1e-6)


@pytest.mark.advisory
def test_early_stopping(student, rng):
    """With patience 1, 3 or 6 a training ends soon, but not sooner, once the loss of the validation only grows.

    de: Mit Geduld 1, 3 oder 6 endet ein Training bald, aber nicht früher, wenn der Verlust der Validierung nur noch
      wächst.
    hint: Count the epochs since the lowest loss of the validation; stop when there are as many as
      early_stopping_patience.
    hint.de: Zähle die Epochen seit dem niedrigsten Verlust der Validierung; höre auf, wenn es so viele sind wie
      early_stopping_patience.
    why: The course's tests never train.
    why.de: Die Kurstests trainieren nie.
    """
    for patience in (1, PATIENCE, 2 * PATIENCE):
        losses = bench(student, rng, early_stopping_patience=patience, contrary=True).fit(MANY_EPOCHS)
        epochs = _epochs(losses)
        assert_true(
            patience <= epochs <= SOON,
            f"With patience {patience} and a loss that grows from the beginning, fit({MANY_EPOCHS}) took {epochs} "
            "epochs.",
            f"Mit Geduld {patience} und einem Verlust, der von Anfang an wächst, lief fit({MANY_EPOCHS}) {epochs} "
            "Epochen.",
        )


@pytest.mark.advisory
def test_fit_without_a_number_of_epochs(student, rng):
    """fit() without a number of epochs trains until early stopping ends it.

    de: fit() ohne Zahl von Epochen trainiert, bis Early Stopping das Training beendet.
    hint: `def fit(self, epochs=-1)`: a negative number means no limit; `early_stopping_patience` alone ends the loop.
    hint.de: `def fit(self, epochs=-1)`: Eine negative Zahl heißt ohne Grenze; nur `early_stopping_patience` beendet
      dann die Schleife.
    why: The course's tests never train.
    why.de: Die Kurstests trainieren nie.
    """
    for patience in (1, PATIENCE):
        training = bench(student, rng, early_stopping_patience=patience, contrary=True)
        epochs = training.fit_to_the_end(MANY_EPOCHS)
        assert_true(
            patience <= epochs <= SOON,
            f"With patience {patience} and a loss that grows from the beginning, fit() took {epochs} epochs.",
            f"Mit Geduld {patience} und einem Verlust, der von Anfang an wächst, lief fit() {epochs} Epochen.",
        )


@pytest.mark.advisory
def test_no_stop_while_it_improves(student, rng):
    """With patience 3 a training goes on as long as the loss of the validation falls.

    de: Mit Geduld 3 geht ein Training weiter, solange der Verlust der Validierung fällt.
    hint: Begin to count anew with each new lowest loss.
    hint.de: Beginne bei jedem neuen niedrigsten Verlust neu zu zählen.
    why: The course's tests never train.
    why.de: Die Kurstests trainieren nie.
    """
    epochs = _epochs(bench(student, rng, early_stopping_patience=PATIENCE).fit(SOON))
    assert_equal(epochs, SOON, what={"en": "the number of epochs", "de": "die Zahl der Epochen"})


@pytest.mark.advisory
def test_no_stop_without_patience(student, rng):
    """With the patience -1, which is the default, a training runs for all of its epochs.

    de: Mit der Geduld -1, dem Standard, läuft ein Training alle seine Epochen.
    hint: Stop early only if early_stopping_patience is positive.
    hint.de: Höre nur dann früher auf, wenn early_stopping_patience positiv ist.
    why: The course's tests never train.
    why.de: Die Kurstests trainieren nie.
    """
    for options in ({}, {"early_stopping_patience": -1}):
        epochs = _epochs(bench(student, rng, contrary=True, **options).fit(SOON))
        assert_equal(epochs, SOON, what={"en": "the number of epochs", "de": "die Zahl der Epochen"})


def _epochs(losses):
    """How long a training was, by the shorter of the lists that fit returned."""
    return min((len(part) for part in losses), default=0) if isinstance(losses, list) else 0


@pytest.mark.advisory
def test_fit_saves(student, rng):
    """A training leaves at least one checkpoint.

    de: Ein Training hinterlässt mindestens einen Checkpoint.
    hint: Call `self.save_checkpoint(epoch)` in fit, at best whenever the loss of the validation is the lowest so far.
    hint.de: Rufe in fit `self.save_checkpoint(epoch)` auf, am besten immer, wenn der Verlust der Validierung der bisher
      niedrigste ist.
    why: The course's tests never train. Without a checkpoint the training's result is lost.
    why.de: Die Kurstests trainieren nie. Ohne Checkpoint ist das Ergebnis des Trainings verloren.
    """
    training = bench(student, rng)
    training.fit(EPOCHS)
    assert_true(
        training.saved() > 0,
        "After fit no file lies in the folder checkpoints/.",
        "Nach fit liegt keine Datei im Ordner checkpoints/.",
    )


@pytest.mark.advisory
def test_cuda_false(student, rng):
    """With cuda=False nothing is sent to a GPU, even where there is one.

    de: Mit cuda=False wird nichts auf eine GPU geschickt, auch wo es eine gibt.
    hint: `if self._cuda: x, y = x.cuda(), y.cuda()`, and nothing that asks `t.cuda.is_available()` instead.
    hint.de: `if self._cuda: x, y = x.cuda(), y.cuda()` und nichts, was stattdessen `t.cuda.is_available()` fragt.
    why: The course's tests run without a GPU. Where there is one, network and images end up in different places.
    why.de: Die Kurstests laufen ohne GPU. Wo es eine gibt, liegen Netz und Bilder dann an verschiedenen Orten.
    """
    moved = student.ExamNets.moves_to_the_gpu(student.trainer.Trainer, seed_from(rng), cuda=False)
    assert_true(
        not moved,
        f"With cuda=False, a new trainer and one epoch of training and validation moved {len(moved)} things to a GPU.",
        f"Mit cuda=False schickten ein neuer Trainer und eine Epoche Training und Validierung {len(moved)} Dinge auf "
        "eine GPU.",
    )


@pytest.mark.advisory
def test_cuda_true(student, rng):
    """With cuda=True, which is the default, the network goes to the GPU and so does each batch.

    de: Mit cuda=True, dem Standard, kommt das Netz auf die GPU und jeder Batch auch.
    hint: `if cuda: self._model = model.cuda()` in the constructor; in train_epoch and val_test `x, y = x.cuda(),
      y.cuda()`.
    hint.de: `if cuda: self._model = model.cuda()` im Konstruktor; in train_epoch und val_test `x, y = x.cuda(),
      y.cuda()`.
    why: The course's tests run without a GPU. On one, a training fails if the network or a batch stays behind.
    why.de: Die Kurstests laufen ohne GPU. Auf einer scheitert ein Training, wenn das Netz oder ein Batch zurückbleibt.
    """
    moved = [str(kind) for kind in student.ExamNets.moves_to_the_gpu(student.trainer.Trainer, seed_from(rng))]
    assert_true(
        "Net" in moved,
        "With cuda=True the network was not moved to the GPU.",
        "Mit cuda=True kam das Netz nicht auf die GPU.",
    )
    tensors = moved.count("Tensor")
    assert_true(
        tensors >= TENSORS,
        f"With cuda=True, {tensors} of the {TENSORS} tensors of one epoch were moved to the GPU.",
        f"Mit cuda=True kamen {tensors} der {TENSORS} Tensoren einer Epoche auf die GPU.",
    )
