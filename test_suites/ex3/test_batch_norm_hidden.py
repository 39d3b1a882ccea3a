"""Batch normalization where the course's tests do not look: more than one batch, a scale that is not 1, other sizes."""

from __future__ import annotations

import numpy as np
import pytest
from support import (
    BACKWARD,
    FORWARD,
    SumOfSquares,
    assert_finite_array,
    check_arguments_stay,
    check_input_gradient,
    follows_momentum,
)

from exam.checks import assert_close, assert_shape, assert_true

CHANNELS = 3
MATRIX, IMAGES = (12, CHANNELS), (4, CHANNELS, 3, 2)
SHAPES = pytest.mark.parametrize("shape", [MATRIX, IMAGES], ids=["matrix", "images"])
TESTED = {"en": "the output in the testing phase", "de": "die Ausgabe in der Testphase"}


def make(student):
    return student.Layers.BatchNormalization.BatchNormalization(CHANNELS)


def draw(rng, shape):
    """Values whose mean and spread differ from draw to draw."""
    return rng.uniform(1, 3) * rng.standard_normal(shape) + rng.uniform(-3, 3)


def along(values, shape):
    """One value for each channel, so that it multiplies a tensor of this shape."""
    return np.reshape(values, (1, CHANNELS) + (1,) * (len(shape) - 2))


def normalised(x):
    axes = tuple(axis for axis in range(x.ndim) if axis != 1)
    return (x - x.mean(axis=axes, keepdims=True)) / x.std(axis=axes, keepdims=True)


def scaled(layer, rng):
    """The layer with a scale and a shift that have been learned: like its own weights and bias in shape."""
    gamma, beta = rng.uniform(0.5, 2, CHANNELS), rng.uniform(-1, 1, CHANNELS)
    layer.weights = gamma.reshape(np.shape(layer.weights))
    layer.bias = beta.reshape(np.shape(layer.bias))
    return gamma, beta


@pytest.mark.advisory
@SHAPES
def test_scale_and_shift(student, rng, shape):
    """The normalised input is multiplied by weights (gamma), and bias (beta) is added.

    de: Die normalisierte Eingabe wird mit weights (gamma) multipliziert, und bias (beta) wird addiert.
    hint: `self.weights * normalised + self.bias`, in both phases, channel by channel.
    hint.de: `self.weights * normalisiert + self.bias`, in beiden Phasen, Kanal für Kanal.
    why: In the course's tests of forward, gamma is 1 and beta is 0.
    why.de: In den Kurstests von forward ist gamma 1 und beta 0.
    """
    layer, x = make(student), draw(rng, shape)
    gamma, beta = scaled(layer, rng)
    expected = along(gamma, shape) * normalised(x) + along(beta, shape)
    assert_close(layer.forward(x), expected, what=FORWARD, rtol=1e-6, atol=1e-7)
    layer.testing_phase = True
    assert_close(layer.forward(x), expected, what=TESTED, rtol=1e-6, atol=1e-7)


@pytest.mark.advisory
@SHAPES
def test_gradient_with_scale(student, rng, shape):
    """The gradient with respect to the input contains the scale gamma.

    de: Der Gradient nach der Eingabe enthält die Skalierung gamma.
    hint: Multiply the error by `self.weights` first; compute_bn_gradients takes it as its third argument.
    hint.de: Multipliziere den Fehler zuerst mit `self.weights`; compute_bn_gradients nimmt es als drittes Argument.
    why: In the course's tests gamma is 1, so that it does not matter whether it is there.
    why.de: In den Kurstests ist gamma 1, sodass es egal ist, ob es vorkommt.
    """
    layer, loss = make(student), SumOfSquares(rng.uniform(1, 2, shape))
    scaled(layer, rng)
    check_input_gradient(student, layer, draw(rng, shape), loss, limit=1e-3)


def stored_moments(layer, shape):
    """Running mean and variance of each channel, read off what the testing phase makes of 0 and of 1."""
    layer.testing_phase = True
    outputs = [assert_finite_array(layer.forward(np.full(shape, value)), shape, TESTED) for value in (0.0, 1.0)]
    at_zero, at_one = (np.moveaxis(output, 1, 0).reshape(CHANNELS, -1)[:, 0] for output in outputs)
    layer.testing_phase = False
    deviation = 1 / np.where(at_one == at_zero, np.nan, at_one - at_zero)
    return -at_zero * deviation, deviation**2


def moments(x):
    rows = np.moveaxis(x, 1, 0).reshape(CHANNELS, -1)
    return rows.mean(axis=1), rows.var(axis=1)


@pytest.mark.advisory
@SHAPES
def test_running_moments(student, rng, shape):
    """Later batches are averaged in: most of the old moments stays, a fifth or so comes from the new batch.

    de: Spätere Batches werden hineingemittelt: Das meiste bleibt, etwa ein Fünftel kommt vom neuen Batch.
    hint: `running = 0.8 * running + 0.2 * batch`, for the mean and for the variance.
    hint.de: `running = 0.8 * running + 0.2 * batch`, für den Mittelwert und für die Varianz.
    why: The course's tests train on one batch before they test.
    why.de: Die Kurstests trainieren vor dem Testen nur einen Batch.
    """
    layer = make(student)
    first, second = draw(rng, shape), draw(rng, shape) + 10
    layer.forward(first)
    layer.forward(second)
    (mean, var), (mean_1, var_1), (mean_2, var_2) = stored_moments(layer, shape), moments(first), moments(second)
    share = float(np.mean((mean - mean_2) / (mean_1 - mean_2)))
    assert_true(
        abs(share) > 0.01,
        "The stored mean is that of the last batch alone.",
        "Der gespeicherte Mittelwert ist der des letzten Batches allein.",
    )
    assert_true(
        share < 0.9999,
        "The stored mean is that of the first batch alone.",
        "Der gespeicherte Mittelwert ist der des ersten Batches allein.",
    )
    assert_true(
        0.6 <= share < 1,
        f"The share of the old mean in the new one is {share:.2g}; it should be about 0.8.",
        f"Der Anteil des alten Mittelwerts am neuen ist {share:.2g}; er sollte etwa 0,8 sein.",
    )
    averaged_deviation = (share * np.sqrt(var_1) + (1 - share) * np.sqrt(var_2)) ** 2
    assert_true(
        not np.allclose(var, averaged_deviation, rtol=1e-6) or np.allclose(var_1, var_2, rtol=0.03),
        "The standard deviations are averaged; average the variances, and take the root of the result.",
        "Es werden die Standardabweichungen gemittelt; mittle die Varianzen und ziehe aus dem Ergebnis die Wurzel.",
    )
    what = {"en": "the stored mean", "de": "der gespeicherte Mittelwert"}
    assert_close(mean, share * mean_1 + (1 - share) * mean_2, what=what, rtol=1e-6, atol=1e-7)
    what = {"en": "the stored variance", "de": "die gespeicherte Varianz"}
    assert_close(var, share * var_1 + (1 - share) * var_2, what=what, rtol=1e-6, atol=1e-7)


@pytest.mark.advisory
@SHAPES
def test_testing_does_not_touch_the_moments(student, rng, shape):
    """Testing gives each sample the same output, whatever else is in its batch and however often it is tested.

    de: Beim Testen hängt die Ausgabe eines Beispiels nicht vom Rest seines Batches ab und nicht davon, wie oft getestet
      wurde.
    hint: Update the running moments only while `testing_phase` is False.
    hint.de: Ändere die laufenden Werte nur, solange `testing_phase` False ist.
    why: The course's tests test once, or twice with the same data.
    why.de: Die Kurstests testen einmal, oder zweimal mit denselben Daten.
    """
    layer, x = make(student), draw(rng, shape)
    layer.forward(x)
    layer.testing_phase = True
    expected = assert_shape(layer.forward(x), shape, what=TESTED)
    layer.forward(draw(rng, shape))
    assert_close(layer.forward(x[:1]), expected[:1], what=TESTED)
    assert_close(layer.forward(x), expected, what=TESTED)


@pytest.mark.advisory
def test_batches_of_any_size(student, rng):
    """One layer takes batches and images of different sizes, one after the other.

    de: Eine Schicht nimmt Batches und Bilder verschiedener Größe nacheinander.
    hint: Take every size from the input of the call; remember the image's shape anew in each forward.
    hint.de: Nimm alle Größen aus der Eingabe des Aufrufs; merke dir die Bildform in jedem forward neu.
    why: The course's tests pass inputs of one size through a layer.
    why.de: Die Kurstests schicken Eingaben einer Größe durch eine Schicht.
    """
    layer = make(student)
    for shape in ((6, CHANNELS, 2, 2), (3, CHANNELS, 4, 2), (9, CHANNELS)):
        x, error = draw(rng, shape), rng.standard_normal(shape)
        assert_close(layer.forward(x), normalised(x), what=FORWARD, rtol=1e-6, atol=1e-7)
        assert_shape(layer.backward(error), shape, what=BACKWARD)


@pytest.mark.advisory
def test_a_constant_channel(student):
    """A channel whose values are all alike becomes 0, not NaN.

    de: Ein Kanal, dessen Werte alle gleich sind, wird 0 und nicht NaN.
    hint: Add eps under the root: `np.sqrt(var + eps)`.
    hint.de: Addiere eps unter der Wurzel: `np.sqrt(var + eps)`.
    why: The course's tests never look at the output of such a batch. The margins of images are like that.
    why.de: Die Kurstests sehen sich die Ausgabe eines solchen Batches nie an. Bildränder sind so.
    """
    assert_close(make(student).forward(np.full(MATRIX, 3.0)), np.zeros(MATRIX), what=FORWARD, rtol=0, atol=1e-3)


@pytest.mark.advisory
@SHAPES
def test_backward_uses_the_scale_before_the_update(student, rng, shape):
    """The error that comes back is computed with the scale that made the output.

    de: Der zurückgegebene Fehler wird mit der Skalierung der Ausgabe berechnet.
    hint: In backward, compute the error to return first; update weights and bias after that.
    hint.de: Berechne in backward zuerst den Fehler, den du zurückgibst; ändere erst danach weights und bias.
    why: The course's tests check the error only without an optimizer, where the order does not matter.
    why.de: Die Kurstests prüfen den Fehler nur ohne Optimierer, wo die Reihenfolge egal ist.
    """
    plain, learning = make(student), make(student)
    learning.optimizer = student.Optimization.Optimizers.Sgd(0.1)
    x, error = draw(rng, shape), rng.standard_normal(shape)
    plain.forward(x)
    learning.forward(x)
    assert_close(learning.backward(error), plain.backward(error), what=BACKWARD)


@pytest.mark.advisory
def test_weights_and_bias_have_optimizers_of_their_own(student, rng):
    """Momentum is remembered for weights and bias apart.

    de: Momentum wird für weights und bias getrennt gemerkt.
    hint: Keep a second copy for the bias: `copy.deepcopy(optimizer)` in the setter.
    hint.de: Halte für den Bias eine zweite Kopie: `copy.deepcopy(optimizer)` im Setter.
    why: The course's tests update with Sgd only, which remembers nothing. Here the shapes are equal, so that a shared
      momentum mixes both without an error.
    why.de: Die Kurstests ändern nur mit Sgd, das sich nichts merkt. Hier sind die Formen gleich, sodass ein geteiltes
      Momentum beide ohne Fehlermeldung mischt.
    """
    layer = make(student)
    inputs = [draw(rng, MATRIX) for _ in range(4)]
    follows_momentum(student, layer, ("weights", "bias"), inputs, [rng.standard_normal(MATRIX) for _ in inputs])


@pytest.mark.advisory
def test_initialize_makes_ones_and_zeros(student, rng):
    """initialize sets gamma to 1 and beta to 0, whatever the initializers are.

    de: initialize setzt gamma auf 1 und beta auf 0, gleich welche Initialisierer.
    hint: Ignore both arguments.
    hint.de: Ignoriere beide Argumente.
    why: The course's tests only see a layer that is new. In a network append_layer initialises it once more.
    why.de: Die Kurstests sehen nur eine neue Schicht. In einem Netz initialisiert append_layer sie noch einmal.
    """
    layer, random = make(student), student.Layers.Initializers.UniformRandom()
    scaled(layer, rng)
    layer.initialize(random, random)
    assert_close(np.ravel(layer.weights), np.ones(CHANNELS), what={"en": "weights (gamma)", "de": "weights (gamma)"})
    assert_close(np.ravel(layer.bias), np.zeros(CHANNELS), what={"en": "bias (beta)", "de": "bias (beta)"})


@pytest.mark.advisory
@SHAPES
def test_arguments_stay_as_they_are(student, rng, shape):
    """forward and backward do not change the arrays that they are given.

    de: forward und backward verändern die Felder nicht, die sie bekommen.
    hint: `x -= mean` writes into the caller's array; `x - mean` makes a new one.
    hint.de: `x -= mean` schreibt in das Feld des Aufrufers; `x - mean` legt ein neues an.
    why: The course's tests do not use their arrays again. In a network the layer before may have kept them.
    why.de: Die Kurstests benutzen ihre Felder danach nicht mehr. In einem Netz hat die Schicht davor sie vielleicht
      behalten.
    """
    check_arguments_stay(student, make(student), draw(rng, shape), rng.standard_normal(shape))
