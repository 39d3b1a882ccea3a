"""The trainer at work: a step, a validation, a training over several epochs, checkpoints. Nothing here counts: the
course's tests only save a network with it."""

from __future__ import annotations

import numpy as np
import pytest
from support import EPOCHS, bench

from exam.checks import assert_close, assert_true


@pytest.mark.advisory
def test_train_step_changes_weights(student, rng):
    """train_step moves the weights.

    de: train_step bewegt die Gewichte.
    hint: Reset the gradients, propagate forward, compute the loss, propagate backward, and let the optimizer step.
    hint.de: Setze die Gradienten zurück, rechne vorwärts, berechne den Verlust, rechne rückwärts und lass den
      Optimierer einen Schritt machen.
    why: The course's tests never train.
    why.de: Die Kurstests trainieren nie.
    """
    training = bench(student, rng)
    before = training.weights()
    training.step(0)
    assert_true(
        not np.array_equal(before, training.weights()),
        "After train_step all weights are what they were before.",
        "Nach train_step sind alle Gewichte, was sie vorher waren.",
    )


@pytest.mark.advisory
def test_validation_changes_nothing(student, rng):
    """val_test_step leaves the weights as they are.

    de: val_test_step lässt die Gewichte, wie sie sind.
    hint: No backward and no step of the optimizer there.
    hint.de: Dort kein backward und kein Schritt des Optimierers.
    why: The course's tests never validate. What trains on the validation images cannot be validated with them.
    why.de: Die Kurstests validieren nie. Was auf den Validierungsbildern trainiert, kann mit ihnen nicht validiert
      werden.
    """
    training = bench(student, rng)
    before = training.weights()
    training.validate()
    assert_close(training.weights(), before, what={"en": "the vector of weights", "de": "der Vektor der Gewichte"})


@pytest.mark.advisory
def test_modes(student, rng):
    """train_epoch runs the network in training mode, val_test in evaluation mode, whatever it was in before.

    de: train_epoch führt das Netz im Trainingsmodus aus, val_test im Auswertungsmodus, gleich in welchem es vorher war.
    hint: `self._model.train()` at the beginning of train_epoch, `self._model.eval()` at the beginning of val_test.
    hint.de: `self._model.train()` am Anfang von train_epoch, `self._model.eval()` am Anfang von val_test.
    why: The course's tests never train. Batch normalisation and dropout go wrong in the other mode.
    why.de: Die Kurstests trainieren nie. Batch-Normalisierung und Dropout gehen im anderen Modus schief.
    """
    training = bench(student, rng)
    for method, wanted in (("val_test", False), ("train_epoch", True)):
        modes = {bool(mode) for mode, _ in training.modes(method)}
        right, call = ("training", "train") if wanted else ("evaluation", "eval")
        richtig = "Trainingsmodus" if wanted else "Auswertungsmodus"
        assert_true(
            modes == {wanted},
            f"{method} does not always run the network in {right} mode. Call `self._model.{call}()` before the loop.",
            f"{method} führt das Netz nicht jedes Mal im {richtig} aus. Rufe vor der Schleife `self._model.{call}()` "
            "auf.",
        )


@pytest.mark.advisory
def test_validation_without_gradients(student, rng):
    """val_test computes no gradients.

    de: val_test berechnet keine Gradienten.
    hint: `with t.no_grad():` around the loop over the validation batches.
    hint.de: `with t.no_grad():` um die Schleife über die Validierungsbatches.
    why: The course's tests never validate. With gradients a validation takes twice the memory.
    why.de: Die Kurstests validieren nie. Mit Gradienten braucht eine Validierung doppelt so viel Speicher.
    """
    gradients = {bool(gradient) for _, gradient in bench(student, rng).modes("val_test")}
    assert_true(
        gradients == {False},
        "While val_test runs the network, it prepares for gradients that nobody needs. Put its loop into `with "
        "t.no_grad():`.",
        "Während val_test das Netz ausführt, bereitet es Gradienten vor, die niemand braucht. Stelle die Schleife in "
        "`with t.no_grad():`.",
    )


@pytest.mark.advisory
def test_losses(student, rng):
    """train_epoch and val_test return the mean loss over their images.

    de: train_epoch und val_test geben den mittleren Verlust über ihre Bilder zurück.
    hint: The loss is `self._crit(prediction, label)`, in this order; add up those of all batches and divide by their
      number.
    hint.de: Der Verlust ist `self._crit(Vorhersage, Label)`, in dieser Reihenfolge; addiere die aller Batches und teile
      durch deren Zahl.
    why: The course's tests never train. Losses that are not means cannot be compared with each other.
    why.de: Die Kurstests trainieren nie. Verluste, die keine Mittel sind, lassen sich nicht miteinander vergleichen.
    """
    training, validation, mean = bench(student, rng, rate=0.0).losses()
    for name, loss in (("train_epoch", training), ("val_test", validation)):
        what = {"en": f"the loss that {name} returns", "de": f"der Verlust, den {name} zurückgibt,"}
        assert_close(loss, mean, what=what, rtol=1e-4, atol=1e-6)


@pytest.mark.advisory
def test_fit_returns_losses(student, rng):
    """fit returns two lists: the losses of the training and those of the validation, one for each epoch.

    de: fit gibt zwei Listen zurück: die Verluste des Trainings und die der Validierung, einen je Epoche.
    hint: Append what train_epoch and val_test return in each epoch; return both lists.
    hint.de: Hänge in jeder Epoche an, was train_epoch und val_test zurückgeben; gib beide Listen zurück.
    why: The course's tests never train; train.py draws these lists.
    why.de: Die Kurstests trainieren nie; train.py zeichnet diese Listen.
    """
    for epochs in (1, EPOCHS):
        losses = bench(student, rng).fit(epochs)
        assert_true(
            isinstance(losses, list) and len(losses) == 2,
            "The method fit should return two lists of numbers.",
            "Die Methode fit sollte zwei Listen von Zahlen zurückgeben.",
        )
        lengths = [len(part) for part in losses]
        assert_true(
            lengths == [epochs, epochs],
            f"The two lists that fit({epochs}) returns have {lengths[0]} and {lengths[1]} entries.",
            f"Die zwei Listen, die fit({epochs}) zurückgibt, haben {lengths[0]} und {lengths[1]} Einträge.",
        )
        assert_true(
            bool(np.isfinite(losses).all()),
            "A loss that fit returns is not a finite number.",
            "Ein Verlust, den fit zurückgibt, ist keine endliche Zahl.",
        )


@pytest.mark.advisory
def test_checkpoint(student, rng):
    """restore_checkpoint brings back the weights that save_checkpoint has saved for that epoch.

    de: restore_checkpoint bringt die Gewichte zurück, die save_checkpoint für diese Epoche gespeichert hat.
    hint: Leave both as they were given: `load_state_dict(ckp["state_dict"])`.
    hint.de: Lass beide, wie sie gegeben waren: `load_state_dict(ckp["state_dict"])`.
    why: The course's tests never restore. export_onnx.py does, before the hand-in to the challenge.
    why.de: Die Kurstests stellen nie wieder her. export_onnx.py tut es, vor der Abgabe zur Challenge.
    """
    training = bench(student, rng)
    saved = training.weights()
    training.trainer.save_checkpoint(EPOCHS)
    training.spoil()
    training.trainer.restore_checkpoint(EPOCHS)
    assert_close(
        training.weights(),
        saved,
        what={"en": "the vector of restored weights", "de": "der Vektor der wiederhergestellten Gewichte"},
    )
