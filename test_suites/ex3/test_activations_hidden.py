"""TanH and Sigmoid where the course's tests do not look: extreme inputs, other shapes, arguments."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from support import BACKWARD, FORWARD, check_arguments_stay

from exam.checks import assert_close

BATCH, SIZE = 5, 10


class Activation:
    """The cases; a subclass says how the layer is made, and what it computes."""

    def make(self, student):
        raise NotImplementedError

    def value(self, x):
        raise NotImplementedError

    def derivative(self, y):
        raise NotImplementedError

    @pytest.mark.advisory
    def test_extreme_inputs(self, student):
        """Very large and very small inputs give the limits of the function, not NaN.

        de: Sehr große und sehr kleine Eingaben ergeben die Grenzwerte der Funktion, nicht NaN.
        hint: `np.tanh(x)`; do not write tanh as a fraction of two exponentials, both of which overflow.
        hint.de: `np.tanh(x)`; schreibe tanh nicht als Bruch zweier Exponentialfunktionen, die beide überlaufen.
        why: The course's tests only use inputs between -2 and 2. In a training that goes wrong, they grow.
        why.de: Die Kurstests benutzen nur Eingaben zwischen -2 und 2. In einem Training, das schiefgeht, wachsen sie.
        """
        x = np.array([[-1000.0, -100.0, 0.0, 100.0, 1000.0]])
        with warnings.catch_warnings(), np.errstate(over="ignore"):
            warnings.simplefilter("ignore")
            expected = self.value(x)
        assert_close(self.make(student).forward(x), expected, what=FORWARD, rtol=0, atol=1e-7)

    @pytest.mark.advisory
    def test_images(self, student, rng):
        """The layer works on images, and one image after another.

        de: Die Schicht arbeitet auch auf Bildern, und auf einem nach dem anderen.
        hint: NumPy's functions work element by element on any shape; do not name axes or sizes.
        hint.de: NumPys Funktionen rechnen Element für Element auf jeder Form; nenne keine Achsen oder Größen.
        why: The course's tests pass one matrix through a fresh layer.
        why.de: Die Kurstests schicken nur eine Matrix durch eine neue Schicht.
        """
        layer = self.make(student)
        for shape in ((2, 3, 4, 5), (1, 3, 2, 2)):
            x, error = rng.uniform(-2, 2, (2, *shape))
            expected = self.value(x)
            assert_close(layer.forward(x), expected, what=FORWARD)
            assert_close(layer.backward(error), error * self.derivative(expected), what=BACKWARD)

    @pytest.mark.advisory
    def test_arguments_stay_as_they_are(self, student, rng):
        """forward and backward do not change the arrays that they are given.

        de: forward und backward verändern die Felder nicht, die sie bekommen.
        hint: `x *= …` writes into the caller's array; `x = x * …` makes a new one.
        hint.de: `x *= …` schreibt in das Feld des Aufrufers; `x = x * …` legt ein neues an.
        why: The course's tests do not use their arrays again. In a network the layer before may have kept them.
        why.de: Die Kurstests benutzen ihre Felder danach nicht mehr. In einem Netz hat die Schicht davor sie vielleicht
          behalten.
        """
        x, error = rng.uniform(-1, 1, (2, BATCH, SIZE))
        check_arguments_stay(student, self.make(student), x, error)


class TestTanH(Activation):
    """tanh x."""

    def make(self, student):
        return student.Layers.TanH.TanH()

    def value(self, x):
        return np.tanh(x)

    def derivative(self, y):
        return 1 - y**2


class TestSigmoid(Activation):
    """1 / (1 + exp(-x))."""

    def make(self, student):
        return student.Layers.Sigmoid.Sigmoid()

    def value(self, x):
        return 1 / (1 + np.exp(-x))

    def derivative(self, y):
        return y * (1 - y)
