"""TanH and Sigmoid: the same five cases for both, as the course's tests see them."""

from __future__ import annotations

import numpy as np
from support import FORWARD, SumOfSquares, assert_not_trainable, check_input_gradient

from exam.checks import assert_close, assert_shape, assert_true

BATCH, SIZE = 5, 10


class Activation:
    """The cases; a subclass says how the layer is made, and what it computes."""

    bounds: tuple[float, float]

    def make(self, student):
        raise NotImplementedError

    def value(self, x):
        raise NotImplementedError

    def test_trainable(self, student):
        """The layer says that it is not trainable.

        de: Die Schicht gibt an, dass sie nicht trainierbar ist.
        hint: Inherit from BaseLayer and call `super().__init__()`, which sets `trainable = False`.
        hint.de: Erbe von BaseLayer und rufe `super().__init__()` auf; das setzt `trainable = False`.
        """
        assert_not_trainable(self.make(student))

    def test_forward(self, student, rng):
        """forward computes the function in each element.

        de: forward berechnet die Funktion in jedem Element.
        hint: `np.tanh(x)`, and `1 / (1 + np.exp(-x))` for the sigmoid.
        hint.de: `np.tanh(x)` und `1 / (1 + np.exp(-x))` für die Sigmoidfunktion.
        """
        x = rng.uniform(-2, 2, (BATCH, SIZE))
        assert_close(self.make(student).forward(x), self.value(x), what=FORWARD, rtol=0, atol=1.5e-7)

    def test_range(self, student, rng):
        """The output stays within the bounds of the function.

        de: Die Ausgabe bleibt in den Grenzen der Funktion.
        hint: tanh lies between -1 and 1, the sigmoid between 0 and 1.
        hint.de: tanh liegt zwischen -1 und 1, die Sigmoidfunktion zwischen 0 und 1.
        """
        x = rng.uniform(-4, 4, (BATCH, SIZE))
        output = assert_shape(self.make(student).forward(x), x.shape, what=FORWARD)
        low, high = self.bounds
        assert_true(
            low <= output.min() and output.max() <= high,
            f"The output reaches from {output.min():.4g} to {output.max():.4g}; it must stay in [{low:g}, {high:g}].",
            f"Die Ausgabe reicht von {output.min():.4g} bis {output.max():.4g}; sie muss in [{low:g}, {high:g}] "
            "bleiben.",
        )

    def test_gradient(self, student, rng):
        """The error that comes back is the gradient of the loss with respect to the input.

        de: Der Fehler, der zurückkommt, ist der Gradient des Verlusts nach der Eingabe.
        hint: Keep the output y of forward. The derivative is 1 - y² for tanh and y (1 - y) for the sigmoid, times the
          error.
        hint.de: Merke dir die Ausgabe y von forward. Die Ableitung ist 1 - y² bei tanh und y (1 - y) bei der
          Sigmoidfunktion, mal den Fehler.
        """
        x, loss = rng.uniform(-1, 1, (BATCH, SIZE)), SumOfSquares(rng.random((BATCH, SIZE)))
        check_input_gradient(student, self.make(student), x, loss)


class TestTanH(Activation):
    """tanh x."""

    bounds = (-1.0, 1.0)

    def make(self, student):
        return student.Layers.TanH.TanH()

    def value(self, x):
        return np.tanh(x)


class TestSigmoid(Activation):
    """1 / (1 + exp(-x))."""

    bounds = (0.0, 1.0)

    def make(self, student):
        return student.Layers.Sigmoid.Sigmoid()

    def value(self, x):
        return 1 / (1 + np.exp(-x))
