"""What RNN and LSTM have in common, as the course's tests see both: the batch axis is time, the hidden state goes from
row to row, and `weights` are those that make the hidden state. The order of input and hidden state inside them, their
transposition and what follows the last linear map are left open."""

from __future__ import annotations

from typing import Any

import numpy as np
from support import (
    BACKWARD,
    FORWARD,
    SumOfSquares,
    assert_gradient,
    check_parameter_gradient,
    grows,
    input_slopes,
    shape_of,
)

from exam.checks import (
    CheckFailed,
    assert_close,
    assert_equal,
    assert_finite,
    assert_number,
    assert_shape,
    assert_true,
    skip,
)
from exam.student import NotHandedIn
from reference_impl.tensor import Tensor

TIMES, INPUTS, HIDDEN, OUTPUTS = 9, 13, 7, 5
GRADIENT_LIMIT = 1e-4
"""The course's limit for the sum of relative errors."""
LOSS = {"en": "the result of calculate_regularization_loss", "de": "das Ergebnis von calculate_regularization_loss"}


def lstm(student: Any, inputs: int = INPUTS, hidden: int = HIDDEN, outputs: int = OUTPUTS) -> Any:
    """The optional LSTM; ends the case where it was left out."""
    try:
        made = student.Layers.LSTM.LSTM
    except NotHandedIn:
        skip(
            "LSTM.py is optional and was not handed in; nothing is missing.",
            "LSTM.py ist freiwillig und wurde nicht abgegeben; es fehlt nichts.",
        )
    return made(inputs, hidden, outputs)


class Uniform:
    """An initializer to lend: uniform in [0, 1)."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def initialize(self, weights_shape: Any, fan_in: Any, fan_out: Any) -> Tensor:
        return self._rng.random(weights_shape)


class Spread:
    """An initializer to lend: normal, with a deviation that keeps a hidden state between its extremes."""

    def __init__(self, rng: np.random.Generator, deviation: float) -> None:
        self._rng = rng
        self._deviation = deviation

    def initialize(self, weights_shape: Any, fan_in: Any, fan_out: Any) -> Tensor:
        return self._deviation * self._rng.standard_normal(weights_shape)


class FirstRows:
    """An initializer to lend: zeros, with a first row of ones and a second row of twos."""

    def initialize(self, weights_shape: Any, fan_in: Any, fan_out: Any) -> Tensor:
        weights = np.zeros(weights_shape)
        weights[:1] = 1
        weights[1:2] = 2
        return weights


class Zeros:
    """An initializer to lend: zeros."""

    def initialize(self, weights_shape: Any, fan_in: Any, fan_out: Any) -> Tensor:
        return np.zeros(weights_shape)


def check_forward_size(layer: Any, rng: np.random.Generator) -> None:
    """One output for each time."""
    assert_shape(layer.forward(rng.random((TIMES, INPUTS))), (TIMES, OUTPUTS), what=FORWARD)


def check_backward_size(layer: Any, rng: np.random.Generator) -> None:
    """One error for each time, with the size of the input."""
    output = layer.forward(rng.random((TIMES, INPUTS)))
    assert_shape(layer.backward(output), (TIMES, INPUTS), what=BACKWARD)


def check_weights_shape(student: Any, layer: Any, columns: int) -> None:
    """(inputs + hidden + 1, columns), transposed, or whatever the student's own FullyConnected has for that size."""
    rows, shape = INPUTS + HIDDEN, shape_of(layer.weights)
    if shape in ((rows + 1, columns), (columns, rows + 1)):
        return
    own = shape_of(student.Layers.FullyConnected.FullyConnected(rows, columns).weights)
    assert_true(
        shape is not None and shape == own,
        f"weights has shape {shape}; for the input, the hidden state and a bias it should be ({rows + 1}, {columns}).",
        f"weights hat die Form {shape}; für Eingabe, Hidden State und Bias sollte sie ({rows + 1}, {columns}) sein.",
    )


def check_initialization(layer: Any, columns: int) -> None:
    """initialize fills the weights of the hidden state with what the initializer returns."""
    layer.initialize(FirstRows(), Zeros())
    total = assert_number(np.sum(assert_finite(layer.weights, what="weights")), what="the sum of weights")
    if total not in (3 * columns, 3 * (INPUTS + HIDDEN)):
        what = {"en": "the sum of the weights after initialize", "de": "die Summe der Gewichte nach initialize"}
        assert_equal(total, float(3 * columns), what=what)


def check_stateful(layer: Any, rng: np.random.Generator) -> None:
    """The same input at two times gives two outputs: the second one knows of the first."""
    x = np.tile(rng.random((1, INPUTS)), (2, 1))
    output = assert_shape(layer.forward(x), (2, OUTPUTS), what=FORWARD)
    assert_true(
        not np.array_equal(output[0], output[1]),
        "The same input at times 0 and 1 gave the same output: the hidden state does not reach the next time.",
        "Dieselbe Eingabe zu den Zeiten 0 und 1 ergab dieselbe Ausgabe: Der Hidden State erreicht die nächste Zeit "
        "nicht.",
    )


def check_memorize(layer: Any, rng: np.random.Generator) -> None:
    """With memorize, a second forward begins where the first one ended."""
    layer.memorize = True
    x = np.tile(rng.random((1, INPUTS)), (2, 1))
    first, second = (assert_shape(layer.forward(x), (2, OUTPUTS), what=FORWARD) for _ in range(2))
    assert_true(
        not np.array_equal(first, second),
        "With memorize = True, two forward passes with the same input gave the same output: the hidden state is lost "
        "in between.",
        "Mit memorize = True ergaben zwei Vorwärtsläufe mit derselben Eingabe dieselbe Ausgabe: Der Hidden State geht "
        "dazwischen verloren.",
    )


def check_continues(first: Any, second: Any, x: Tensor) -> None:
    """Of two layers with the same weights, the second gives in two halves, with memorize, what the first gives at once;
    without memorize it begins anew."""
    whole = assert_finite(first.forward(x), what=FORWARD)
    second.memorize = True
    what = {"en": "the output of the first half", "de": "die Ausgabe der ersten Hälfte"}
    assert_close(second.forward(x[:3]), whole[:3], what=what)
    what = {"en": "the output of the second half", "de": "die Ausgabe der zweiten Hälfte"}
    assert_close(second.forward(x[3:]), whole[3:], what=what)
    second.memorize = False
    assert_close(second.forward(x), whole, what={"en": "the output after that", "de": "die Ausgabe danach"})


def check_begins_at_random(layer: Any, x: Tensor) -> None:
    """Neither are all hidden weights of a new layer alike, nor those of its outputs."""
    output = assert_finite(layer.forward(x), what=FORWARD)
    assert_true(
        np.unique(assert_finite(layer.weights, what="weights")).size > 1 and np.ptp(output, axis=1).any(),
        "All weights of a new layer are alike, or all of its outputs: draw the weights at random.",
        "Alle Gewichte einer neuen Schicht sind gleich, oder alle ihre Ausgaben: Ziehe die Gewichte zufällig.",
    )


def check_regularization_loss(student: Any, layer: Any, sizes: tuple[int, int, int], columns: int) -> None:
    """calculate_regularization_loss is the norm of the weights: with or without biases and output weights."""
    loss = regularization_loss(student, layer)
    hidden, output = norms(*sizes, columns)
    assert_true(
        any(abs(loss - (h + o)) < 1e-9 for h in hidden for o in (0.0, *output)),
        f"The regularization loss is {loss:.6g}; the norm of the hidden weights is {hidden[1]:.6g}, with the output "
        f"weights it is {hidden[1] + output[1]:.6g}.",
        f"Der Regularisierungsverlust ist {loss:.6g}; die Norm der Gewichte des Hidden State ist {hidden[1]:.6g}, "
        f"mit den Ausgabegewichten {hidden[1] + output[1]:.6g}.",
    )


def regularization_loss(student: Any, layer: Any) -> float:
    """What the layer says, with L1 of strength 1, weights of 0.5 and biases of 0.1."""
    constant = student.Layers.Initializers.Constant
    layer.initialize(constant(0.5), constant(0.1))
    optimizer = student.Optimization.Optimizers.Sgd(1e-3)
    optimizer.add_regularizer(student.Optimization.Constraints.L1_Regularizer(1.0))
    layer.optimizer = optimizer
    assert_true(
        layer.optimizer is not None,
        "The attribute optimizer is None after an optimizer was set: the getter must return it.",
        "Das Attribut optimizer ist None, nachdem ein Optimierer gesetzt wurde: Der Getter muss ihn zurückgeben.",
    )
    return assert_number(layer.calculate_regularization_loss(), what=LOSS)


def norms(inputs: int, hidden: int, outputs: int, columns: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """The sums of weights of 0.5 and biases of 0.1: of the hidden state and of the output, each without and with its
    biases."""
    weights, output_weights = 0.5 * (inputs + hidden) * columns, 0.5 * hidden * outputs
    return (weights, weights + 0.1 * columns), (output_weights, output_weights + 0.1 * outputs)


def check_update(student: Any, make: Any, rng: np.random.Generator) -> None:
    """Pushing with error = -output makes the output grow: with steps as long as the course's, or with short ones.

    Long steps can overshoot, which a right layer may suffer from and a wrong one may profit by; so either will do.
    """
    layer, x = make(INPUTS, HIDDEN, OUTPUTS), rng.random((TIMES, INPUTS))
    layer.optimizer = student.Optimization.Optimizers.Sgd(1)
    try:
        grows(layer, x)
    except CheckFailed:
        check_short_steps(student, make(INPUTS, HIDDEN, OUTPUTS), rng)


def check_short_steps(student: Any, layer: Any, rng: np.random.Generator) -> None:
    """Pushing with error = -output makes the output grow, with steps too short to overshoot."""
    layer.initialize(Spread(rng, 0.3), Spread(rng, 0.3))
    layer.optimizer = student.Optimization.Optimizers.Sgd(0.01)
    grows(layer, rng.random((TIMES, INPUTS)))


def small(make: Any, rng: np.random.Generator) -> tuple[Any, Tensor, SumOfSquares]:
    """A small layer whose hidden state is nowhere saturated, an input and a loss."""
    times, inputs, hidden, outputs = 5, 4, 3, 2
    layer = make(inputs, hidden, outputs)
    layer.initialize(Spread(rng, 0.4), Spread(rng, 0.4))
    return layer, rng.uniform(-1, 1, (times, inputs)), SumOfSquares(rng.uniform(1, 2, (times, outputs)))


def check_gradient(student: Any, make: Any, rng: np.random.Generator) -> None:
    """The error that comes back is the gradient with respect to every time's input."""
    layer, x, loss = small(make, rng)
    first, second = (assert_finite(layer.forward(x), what=FORWARD) for _ in range(2))
    assert_true(
        np.allclose(first, second),
        "With memorize = False two forward passes with the same input gave different outputs: the hidden state was not "
        "reset in between.",
        "Mit memorize = False ergaben zwei Vorwärtsläufe mit derselben Eingabe verschiedene Ausgaben: Der Hidden State "
        "wurde dazwischen nicht zurückgesetzt.",
    )
    returned, slope = layer.backward(loss.error(second)), input_slopes(student, layer, x, loss)
    if shape_of(returned) == x.shape and not np.allclose(returned, slope, rtol=1e-3, atol=1e-6):
        assert_true(
            not np.allclose(returned[-1], slope[-1], rtol=1e-3, atol=1e-6),
            "The error of the last time is right, that of earlier times is not: what goes back from one time to the "
            "one before is missing or wrong.",
            "Der Fehler der letzten Zeit stimmt, der früherer Zeiten nicht: Was von einer Zeit zur vorigen zurückgeht, "
            "fehlt oder ist falsch.",
        )
    assert_gradient(returned, slope, what=BACKWARD, batch=len(x), limit=GRADIENT_LIMIT)


def check_gradient_weights(make: Any, rng: np.random.Generator, limit: float = GRADIENT_LIMIT) -> None:
    """gradient_weights is summed over the times."""
    layer, x, loss = small(make, rng)
    check_parameter_gradient(layer, "weights", x, loss, limit=limit)


def check_bias(layer: Any, rng: np.random.Generator) -> None:
    """With positive weights and biases an input of zeros gives a positive output."""
    layer.initialize(Uniform(rng), Uniform(rng))
    output = assert_shape(layer.forward(np.zeros((1, INPUTS))), (1, OUTPUTS), what=FORWARD)
    assert_true(
        output.sum() > 0,
        f"For an input of zeros, with positive weights and biases, the sum of the output is {output.sum():.6g}; the "
        "biases should make it positive.",
        f"Für eine Eingabe aus Nullen ist bei positiven Gewichten und Biaswerten die Summe der Ausgabe "
        f"{output.sum():.6g}; durch die Biaswerte sollte sie positiv sein.",
    )
