"""Batch normalization's gradients and its updates, as the course's tests see them: the mean and the variance of the
batch depend on every input, and so does the gradient."""

from __future__ import annotations

import numpy as np
from support import FORWARD, SumOfSquares, check_input_gradient, check_parameter_gradient, grows, shape_of

from exam.checks import assert_finite, assert_true

CHANNELS = 3
MATRIX, IMAGES = (7, CHANNELS), (3, CHANNELS, 2, 2)
INPUT_LIMIT, IMAGE_LIMIT, PARAMETER_LIMIT = 1e-4, 1e-3, 1e-6
"""The course's limits for the sum of relative errors."""


def make(student):
    return student.Layers.BatchNormalization.BatchNormalization(CHANNELS)


def draw(rng, shape):
    """An input and a loss that weighs the outputs of its last axis unevenly."""
    loss = SumOfSquares(rng.random((*shape[:-1], 4)), rng.uniform(-1, 1, (shape[-1], 4)))
    return rng.uniform(-1, 1, shape), loss


def test_gradient(student, rng):
    """The error that comes back is the gradient of the loss with respect to the input.

    de: Der Fehler, der zurückkommt, ist der Gradient des Verlusts nach der Eingabe.
    hint: Helpers.compute_bn_gradients computes it, from error, input, weights, mean and variance of the batch. Pass the
      variance, not the deviation.
    hint.de: Helpers.compute_bn_gradients berechnet ihn aus Fehler, Eingabe, weights, Mittelwert und Varianz des
      Batches. Übergib die Varianz, nicht die Standardabweichung.
    """
    x, loss = draw(rng, MATRIX)
    layer = make(student)
    error = loss.error(assert_finite(layer.forward(x), what=FORWARD))
    returned = layer.backward(error)
    assert_true(
        shape_of(returned) != MATRIX or not np.allclose(returned, error / x.std(axis=0)),
        "The gradient treats mean and variance as constants, but every input has a part in both. "
        "Helpers.compute_bn_gradients takes that into account.",
        "Der Gradient behandelt Mittelwert und Varianz wie Konstanten, aber jede Eingabe hat an beiden Anteil. "
        "Helpers.compute_bn_gradients berücksichtigt das.",
    )
    check_input_gradient(student, layer, x, loss, limit=INPUT_LIMIT)


def test_gradient_convolutional(student, rng):
    """The same for images.

    de: Dasselbe bei Bildern.
    hint: reformat error and input, compute the gradient, and reformat it back.
    hint.de: Bringe Fehler und Eingabe mit reformat in Form, berechne den Gradienten und forme zurück.
    """
    x, loss = draw(rng, IMAGES)
    check_input_gradient(student, make(student), x, loss, limit=IMAGE_LIMIT)


def test_gradient_weights(student, rng):
    """gradient_weights is the gradient with respect to the scale gamma, which is kept in `weights`.

    de: gradient_weights ist der Gradient nach der Skalierung gamma, die in `weights` liegt.
    hint: The sum over the batch of error times the NORMALISED input, one value for each channel.
    hint.de: Die Summe über den Batch von Fehler mal NORMALISIERTER Eingabe, ein Wert je Kanal.
    """
    x, loss = draw(rng, MATRIX)
    check_parameter_gradient(make(student), "weights", x, loss, limit=PARAMETER_LIMIT)


def test_gradient_weights_convolutional(student, rng):
    """The same for images.

    de: Dasselbe bei Bildern.
    hint: Sum over images and pixels: reformat the error first.
    hint.de: Summiere über Bilder und Pixel: Bringe zuerst den Fehler mit reformat in Form.
    """
    x, loss = draw(rng, IMAGES)
    check_parameter_gradient(make(student), "weights", x, loss, limit=PARAMETER_LIMIT)


def test_gradient_bias(student, rng):
    """gradient_bias is the gradient with respect to the shift beta, which is kept in `bias`.

    de: gradient_bias ist der Gradient nach der Verschiebung beta, die in `bias` liegt.
    hint: The sum of the error over the batch, one value for each channel.
    hint.de: Die Summe des Fehlers über den Batch, ein Wert je Kanal.
    """
    x, loss = draw(rng, MATRIX)
    check_parameter_gradient(make(student), "bias", x, loss, limit=PARAMETER_LIMIT)


def test_gradient_bias_convolutional(student, rng):
    """The same for images.

    de: Dasselbe bei Bildern.
    hint: Sum over images and pixels: reformat the error first.
    hint.de: Summiere über Bilder und Pixel: Bringe zuerst den Fehler mit reformat in Form.
    """
    x, loss = draw(rng, IMAGES)
    check_parameter_gradient(make(student), "bias", x, loss, limit=PARAMETER_LIMIT)


def test_update(student, rng):
    """With an optimizer set, every backward pass improves scale and shift.

    de: Ist ein Optimierer gesetzt, verbessert jeder Rückwärtslauf Skalierung und Verschiebung.
    hint: In backward, write the result of `optimizer.calculate_update` to weights and to bias. Uses Sgd.
    hint.de: Schreibe in backward das Ergebnis von `optimizer.calculate_update` nach weights und nach bias. Benutzt Sgd.
    """
    layer = make(student)
    layer.optimizer = student.Optimization.Optimizers.Sgd(1)
    grows(layer, rng.uniform(-1, 1, (50, CHANNELS)))
