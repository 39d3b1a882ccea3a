"""The fully connected layer, as far as the course's tests see it. Weights may be stored as (inputs + 1, outputs) or
transposed; the gradients are checked against the layer's own forward pass, whatever the layout."""

from __future__ import annotations

import numpy as np
from support import (
    BACKWARD,
    FORWARD,
    assert_gradient,
    assert_tensor,
    input_slopes,
    shape_of,
    slopes,
)

from exam.checks import assert_shape, assert_true
from reference_impl import L2Loss

BATCH, INPUTS, OUTPUTS = 9, 4, 3
WEIGHTS = {"en": "the attribute weights", "de": "das Attribut weights"}
GRADIENT = {"en": "the attribute gradient_weights", "de": "das Attribut gradient_weights"}


def make(student, inputs=INPUTS, outputs=OUTPUTS):
    return student.Layers.FullyConnected.FullyConnected(inputs, outputs)


def sgd(student):
    return student.Optimization.Optimizers.Sgd(1)


def test_trainable(student):
    """A fully connected layer says that it is trainable.

    de: Eine vollverbundene Schicht gibt an, dass sie trainierbar ist.
    hint: BaseLayer sets `trainable = False`; set it to True in FullyConnected, after `super().__init__()`.
    hint.de: BaseLayer setzt `trainable = False`; setze es in FullyConnected auf True, nach `super().__init__()`.
    """
    assert_true(
        make(student).trainable,
        "The attribute trainable is not True.",
        "Das Attribut trainable ist nicht True.",
    )


def test_weights_size(student):
    """The weights have one row more than there are inputs, for the bias.

    de: Die Gewichte haben eine Zeile mehr als es Eingaben gibt, für den Bias.
    hint: One array of shape (input_size + 1, output_size); its last row is the bias. The transposed shape is accepted.
    hint.de: Ein Feld der Form (input_size + 1, output_size), dessen letzte Zeile der Bias ist. Transponiert zählt auch.
    """
    weights = make(student).weights
    if shape_of(weights) != (OUTPUTS, INPUTS + 1):
        assert_tensor(weights, (INPUTS + 1, OUTPUTS), what=WEIGHTS)


def test_forward_size(student, rng):
    """The output has a row for each sample and a column for each output.

    de: Die Ausgabe hat eine Zeile je Beispiel und eine Spalte je Ausgang.
    hint: The input has shape (batch, input_size), the output (batch, output_size).
    hint.de: Die Eingabe hat die Form (batch, input_size), die Ausgabe (batch, output_size).
    """
    assert_tensor(make(student).forward(rng.random((BATCH, INPUTS))), (BATCH, OUTPUTS), what=FORWARD)


def test_backward_size(student, rng):
    """The error that comes back has the shape of the input, without a column for the bias.

    de: Der Fehler, der zurückkommt, hat die Form der Eingabe, ohne Spalte für den Bias.
    hint: Multiply with the weights without the bias: the column of ones that you appended is not an input.
    hint.de: Multipliziere mit den Gewichten ohne Bias: Die angehängte Spalte aus Einsen ist keine Eingabe.
    """
    layer = make(student)
    output = layer.forward(rng.random((BATCH, INPUTS)))
    error = layer.backward(output)
    assert_true(
        shape_of(error) != (BATCH, INPUTS + 1),
        f"The error that backward returns has {INPUTS + 1} columns instead of {INPUTS}: one of them belongs to the "
        "bias. Leave the bias out of the weights that you multiply with.",
        f"Der Fehler, den backward zurückgibt, hat {INPUTS + 1} statt {INPUTS} Spalten: Eine davon gehört zum Bias. "
        "Lass beim Multiplizieren den Bias aus den Gewichten weg.",
    )
    assert_tensor(error, (BATCH, INPUTS), what=BACKWARD)


def test_bias(student):
    """A layer without any signal still gives its bias, which is positive at the start.

    de: Ganz ohne Signal gibt die Schicht ihren Bias aus, und der ist am Anfang positiv.
    hint: Append a column of ones to the input, or add the bias row. Weights and bias start uniformly in [0, 1).
    hint.de: Hänge der Eingabe eine Spalte aus Einsen an oder addiere die Biaszeile. Gewichte und Bias beginnen
      gleichverteilt in [0, 1).
    """
    output = assert_shape(make(student, 100_000, 1).forward(np.zeros((1, 100_000))), (1, 1), what=FORWARD)
    assert_true(
        output.sum() > 0,
        f"For an input of zeros the output is {output.sum():.6g}; it should be the bias, which is positive.",
        f"Für eine Eingabe aus Nullen ist die Ausgabe {output.sum():.6g}; sie sollte der Bias sein, der positiv ist.",
    )


def test_gradient(student, rng):
    """The error that comes back is the gradient of the loss with respect to the input.

    de: Der Fehler, der zurückkommt, ist der Gradient des Verlusts nach der Eingabe.
    hint: error_tensor times the transposed weights, without the bias row. Do not divide by the batch size.
    hint.de: error_tensor mal die transponierten Gewichte, ohne die Biaszeile. Teile nicht durch die Batchgröße.
    """
    layer, loss = make(student, INPUTS, 4), L2Loss()
    x, label = rng.random((BATCH, INPUTS)), rng.random((BATCH, 4))
    loss.forward(assert_shape(layer.forward(x), label.shape, what=FORWARD), label)
    error = layer.backward(loss.backward(label))
    slope = input_slopes(student, layer, x, lambda output: loss.forward(output, label))
    # A column for the bias is test_backward_size's to report.
    error = error[:, :INPUTS] if shape_of(error) == (BATCH, INPUTS + 1) else error
    assert_gradient(error, slope, what=BACKWARD, batch=BATCH)


def test_gradient_weights(student, rng):
    """gradient_weights is the gradient of the loss with respect to the weights, summed over the batch.

    de: gradient_weights ist der Gradient des Verlusts nach den Gewichten, summiert über den Batch.
    hint: The transposed input, WITH its column of ones, times error_tensor; same shape as weights; a sum, not a mean.
    hint.de: Die transponierte Eingabe, MIT ihrer Einsenspalte, mal error_tensor; gleiche Form wie weights; eine Summe,
      kein Mittelwert.
    """
    batch, inputs, outputs = 5, 3, 2
    layer, loss = make(student, inputs, outputs), L2Loss()
    x, label = rng.random((batch, inputs)), rng.random((batch, outputs))
    weights = assert_tensor(layer.weights, what=WEIGHTS)

    def loss_of(output):
        return loss.forward(assert_shape(output, label.shape, what=FORWARD), label)

    def loss_with(changed):
        layer.weights = changed
        return loss_of(layer.forward(x))

    loss_of(layer.forward(x))
    layer.backward(loss.backward(label))
    gradient = layer.gradient_weights
    slope = slopes(lambda changed: [loss_with(each) for each in changed], weights)
    assert_true(
        slope.any(),
        "Writing new values to the attribute weights does not change the output: forward must use self.weights.",
        "Neue Werte im Attribut weights ändern die Ausgabe nicht: forward muss self.weights benutzen.",
    )
    assert_gradient(gradient, slope, what=GRADIENT, batch=batch)


def grows(student, layer, x):
    """Pushing with error = -output makes the output grow in each of ten steps."""
    output = assert_shape(layer.forward(x), (BATCH, OUTPUTS), what=FORWARD)
    assert_true(
        output.any(),
        "The output is 0 everywhere, so that nothing can grow. Even an input of zeros gives the bias.",
        "Die Ausgabe ist überall 0, sodass nichts wachsen kann. Selbst eine Eingabe aus Nullen ergibt den Bias.",
    )
    for step in range(1, 11):
        layer.backward(-output)
        before, output = output, assert_shape(layer.forward(x), (BATCH, OUTPUTS), what=FORWARD)
        assert_true(
            not np.array_equal(before, output),
            f"Step {step}: backward left the output as it was. With an optimizer set, it must write the result of "
            "optimizer.calculate_update back to weights.",
            f"Schritt {step}: backward ließ die Ausgabe, wie sie war. Mit gesetztem Optimierer muss es das Ergebnis "
            "von optimizer.calculate_update nach weights zurückschreiben.",
        )
        assert_true(
            np.sum(output**2) > np.sum(before**2),
            f"Step {step}: the output went from norm {np.sum(before**2):.6g} to {np.sum(output**2):.6g} (squared), but "
            "must grow. A step goes AGAINST the gradient, for the bias as well.",
            f"Schritt {step}: Die Ausgabe ging von der Norm {np.sum(before**2):.6g} zu {np.sum(output**2):.6g} "
            "(quadriert), muss aber wachsen. Ein Schritt geht GEGEN den Gradienten, auch beim Bias.",
        )


def test_update(student, rng):
    """With an optimizer set, every backward pass improves the weights.

    de: Ist ein Optimierer gesetzt, verbessert jeder Rückwärtslauf die Gewichte.
    hint: In backward: `self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)`. Uses Sgd.
    hint.de: In backward: `self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)`.
      Benutzt Sgd.
    """
    layer = make(student)
    layer.optimizer = sgd(student)
    grows(student, layer, rng.random((BATCH, INPUTS)))


def test_update_bias(student):
    """The bias learns too, even where the input is zero.

    de: Auch der Bias lernt, selbst wenn die Eingabe null ist.
    hint: The bias row of the gradient is the sum of error_tensor over the batch; a column of ones gives it for free.
    hint.de: Die Biaszeile des Gradienten ist die Summe von error_tensor über den Batch; eine Einsenspalte liefert sie
      von selbst.
    """
    layer = make(student)
    layer.optimizer = sgd(student)
    grows(student, layer, np.zeros((BATCH, INPUTS)))
