"""What the course's tests do not see of a convolutional layer that learns: what its optimizers remember, what goes back
while it learns, and what initialize asks for."""

from __future__ import annotations

import numpy as np
import pytest
from convolution import make
from support import BACKWARD, BIAS, FORWARD, UPDATE, WEIGHTS, assert_tensor

from exam.checks import assert_close, assert_equal, assert_true
from reference_impl import Adam, SgdWithMomentum

SIZE, KERNELS = (2, 3, 3), 3
SHAPE = (2, 2, 5, 6)
OUTPUT = (2, KERNELS, 5, 6)


class Written:
    """An initializer that writes down what it is asked for, and gives one value."""

    def __init__(self, value):
        self._value = value
        self._asked = []

    def initialize(self, weights_shape, fan_in, fan_out):
        self._asked.append((tuple(weights_shape), fan_in, fan_out))
        return np.full(weights_shape, self._value)


def assert_remembers(student, rng, optimizer, reference):
    """Four steps of kernels and bias are those of two optimizers with the layer's own gradients."""
    layer = make(student, (1, 1), SIZE, KERNELS)
    layer.optimizer = optimizer
    expected = {"weights": layer.weights, "bias": layer.bias}
    alone = {name: reference() for name in expected}
    for _ in range(4):
        layer.forward(rng.random(SHAPE))
        layer.backward(rng.standard_normal(OUTPUT))
        for name, one in alone.items():
            gradient = assert_tensor(getattr(layer, f"gradient_{name}"), expected[name].shape, what=f"gradient_{name}")
            expected[name] = one.update(expected[name], gradient)
    after = {"en": "after four steps", "de": "nach vier Schritten"}
    for name, what in (("weights", WEIGHTS), ("bias", BIAS)):
        both = {language: f"{what[language]} {after[language]}" for language in after}
        assert_close(getattr(layer, name), expected[name], what=both, rtol=1e-5, atol=1e-6)


@pytest.mark.advisory
def test_momentum_of_kernels_and_bias(student, rng):
    """Kernels and bias have an optimizer each, so that their momenta do not mix.

    de: Kerne und Bias haben je einen Optimierer, sodass sich ihr Schwung nicht vermischt.
    hint: In the setter: `self._optimizer = optimizer` and `self._bias_optimizer = copy.deepcopy(optimizer)`.
    hint.de: Im Setter: `self._optimizer = optimizer` und `self._bias_optimizer = copy.deepcopy(optimizer)`.
    why: The course's test of the update uses Sgd, which remembers nothing.
    why.de: Der Kurstest der Gewichtsänderung benutzt Sgd, das sich nichts merkt.
    """
    optimizer = student.Optimization.Optimizers.SgdWithMomentum(0.01, 0.9)
    assert_remembers(student, rng, optimizer, lambda: SgdWithMomentum(0.01, 0.9))


@pytest.mark.advisory
def test_adam_of_kernels_and_bias(student, rng):
    """With Adam, too, each of the two counts its own steps.

    de: Auch mit Adam zählt jeder der beiden seine eigenen Schritte.
    hint: In the setter: `self._optimizer = optimizer` and `self._bias_optimizer = copy.deepcopy(optimizer)`.
    hint.de: Im Setter: `self._optimizer = optimizer` und `self._bias_optimizer = copy.deepcopy(optimizer)`.
    why: The course's test of the update uses Sgd, which counts nothing.
    why.de: Der Kurstest der Gewichtsänderung benutzt Sgd, das nichts zählt.
    """
    optimizer = student.Optimization.Optimizers.Adam(0.01, 0.9, 0.99)
    assert_remembers(student, rng, optimizer, lambda: Adam(0.01, 0.9, 0.99))


@pytest.mark.advisory
def test_backward_uses_the_weights_before_the_update(student, rng):
    """The error that comes back is computed with the kernels that made the output, not with the updated ones.

    de: Der zurückgegebene Fehler wird mit den Kernen der Ausgabe berechnet, nicht mit den schon veränderten.
    hint: In backward, compute the error to return first; update the weights after that.
    hint.de: Berechne in backward zuerst den Fehler, den du zurückgibst; ändere erst danach die Gewichte.
    why: The course's tests check the error only without an optimizer, where the order does not matter.
    why.de: Die Kurstests prüfen den Fehler nur ohne Optimierer, wo die Reihenfolge egal ist.
    """
    plain, learning = make(student, (1, 1), SIZE, KERNELS), make(student, (1, 1), SIZE, KERNELS)
    learning.weights, learning.bias = plain.weights, plain.bias
    learning.optimizer = student.Optimization.Optimizers.Sgd(1)
    x, error = rng.random(SHAPE), rng.standard_normal(OUTPUT)
    plain.forward(x)
    learning.forward(x)
    expected, returned = assert_tensor(plain.backward(error), SHAPE, what=BACKWARD), learning.backward(error)
    plain.weights = learning.weights
    plain.forward(x)
    after = plain.backward(error)
    late = isinstance(returned, np.ndarray) and np.shape(returned) == np.shape(after) and np.allclose(returned, after)
    assert_true(
        not late or np.allclose(after, expected),
        "The returned error was computed with the weights after their update. Compute it before you update them.",
        "Der zurückgegebene Fehler wurde mit den Gewichten nach ihrer Änderung berechnet. Berechne ihn vorher.",
    )
    assert_close(returned, expected, what=BACKWARD)


@pytest.mark.advisory
def test_no_update_without_an_optimizer(student, rng):
    """Without an optimizer, forward and backward leave kernels and bias alone.

    de: Ohne Optimierer lassen forward und backward Kerne und Bias in Ruhe.
    hint: The optimizer starts as None; update only `if self.optimizer is not None`.
    hint.de: Der Optimierer beginnt als None; ändere nur etwas, `if self.optimizer is not None`.
    why: The course's tests never look at the weights of a layer that has no optimizer.
    why.de: Die Kurstests sehen sich die Gewichte einer Schicht ohne Optimierer nie an.
    """
    layer = make(student, (1, 1), SIZE, KERNELS)
    weights, bias = layer.weights, layer.bias
    layer.forward(rng.random(SHAPE))
    layer.backward(rng.standard_normal(OUTPUT))
    assert_close(layer.weights, weights, what={"en": "weights after backward", "de": "weights nach backward"}, rtol=0)
    assert_close(layer.bias, bias, what={"en": "bias after backward", "de": "bias nach backward"}, rtol=0)


@pytest.mark.advisory
def test_optimizer_can_be_read(student):
    """The optimizer that was set can be read again.

    de: Der gesetzte Optimierer lässt sich wieder auslesen.
    hint: `@property def optimizer(self): return self._optimizer`; mind the return.
    hint.de: `@property def optimizer(self): return self._optimizer`; denk an das return.
    why: The course's tests only set the optimizer of this layer. Exercise 3 reads it, to ask for the regularizer.
    why.de: Die Kurstests setzen den Optimierer dieser Schicht nur. Aufgabe 3 liest ihn, um an den Regularisierer zu
      kommen.
    """
    layer = make(student, (1, 1), SIZE, KERNELS)
    layer.optimizer = student.Optimization.Optimizers.Sgd(0.5)
    assert_true(
        layer.optimizer is not None,
        "The attribute optimizer is None after an optimizer was set.",
        "Das Attribut optimizer ist None, nachdem ein Optimierer gesetzt wurde.",
    )
    assert_close(layer.optimizer.calculate_update(np.ones(3), np.ones(3)), np.full(3, 0.5), what=UPDATE)


@pytest.mark.advisory
def test_bias_learns(student, rng):
    """The bias learns, even where the input is zero.

    de: Der Bias lernt, selbst wenn die Eingabe null ist.
    hint: `self.bias = self._bias_optimizer.calculate_update(self.bias, self.gradient_bias)`.
    hint.de: `self.bias = self._bias_optimizer.calculate_update(self.bias, self.gradient_bias)`.
    why: In the course's test of the update the output also grows if only the kernels learn.
    why.de: Im Kurstest der Gewichtsänderung wächst die Ausgabe auch, wenn nur die Kerne lernen.
    """
    layer = make(student, (1, 1), SIZE, KERNELS)
    layer.optimizer = student.Optimization.Optimizers.Sgd(0.1)
    bias = assert_tensor(layer.bias, (KERNELS,), what=BIAS)
    layer.forward(np.zeros(SHAPE))
    error = rng.standard_normal(OUTPUT)
    layer.backward(error)
    what = {"en": "bias after a step of Sgd(0.1)", "de": "bias nach einem Schritt von Sgd(0.1)"}
    assert_close(layer.bias, bias - 0.1 * error.sum(axis=(0, 2, 3)), what=what)


@pytest.mark.advisory
@pytest.mark.parametrize(("size", "fan_in", "fan_out"), [((2, 3, 4), 24, 36), ((2, 5), 10, 15)], ids=("2-D", "1-D"))
def test_initialized_kernels_and_bias(student, size, fan_in, fan_out):
    """initialize asks the first initializer for the kernels and the second one for the bias, once each.

    de: initialize fragt den ersten Initialisierer nach den Kernen und den zweiten nach dem Bias, je einmal.
    hint: `weights_initializer.initialize(self.weights.shape, fan_in, fan_out)`; the bias has shape (num_kernels,).
    hint.de: `weights_initializer.initialize(self.weights.shape, fan_in, fan_out)`; der Bias hat die Form
      (num_kernels,).
    why: The course's tests only look at fan_in and fan_out of one kernel, and in two dimensions.
    why.de: Die Kurstests sehen nur auf fan_in und fan_out eines Kerns, und in zwei Dimensionen.
    """
    layer, weights, bias = make(student, [1], size, KERNELS), Written(0.25), Written(7.0)
    layer.initialize(weights, bias)
    assert_equal(len(weights._asked), 1, what={"en": "calls for the weights", "de": "Aufrufe für die Gewichte"})
    assert_equal(len(bias._asked), 1, what={"en": "calls for the bias", "de": "Aufrufe für den Bias"})
    assert_close(weights._asked[0][1], fan_in, what="fan_in", rtol=0, atol=0)
    assert_close(weights._asked[0][2], fan_out, what="fan_out", rtol=0, atol=0)
    assert_close(layer.weights, np.full((KERNELS, *size), 0.25), what=WEIGHTS)
    assert_close(np.ravel(assert_tensor(layer.bias, what=BIAS)), np.full(KERNELS, 7.0), what=BIAS)


@pytest.mark.advisory
def test_initialized_bias_enters_the_output(student, rng):
    """After initialize, the output for zeros is the bias.

    de: Nach initialize ist die Ausgabe für Nullen der Bias.
    hint: forward must work with the bias in the shape that initialize gave it.
    hint.de: forward muss mit dem Bias in der Form arbeiten, die initialize ihm gab.
    why: The course's tests never look at the output of an initialized layer with a bias.
    why.de: Die Kurstests sehen sich die Ausgabe einer initialisierten Schicht mit Bias nie an.
    """
    layer = make(student, (1, 1), SIZE, KERNELS)
    layer.initialize(Written(0.25), student.Layers.Initializers.Constant(7.0))
    assert_close(layer.forward(np.zeros(SHAPE)), np.full(OUTPUT, 7.0), what=FORWARD)


@pytest.mark.advisory
def test_weights_start_in_the_unit_interval(student):
    """Kernels and bias start as uniform random numbers in [0, 1).

    de: Kerne und Bias beginnen als gleichverteilte Zufallszahlen in [0, 1).
    hint: `np.random.uniform(0, 1, …)` for both.
    hint.de: `np.random.uniform(0, 1, …)` für beide.
    why: The course's tests only need numbers that are not all tiny.
    why.de: Die Kurstests brauchen nur Zahlen, die nicht alle winzig sind.
    """
    layer = make(student, (1, 1), (10, 5, 6), 3000)
    for what, numbers in ((WEIGHTS, layer.weights), (BIAS, layer.bias)):
        values = assert_tensor(numbers, what=what)
        said = f"{values.min():.3g} … {values.max():.3g}, {values.mean():.3g}"
        # 3000 draws or more: the mean of a uniform sample lies far inside this margin (9 standard errors).
        uniform = 0 <= values.min() < 0.1 and 0.9 < values.max() <= 1 and abs(values.mean() - 0.5) < 0.048
        assert_true(
            uniform,
            f"{what['en'].capitalize()} does not look uniform in [0, 1): range and mean are {said}.",
            f"{what['de'].capitalize()} sieht nicht gleichverteilt in [0, 1) aus: Bereich und Mittel sind {said}.",
        )
