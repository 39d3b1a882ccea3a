"""SoftMax: rows of scores become rows of probabilities. As in the course's tests, two cases feed it with the error of
the student's own CrossEntropyLoss."""

from __future__ import annotations

import numpy as np
import pytest
from support import (
    BACKWARD,
    FORWARD,
    assert_gradient,
    assert_tensor,
    assert_unchanged,
    input_slopes,
    one_hot,
)

from exam.checks import assert_close, assert_finite, assert_shape, assert_true
from reference_impl import L2Loss

BATCH, CLASSES = 9, 4
SEVEN_DECIMALS = 5e-8
ARRAYS_TO_SEVEN_DECIMALS = 1.5e-7
"""How unittest (for numbers) and numpy.testing (for arrays) understand "equal to seven decimals"."""

STEPS_OF_A_HUNDREDTH = [0.24626259322575048, 0.24873757343424976, 0.2512374276073745, 0.2537624057326252]
"""The softmax of four scores, each 0.01 above the one before."""


def make(student):
    return student.Layers.SoftMax.SoftMax()


def squared_error(student, scores, label):
    """The sum of squared differences between the softmax of ``scores`` and ``label``."""
    output = assert_shape(make(student).forward(scores), label.shape, what=FORWARD)
    return L2Loss().forward(assert_finite(output, what=FORWARD), label)


def error_through_cross_entropy(student, scores, label):
    """What SoftMax returns for the error of CrossEntropyLoss; both are the student's."""
    layer, loss = make(student), student.Optimization.Loss.CrossEntropyLoss()
    loss.forward(layer.forward(scores), label)
    return assert_tensor(layer.backward(loss.backward(label)), label.shape, what=BACKWARD)


def test_trainable(student):
    """SoftMax says that it is not trainable.

    de: SoftMax gibt an, dass es nicht trainierbar ist.
    hint: Inherit from BaseLayer and call `super().__init__()`, which sets `trainable = False`.
    hint.de: Erbe von BaseLayer und rufe `super().__init__()` auf; das setzt `trainable = False`.
    """
    assert_true(
        not make(student).trainable,
        "The attribute trainable should be False.",
        "Das Attribut trainable sollte False sein.",
    )


def test_forward_shift(student):
    """Scores of 10000 do not overflow.

    de: Werte von 10000 laufen nicht über.
    hint: exp(10000) is infinite. Subtract each row's maximum first; that does not change the result.
    hint.de: exp(10000) ist unendlich. Ziehe zuerst das Maximum jeder Zeile ab; am Ergebnis ändert das nichts.
    """
    assert_finite(make(student).forward(np.full((BATCH, CLASSES), 10_000.0)), what=FORWARD)


def test_predict(student):
    """The probabilities are exp(score) over the sum of its row.

    de: Die Wahrscheinlichkeiten sind exp(Wert) geteilt durch die Summe der Zeile.
    hint: Sum over axis 1 with `keepdims=True`: each row adds up to 1, not each column, not the whole array.
    hint.de: Summiere über Achse 1 mit `keepdims=True`: Jede Zeile ergibt 1, nicht jede Spalte, nicht das ganze Feld.
    """
    scores = np.arange(BATCH * CLASSES, dtype=float).reshape(BATCH, CLASSES) / 100
    output = assert_shape(make(student).forward(scores), scores.shape, what=FORWARD)
    assert_true(
        not np.allclose(np.sum(output, axis=0), 1),
        "Your columns add up to 1; the rows should. Each row is one sample: sum over axis 1.",
        "Bei dir ergeben die Spalten 1, es sollten die Zeilen sein. Jede Zeile ist ein Beispiel: Achse 1.",
    )
    assert_close(output, [STEPS_OF_A_HUNDREDTH] * BATCH, what=FORWARD, rtol=0, atol=ARRAYS_TO_SEVEN_DECIMALS)


def test_forward_zero_loss(student, rng):
    """A very large score for the right class gives it probability 1.

    de: Ein sehr großer Wert für die richtige Klasse gibt ihr die Wahrscheinlichkeit 1.
    hint: With scores of 100 and 0, the softmax is the label itself, to ten decimals.
    hint.de: Bei den Werten 100 und 0 ist das Ergebnis auf zehn Stellen das Label selbst.
    """
    label = one_hot(rng, BATCH, CLASSES)
    loss = squared_error(student, 100 * label, label)
    assert_true(
        loss < 1e-10,
        f"The squared distance between output and label is {loss:.6g}; it should be below 1e-10.",
        f"Der quadrierte Abstand zwischen Ausgabe und Label ist {loss:.6g}; er sollte unter 1e-10 liegen.",
    )


def test_regression_high_loss(student, rng):
    """Large scores for all wrong classes share the probability among those.

    de: Große Werte für alle falschen Klassen verteilen die Wahrscheinlichkeit auf diese.
    hint: Each of the three wrong classes gets 1/3, the right one 0: a squared distance of 12 for 9 rows.
    hint.de: Jede der drei falschen Klassen erhält 1/3, die richtige 0: ein quadrierter Abstand von 12 bei 9 Zeilen.
    """
    label = one_hot(rng, BATCH, CLASSES)
    loss = squared_error(student, 100 * (1 - label), label)
    what = {"en": "the squared distance of output and label", "de": "der quadrierte Abstand von Ausgabe und Label"}
    assert_close(loss, 12.0, what=what, rtol=0, atol=SEVEN_DECIMALS)


def test_regression_forward(student, rng):
    """Random scores give an output that differs from the label.

    de: Zufällige Werte ergeben eine Ausgabe, die sich vom Label unterscheidet.
    hint: The output is made from the scores; the labels are not its business.
    hint.de: Die Ausgabe entsteht aus den Werten; die Labels gehen sie nichts an.
    """
    label = one_hot(rng, BATCH, CLASSES)
    assert_true(
        squared_error(student, rng.random(label.shape), label) > 0,
        "The output equals the label, though the scores are random.",
        "Die Ausgabe gleicht dem Label, obwohl die Werte zufällig sind.",
    )


def test_backward_zero_loss(student, rng):
    """A perfect prediction sends no error back.

    de: Eine perfekte Vorhersage schickt keinen Fehler zurück.
    hint: This case uses your CrossEntropyLoss as well. backward of SoftMax: y * (error - sum of error * y in the row).
    hint.de: Dieser Fall benutzt auch deinen CrossEntropyLoss. backward von SoftMax: y * (error - Summe von error * y
      in der Zeile).
    """
    label = one_hot(rng, BATCH, CLASSES)
    total = error_through_cross_entropy(student, 100 * label, label).sum()
    what = {"en": "the sum of the returned error", "de": "die Summe des zurückgegebenen Fehlers"}
    assert_close(total, 0.0, what=what, rtol=0, atol=SEVEN_DECIMALS)


def test_regression_backward_high_loss_with_cross_entropy(student, rng):
    """After CrossEntropyLoss, the error is probability minus label: 1/3 for the wrong classes, -1 for the right one.

    de: Nach CrossEntropyLoss ist der Fehler Wahrscheinlichkeit minus Label: 1/3 bei den falschen, -1 bei der richtigen.
    hint: This case uses your CrossEntropyLoss as well; see that its cases pass first. Neither of the two averages.
    hint.de: Dieser Fall benutzt auch deinen CrossEntropyLoss; bringe erst dessen Fälle in Ordnung. Keiner der beiden
      mittelt.
    """
    label = one_hot(rng, BATCH, CLASSES)
    error = error_through_cross_entropy(student, 10 * (1 - label), label)
    expected = np.where(label == 1, -1.0, 1 / 3)
    assert_close(error, expected, what=BACKWARD, rtol=0, atol=5e-4, known={"the batch size": BATCH})


def test_regression_backward(student, rng):
    """An error at the right class raises its score and lowers the others.

    de: Ein Fehler bei der richtigen Klasse hebt deren Wert und senkt die anderen.
    hint: All probabilities of a row depend on all of its scores; the sum of error * y in the row must be subtracted.
    hint.de: Alle Wahrscheinlichkeiten einer Zeile hängen von allen ihren Werten ab; die Summe von error * y in der
      Zeile muss abgezogen werden.
    """
    label = one_hot(rng, BATCH, CLASSES)
    layer = make(student)
    layer.forward(rng.random(label.shape))
    error = assert_tensor(layer.backward(label), label.shape, what=BACKWARD)
    assert_true(
        (error[label == 1] >= 0).all() and (error[label == 0] <= 0).all(),
        "For an error of 1 at one class and 0 elsewhere, the returned error must be >= 0 there and <= 0 elsewhere.",
        "Für einen Fehler von 1 bei einer Klasse und 0 sonst muss der zurückgegebene dort >= 0 und sonst <= 0 sein.",
    )


def test_gradient(student, rng):
    """The error that comes back is the gradient of the loss, for any loss.

    de: Der Fehler, der zurückkommt, ist der Gradient des Verlusts, für jeden Verlust.
    hint: `y * (error - np.sum(error * y, axis=1, keepdims=True))`. `y - label` is right after cross-entropy only.
    hint.de: `y * (error - np.sum(error * y, axis=1, keepdims=True))`. `y - label` stimmt nur nach der Kreuzentropie.
    """
    layer, loss = make(student), L2Loss()
    x, label = rng.random((BATCH, CLASSES)), one_hot(rng, BATCH, CLASSES)
    loss.forward(assert_shape(layer.forward(x), label.shape, what=FORWARD), label)
    error = layer.backward(loss.backward(label))
    slope = input_slopes(student, layer, x, lambda output: loss.forward(output, label))
    assert_gradient(error, slope, what=BACKWARD, batch=BATCH)


@pytest.mark.advisory
def test_each_row_by_its_own_maximum(student):
    """Rows of very different size do not spoil each other.

    de: Zeilen sehr verschiedener Größe verderben einander nicht.
    hint: Subtract the maximum of each ROW (`axis=1, keepdims=True`), not that of the whole array.
    hint.de: Ziehe das Maximum jeder ZEILE ab (`axis=1, keepdims=True`), nicht das des ganzen Feldes.
    why: The course's test has the same score everywhere, so one maximum for all rows passes it. Where one sample's
      scores are far above another's, the other row becomes 0/0.
    why.de: Im Kurstest stehen überall gleiche Werte, da genügt ein Maximum für alle Zeilen. Liegen die Werte eines
      Beispiels weit über denen eines anderen, wird dessen Zeile 0/0.
    """
    scores = np.array([[10_000.0, 9_999.0, 0.0], [0.0, 1.0, 2.0], [-10_000.0, -10_001.0, -10_000.0]])
    expected = [
        [0.7310585786300049, 0.2689414213699951, 0.0],
        [0.09003057317038046, 0.24472847105479764, 0.6652409557748218],
        [0.4223187982515182, 0.15536240349696362, 0.4223187982515182],
    ]
    assert_close(make(student).forward(scores), expected, what=FORWARD)


@pytest.mark.advisory
def test_arguments_stay_as_they_are(student, rng):
    """forward and backward do not change the arrays that they are given.

    de: forward und backward verändern die Felder nicht, die sie bekommen.
    hint: `x -= x.max(…)` writes into the caller's array; `shifted = x - x.max(…)` makes a new one.
    hint.de: `x -= x.max(…)` schreibt in das Feld des Aufrufers; `shifted = x - x.max(…)` legt ein neues an.
    why: The course's tests do not use their arrays again, but a network's other layers may have kept them.
    why.de: Die Kurstests benutzen ihre Felder danach nicht mehr, andere Schichten eines Netzes vielleicht schon.
    """
    layer = make(student)
    x, error = rng.random((2, BATCH, CLASSES))
    kept_x, kept_error = student.keep(x.copy()), student.keep(error.copy())
    layer.forward(kept_x)
    layer.backward(kept_error)
    assert_unchanged(student, kept_x, x, en="the input of forward", de="die Eingabe von forward")
    assert_unchanged(student, kept_error, error, en="the error given to backward", de="der Fehler für backward")
