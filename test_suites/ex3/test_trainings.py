"""Trainings that use everything, as the course's tests see them: iris flowers and handwritten digits, with each kind of
optimizer, regularizer and normalisation. networks.py says why a right network passes with any initial weights."""

from __future__ import annotations

import pytest
from networks import digits, for_digits, for_iris, iris, learns, make, same_twice

IRIS_BAR, NORMALISED_BAR, DIGITS_BAR = 0.9, 0.8, 0.3
slow_code_may_need = pytest.mark.limits(cpu_s=60)


def adam(student, regularizer=None, alpha=0.0):
    """The optimizer of the trainings on digits."""
    optimizer = student.Optimization.Optimizers.Adam(5e-3, 0.98, 0.999)
    if regularizer:
        optimizer.add_regularizer(getattr(student.Optimization.Constraints, regularizer)(alpha))
    return optimizer


@slow_code_may_need
def test_iris_data(student):
    """With Sgd the network learns to recognise more than 90 % of the iris flowers.

    de: Mit Sgd lernt das Netz, mehr als 90 % der Irisblumen zu erkennen.
    hint: This case uses most of your files; bring the others in order first. train: forward, backward, append the loss.
    hint.de: Dieser Fall benutzt die meisten deiner Dateien; bringe die anderen zuerst in Ordnung. train: forward,
      backward, den Verlust anhängen.
    """
    optimizers = student.Optimization.Optimizers
    learns(
        lambda: make(student, optimizers.Sgd(1e-3), iris(), for_iris(student)), iris(), iterations=4000, bar=IRIS_BAR
    )


@slow_code_may_need
def test_iris_data_with_momentum(student):
    """With momentum, half the steps are enough.

    de: Mit Momentum genügen halb so viele Schritte.
    hint: Each layer needs an optimizer of its own: momentum remembers the gradients of one layer.
    hint.de: Jede Schicht braucht einen eigenen Optimierer: Momentum merkt sich die Gradienten einer Schicht.
    """
    optimizers = student.Optimization.Optimizers
    learns(
        lambda: make(student, optimizers.SgdWithMomentum(1e-3, 0.8), iris(), for_iris(student)),
        iris(),
        iterations=2000,
        bar=IRIS_BAR,
    )


@slow_code_may_need
def test_iris_data_with_adam(student):
    """Adam learns the flowers, too.

    de: Auch Adam lernt die Blumen.
    hint: Both averages are corrected by 1 - mu^k and 1 - rho^k, with a step counter k that starts at 1.
    hint.de: Teile die Mittelwerte durch 1 - mu^k und 1 - rho^k, mit einem Schrittzähler k, der bei 1 beginnt.
    """
    optimizers = student.Optimization.Optimizers
    learns(
        lambda: make(student, optimizers.Adam(1e-2, 0.9, 0.999), iris(), for_iris(student)),
        iris(),
        iterations=1000,
        bar=IRIS_BAR,
    )


@slow_code_may_need
def test_iris_data_with_batchnorm(student):
    """With batch normalization the network learns the flowers, and testing twice gives the same output.

    de: Mit Batch-Normalisierung lernt das Netz die Blumen, und zweimal Testen ergibt dieselbe Ausgabe.
    hint: The testing phase uses the running moments and must not change them.
    hint.de: Die Testphase benutzt die laufenden Werte und darf sie nicht ändern.
    """
    norm = student.Layers.BatchNormalization.BatchNormalization
    optimizers = student.Optimization.Optimizers
    net = learns(
        lambda: make(student, optimizers.Adam(1e-2, 0.9, 0.999), iris(), for_iris(student, before=[norm(4)])),
        iris(),
        iterations=500,
        bar=NORMALISED_BAR,
    )
    same_twice(student, net, iris())


@slow_code_may_need
def test_iris_data_with_dropout(student):
    """With Dropout, testing twice gives the same output.

    de: Mit Dropout ergibt zweimal Testen dieselbe Ausgabe.
    hint: test sets the testing phase, in which Dropout drops nothing.
    hint.de: test setzt die Testphase, in der Dropout nichts weglässt.
    """
    optimizers = student.Optimization.Optimizers
    layers = for_iris(student, between=[student.Layers.Dropout.Dropout(0.3)])
    net = make(student, optimizers.Adam(1e-2, 0.9, 0.999), iris(), layers)
    net.train(50)
    same_twice(student, net, iris())


def check_digits(student, optimizer, *, iterations=40, **layers):
    """A convolutional network with these additions learns the digits."""
    learns(
        lambda: make(student, optimizer(), digits(), for_digits(student, **layers), "He"),
        digits(),
        iterations=iterations,
        bar=DIGITS_BAR,
    )


@slow_code_may_need
def test_digit_data(student):
    """A convolutional network learns handwritten digits.

    de: Ein Faltungsnetz lernt handgeschriebene Ziffern.
    hint: This case uses Conv, Pooling and Flatten of exercise 2; see whether their groups pass.
    hint.de: Dieser Fall benutzt Conv, Pooling und Flatten aus Aufgabe 2; sieh nach, ob deren Gruppen bestehen.
    """
    check_digits(student, lambda: adam(student))


@slow_code_may_need
def test_digit_data_L2_Regularizer(student):  # noqa: N802 - as the course calls it
    """It learns the digits with an L2 regularizer.

    de: Es lernt die Ziffern mit einem L2-Regularisierer.
    hint: See the group of the regularizers first; biases are arrays with a shape of their own.
    hint.de: Sieh zuerst nach der Gruppe der Regularisierer; Biaswerte sind Felder mit eigener Form.
    """
    check_digits(student, lambda: adam(student, "L2_Regularizer", 8e-2))


@slow_code_may_need
def test_digit_data_L1_Regularizer(student):  # noqa: N802
    """It learns the digits with an L1 regularizer.

    de: Es lernt die Ziffern mit einem L1-Regularisierer.
    hint: See the group of the regularizers first; biases are arrays with a shape of their own.
    hint.de: Sieh zuerst nach der Gruppe der Regularisierer; Biaswerte sind Felder mit eigener Form.
    """
    check_digits(student, lambda: adam(student, "L1_Regularizer", 8e-2))


@slow_code_may_need
def test_digit_data_dropout(student):
    """It learns the digits with Dropout and a weak L2 regularizer.

    de: Es lernt die Ziffern mit Dropout und einem schwachen L2-Regularisierer.
    hint: Dropout must be switched off for the test, and its outputs scaled by 1/p in training.
    hint.de: Dropout muss beim Testen abgeschaltet sein, und im Training werden seine Ausgaben mit 1/p skaliert.
    """
    check_digits(student, lambda: adam(student, "L2_Regularizer", 4e-4), iterations=100, kept=0.3)


@slow_code_may_need
def test_digit_batch_norm(student):
    """It learns the digits with batch normalization after the convolution and the first fully connected layer.

    de: Es lernt die Ziffern mit Batch-Normalisierung nach der Faltung und der ersten FullyConnected-Schicht.
    hint: Images and matrices both occur here; the testing phase needs running moments of the right size.
    hint.de: Hier kommen Bilder und Matrizen vor; die Testphase braucht laufende Werte der richtigen Größe.
    """
    check_digits(student, lambda: adam(student), iterations=30, normalised=True)


@slow_code_may_need
def test_all(student):
    """It learns the digits with everything: convolution, batch normalization, Dropout and L2.

    de: Es lernt die Ziffern mit allem: Faltung, Batch-Normalisierung, Dropout und L2.
    hint: If only this case fails, look at how the parts meet: phases, optimizers of the biases, regularizers.
    hint.de: Wenn nur dieser Fall scheitert, sieh dir an, wie die Teile zusammenkommen: Phasen, Optimierer der
      Biaswerte, Regularisierer.
    """
    check_digits(student, lambda: adam(student, "L2_Regularizer", 4e-4), kept=0.3, normalised=True)
