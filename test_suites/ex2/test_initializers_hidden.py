"""What the course's tests do not see of the initializers: unequal fans, other shapes, independent draws, Constant."""

from __future__ import annotations

import numpy as np
import pytest
from support import assert_tensor

from exam.checks import assert_close, assert_true

WHAT = {"en": "the result of initialize", "de": "das Ergebnis von initialize"}


def deviation_of(student, name, fan_in, fan_out):
    """The standard deviation of 40000 numbers; it errs by half a percent."""
    shape = (200, 200)
    initializer = getattr(student.Layers.Initializers, name)()
    return float(np.std(assert_tensor(initializer.initialize(shape, fan_in, fan_out), shape, what=WHAT)))


def assert_deviation(actual, expected, swapped):
    """Within 5 percent of ``expected``; says so where it is that of swapped fans."""
    assert_true(
        abs(actual / swapped - 1) > 0.05,
        f"The standard deviation is {actual:.4g}, that of fan_out in place of fan_in.",
        f"Die Standardabweichung ist {actual:.4g}, die von fan_out statt fan_in.",
    )
    what = {"en": "the standard deviation of the weights", "de": "die Standardabweichung der Gewichte"}
    assert_close(actual, expected, what=what, rtol=0.05)


@pytest.mark.advisory
def test_xavier_with_unequal_fans(student):
    """Xavier uses both fan_in and fan_out.

    de: Xavier benutzt fan_in und fan_out.
    hint: sqrt(2 / (fan_in + fan_out)), with the arguments of the call and not with sizes taken from the shape.
    hint.de: sqrt(2 / (fan_in + fan_out)), mit den Argumenten des Aufrufs und nicht mit Größen aus der Form.
    why: The course's tests have fan_in = fan_out, where 1 / fan_in gives the same.
    why.de: In den Kurstests ist fan_in = fan_out, da ergibt 1 / fan_in dasselbe.
    """
    actual = deviation_of(student, "Xavier", 30, 270)
    assert_deviation(actual, np.sqrt(2 / 300), swapped=np.sqrt(1 / 270))


@pytest.mark.advisory
def test_he_with_unequal_fans(student):
    """He uses fan_in alone.

    de: He benutzt nur fan_in.
    hint: sqrt(2 / fan_in), with the argument of the call and not with a size taken from the shape.
    hint.de: sqrt(2 / fan_in), mit dem Argument des Aufrufs und nicht mit einer Größe aus der Form.
    why: The course's tests have fan_in = fan_out, where fan_out would do as well.
    why.de: In den Kurstests ist fan_in = fan_out, da täte es fan_out genauso.
    """
    assert_deviation(deviation_of(student, "He", 30, 270), np.sqrt(2 / 30), swapped=np.sqrt(2 / 270))


@pytest.mark.advisory
def test_shapes_of_every_kind(student):
    """Any shape will do: a vector for a bias, four axes for kernels.

    de: Jede Form ist recht: ein Vektor für einen Bias, vier Achsen für Kerne.
    hint: Pass weights_shape on to NumPy as it is; `np.random.rand` wants it unpacked, `np.random.uniform` does not.
    hint.de: Reiche weights_shape unverändert an NumPy weiter; `np.random.rand` will sie ausgepackt, `np.random.uniform`
      nicht.
    why: The course's tests of initializers only ask for matrices.
    why.de: Die Kurstests der Initialisierer verlangen nur Matrizen.
    """
    for name in ("Constant", "UniformRandom", "Xavier", "He"):
        initializer = getattr(student.Layers.Initializers, name)()
        for shape in ((7,), (1, 5), (4, 3, 2), (2, 3, 4, 5)):
            assert_tensor(initializer.initialize(shape, 12, 10), shape, what=WHAT)


@pytest.mark.advisory
def test_constant(student, rng):
    """Constant fills with its value, and with 0.1 where none is given.

    de: Constant füllt mit seinem Wert, und mit 0,1, wenn keiner angegeben ist.
    hint: `def __init__(self, value=0.1)`, and `np.full(weights_shape, self.value)`.
    hint.de: `def __init__(self, value=0.1)`, und `np.full(weights_shape, self.value)`.
    why: The course's tests only see it at work inside a network.
    why.de: Die Kurstests sehen ihn nur innerhalb eines Netzes bei der Arbeit.
    """
    value = float(rng.uniform(1, 2))
    theirs = student.Layers.Initializers
    assert_close(theirs.Constant(value).initialize((3, 4), 3, 4), np.full((3, 4), value), what=WHAT)
    assert_close(theirs.Constant().initialize((3, 4), 3, 4), np.full((3, 4), 0.1), what=WHAT)


@pytest.mark.advisory
def test_each_draw_is_a_new_one(student):
    """Two draws of one initializer differ.

    de: Zwei Ziehungen eines Initialisierers sind verschieden.
    hint: Draw in `initialize`, and do not set a fixed seed there.
    hint.de: Ziehe in `initialize`, und setze dort keinen festen Startwert.
    why: The course's tests draw once. Two layers of one shape would start with the same weights.
    why.de: Die Kurstests ziehen nur einmal. Zwei Schichten gleicher Form begännen mit denselben Gewichten.
    """
    for name in ("UniformRandom", "Xavier", "He"):
        initializer = getattr(student.Layers.Initializers, name)()
        first, second = (assert_tensor(initializer.initialize((4, 3), 4, 3), (4, 3), what=WHAT) for _ in range(2))
        assert_true(
            not np.array_equal(first, second),
            f"{name} returned the same numbers twice.",
            f"{name} gab zweimal dieselben Zahlen zurück.",
        )
