"""What exercises 1 and 2 have asked for, where the course's tests do not look: how weights begin, what initialize sets,
biases that learn, extreme scores and probabilities, vanishing gradients."""

from __future__ import annotations

import numpy as np
import pytest
from support import BACKWARD, BIAS, FORWARD, WEIGHTS, assert_finite_array, follows_momentum, one_hot

from exam.checks import assert_close, assert_finite, assert_shape, assert_true

UPDATE = {"en": "the result of calculate_update", "de": "das Ergebnis von calculate_update"}


def assert_uniform(values, what):
    """Numbers drawn from [0, 1): 100 and more of them, so that their mean lies between 0.3 and 0.7."""
    drawn = assert_finite(values, what=what)
    assert_true(
        drawn.min() >= 0 and drawn.max() < 1 and 0.3 < drawn.mean() < 0.7 and np.unique(drawn).size > 1,
        f"In a new layer, {what['en']} lies between {drawn.min():.3g} and {drawn.max():.3g} with mean "
        f"{drawn.mean():.3g}; draw it uniformly from [0, 1).",
        f"In einer neuen Schicht liegt {what['de']} zwischen {drawn.min():.3g} und {drawn.max():.3g}, im Mittel "
        f"{drawn.mean():.3g}; ziehe es gleichverteilt aus [0, 1).",
    )


class TestFullyConnected:
    """The fully connected layer."""

    @pytest.mark.advisory
    def test_weights_begin_uniform(self, student):
        """A new layer has weights and biases drawn uniformly from [0, 1).

        de: Eine neue Schicht hat Gewichte und Biaswerte, die gleichverteilt aus [0, 1) gezogen sind.
        hint: `np.random.uniform(0, 1, shape)`.
        hint.de: `np.random.uniform(0, 1, shape)`.
        why: The course's tests only see that a bias is positive.
        why.de: Die Kurstests sehen nur, dass ein Bias positiv ist.
        """
        assert_uniform(student.Layers.FullyConnected.FullyConnected(20, 20).weights, WEIGHTS)


class TestSoftMax:
    """SoftMax."""

    @pytest.mark.advisory
    def test_scores_far_apart(self, student):
        """Scores of 1000 and -1000 in one row do not overflow.

        de: Werte von 1000 und -1000 in einer Zeile laufen nicht über.
        hint: Subtract the row's MAXIMUM before exp: no exponent is positive then.
        hint.de: Ziehe vor exp das MAXIMUM der Zeile ab: Dann ist kein Exponent positiv.
        why: In the course's tests large scores are all alike.
        why.de: In den Kurstests sind große Werte alle gleich.
        """
        scores = np.array([[1000.0, -1000.0, 0.0], [-1000.0, -1000.0, 1000.0]])
        expected = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        assert_close(student.Layers.SoftMax.SoftMax().forward(scores), expected, what=FORWARD)


class TestCrossEntropyLoss:
    """The cross-entropy."""

    @pytest.mark.advisory
    def test_backward_at_zero(self, student, rng):
        """A probability of exactly 0 at the label gives a large negative error, but a finite one.

        de: Eine Wahrscheinlichkeit von genau 0 beim Label gibt einen großen negativen, aber endlichen Fehler.
        hint: Divide by prediction + epsilon in backward, too.
        hint.de: Teile auch in backward durch prediction + Epsilon.
        why: The course's tests only divide by probabilities well above 0.
        why.de: Die Kurstests teilen nur durch Wahrscheinlichkeiten deutlich über 0.
        """
        layer, label = student.Optimization.Loss.CrossEntropyLoss(), one_hot(rng, 6, 3)
        layer.forward(np.roll(label, 1, axis=1), label)
        error = assert_finite_array(layer.backward(label), label.shape, BACKWARD)
        assert_true(
            np.all(error[label == 1] < -1e6),
            "The error at the label should be far below 0: more probability there means less loss.",
            "Der Fehler beim Label sollte weit unter 0 liegen: Mehr Wahrscheinlichkeit dort heißt weniger Verlust.",
        )


class TestOptimizers:
    """The optimizers."""

    @pytest.mark.advisory
    def test_adam_where_gradients_vanish(self, student):
        """Adam stands still where the gradient is 0, and goes against one that is all but 0.

        de: Adam steht still, wo der Gradient 0 ist, und geht gegen einen, der fast 0 ist.
        hint: `np.sqrt(r_hat) + epsilon`: without epsilon 0/0 is NaN, and with a minus sign steps go uphill.
        hint.de: `np.sqrt(r_hat) + epsilon`: Ohne Epsilon ist 0/0 NaN, und mit einem Minus gehen Schritte bergauf.
        why: No gradient of the course's test is near 0. Behind a ReLU that never fires they are exactly 0.
        why.de: Kein Gradient des Kurstests liegt bei 0. Hinter einem ReLU, das nie feuert, sind sie genau 0.
        """
        gradient = np.array([0.0, 1e-17, -1e-17])
        adam = student.Optimization.Optimizers.Adam(0.1, 0.9, 0.999)
        step = assert_finite_array(adam.calculate_update(np.zeros(3), gradient), gradient.shape, UPDATE)
        assert_true(
            np.array_equal(np.sign(step), -np.sign(gradient)),
            f"From 0, with the gradients 0, 1e-17 and -1e-17, the weights became {step[0]:.3g}, {step[1]:.3g} and "
            f"{step[2]:.3g}; they should stay 0, fall, and rise.",
            f"Von 0 aus wurden die Gewichte bei den Gradienten 0, 1e-17 und -1e-17 zu {step[0]:.3g}, {step[1]:.3g} und "
            f"{step[2]:.3g}; sie sollten 0 bleiben, fallen und steigen.",
        )


class TestInitializers:
    """The initializers."""

    @pytest.mark.advisory
    def test_constant_of_its_own(self, student):
        """Constant() without an argument gives 0.1.

        de: Constant() ohne Argument gibt 0,1.
        hint: `def __init__(self, value=0.1)`.
        hint.de: `def __init__(self, value=0.1)`.
        why: The course's tests always say which value they want.
        why.de: Die Kurstests nennen immer den Wert, den sie wollen.
        """
        made = student.Layers.Initializers.Constant().initialize((2, 3), 2, 3)
        assert_close(made, np.full((2, 3), 0.1), what={"en": "the weights", "de": "die Gewichte"})


class TestConv:
    """The convolution."""

    def make(self, student, kernels=2):
        return student.Layers.Conv.Conv((1, 1), (3, 3, 3), kernels)

    @pytest.mark.advisory
    def test_weights_begin_uniform(self, student):
        """A new layer has kernels and biases drawn uniformly from [0, 1).

        de: Eine neue Schicht hat Kerne und Biaswerte, die gleichverteilt aus [0, 1) gezogen sind.
        hint: `np.random.uniform(0, 1, shape)`.
        hint.de: `np.random.uniform(0, 1, shape)`.
        why: The course's tests initialise the layer before they look.
        why.de: Die Kurstests initialisieren die Schicht, bevor sie hinsehen.
        """
        layer = self.make(student, kernels=100)
        assert_uniform(layer.weights, WEIGHTS)
        assert_uniform(layer.bias, BIAS)

    @pytest.mark.advisory
    def test_initialized_output(self, student, rng):
        """Kernels come from the first initializer, biases from the second.

        de: Kerne kommen vom ersten Initialisierer, Biaswerte vom zweiten.
        hint: `self.bias = bias_initializer.initialize(self.bias.shape, fan_in, fan_out)`.
        hint.de: `self.bias = bias_initializer.initialize(self.bias.shape, fan_in, fan_out)`.
        why: The course's tests look at each of the two by itself, and not at the output.
        why.de: Die Kurstests sehen sich beide einzeln an, und nicht die Ausgabe.
        """
        layer, x = self.make(student), rng.random((2, 3, 5, 4))
        constant = student.Layers.Initializers.Constant
        layer.initialize(constant(0.25), constant(7.0))
        output = assert_shape(layer.forward(x), (2, 2, 5, 4), what=FORWARD)
        inside = 0.25 * np.lib.stride_tricks.sliding_window_view(x, (3, 3, 3), axis=(1, 2, 3)).sum(axis=(4, 5, 6)) + 7
        assert_close(output[:, :, 1:-1, 1:-1], np.repeat(inside, 2, axis=1), what=FORWARD)

    @pytest.mark.advisory
    def test_momentum_of_kernels_and_bias(self, student, rng):
        """Kernels and bias each follow momentum by their own gradients.

        de: Kerne und Bias folgen beide dem Momentum ihrer eigenen Gradienten.
        hint: Call calculate_update for weights and for bias, each with an optimizer of its own: `copy.deepcopy`.
        hint.de: Rufe calculate_update für weights und für bias auf, je mit eigenem Optimierer: `copy.deepcopy`.
        why: The course's tests see the output grow, which it does without the bias, too.
        why.de: Die Kurstests sehen die Ausgabe wachsen; das tut sie auch ohne den Bias.
        """
        inputs, errors = rng.random((3, 2, 3, 5, 4)), rng.standard_normal((3, 2, 2, 5, 4))
        follows_momentum(student, self.make(student), ("weights", "bias"), list(inputs), list(errors))
