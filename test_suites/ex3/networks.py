"""Networks of the student's layers for the cases that train one, and the data they are trained on.

A right network reaches its bar with any initial weights: the order of the data is fixed, and trainings are shorter than
the course's only where the bar leaves room for it. Where an initialisation can still be unlucky (all ReLUs dead), the
training is repeated, as a student would.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from support import assert_unchanged, one_hot

from exam.checks import assert_finite, assert_shape, assert_true
from reference_impl import accuracy
from reference_impl.tensor import Tensor

FOLDER = Path(__file__).parent
INPUTS, CLASSES, BATCH = 4, 3, 9
"""Of the small networks that are not trained to learn something; iris flowers have as many inputs and classes."""
OUTPUT = {"en": "the output of test", "de": "die Ausgabe von test"}
ATTEMPTS = 3
"""A bar that a right network misses once in 20 attempts is missed by three in a row once in 8000."""


class Batches:
    """A data layer that gives these batches in turn, over and over, and counts."""

    def __init__(self, rng: np.random.Generator, number: int = 3) -> None:
        self.batches = [(rng.random((BATCH, INPUTS)), one_hot(rng, BATCH, CLASSES)) for _ in range(number)]
        self._given = 0

    def next(self) -> tuple[Tensor, Tensor]:
        self._given += 1
        return self.batches[(self._given - 1) % len(self.batches)]


@dataclass(frozen=True)
class Data:
    """Inputs and one-hot labels to train with, and others to examine with."""

    name: str
    name_de: str
    train: tuple[Tensor, Tensor]
    test: tuple[Tensor, Tensor]
    batch: int

    def layer(self, student: Any) -> Any:
        """A data layer that lies beside the student's code, so that a training does not cross at each step."""
        return student.Layers.ExamData.Batches(*self.train, self.batch)


@cache
def iris() -> Data:
    """Every third flower is kept for the examination."""
    inputs, labels = _helper("iris_flowers")
    held = np.arange(len(inputs)) % 3 == 0
    return Data("flowers", "Blumen", (inputs[~held], labels[~held]), (inputs[held], labels[held]), 50)


@cache
def digits() -> Data:
    """1000 handwritten digits, and 200 others for the examination."""
    inputs, labels = _helper("handwritten_digits")
    return Data("digits", "Ziffern", (inputs[:1000], labels[:1000]), (inputs[1000:1200], labels[1000:1200]), 50)


def _helper(name: str) -> tuple[Tensor, Tensor]:
    """What a function of the suite's own copy of Helpers returns."""
    inputs, labels = runpy.run_path(str(FOLDER / "provided/Layers/Helpers.py"))[name]()
    return inputs, labels


def make(student: Any, optimizer: Any, data: Data, layers: list[Any], weights: str = "UniformRandom") -> Any:
    """The student's network of these layers, with cross-entropy and biases that begin at 0.1."""
    initializers = student.Layers.Initializers
    net = student.NeuralNetwork.NeuralNetwork(optimizer, getattr(initializers, weights)(), initializers.Constant(0.1))
    net.data_layer = data.layer(student)
    net.loss_layer = student.Optimization.Loss.CrossEntropyLoss()
    for layer in layers:
        net.append_layer(layer)
    return net


def fully_connected(student: Any, inputs: int, outputs: int) -> Any:
    return student.Layers.FullyConnected.FullyConnected(inputs, outputs)


def for_iris(
    student: Any, *, before: list[Any] | None = None, between: list[Any] | None = None, hidden: int = 8
) -> list[Any]:
    """FullyConnected, ReLU, FullyConnected, SoftMax; with layers ``before`` all of them and ``between`` the two."""
    first, second = fully_connected(student, 4, hidden), fully_connected(student, hidden, 3)
    middle = [student.Layers.ReLU.ReLU(), *(between or [])]
    return [*(before or []), first, *middle, second, student.Layers.SoftMax.SoftMax()]


def for_digits(student: Any, *, kept: float | None = None, normalised: bool = False) -> list[Any]:
    """Convolution, ReLU, pooling, two fully connected layers and SoftMax; with Dropout and batch normalization."""
    layers = student.Layers

    def norm(channels: int) -> list[Any]:
        return [layers.BatchNormalization.BatchNormalization(channels)] if normalised else []

    dropout = [layers.Dropout.Dropout(kept)] if kept is not None else []
    convolution = [layers.Conv.Conv((1, 1), (1, 3, 3), 4), *norm(4), layers.ReLU.ReLU()]
    pooling = [layers.Pooling.Pooling((2, 2), (2, 2)), layers.Flatten.Flatten()]
    hidden = [fully_connected(student, 64, 32), *norm(32), *dropout, layers.ReLU.ReLU()]
    return [*convolution, *pooling, *hidden, fully_connected(student, 32, 10), layers.SoftMax.SoftMax()]


def reached(net: Any, data: Data) -> float:
    """The share of the test data that the network recognises."""
    inputs, labels = data.test
    return accuracy(assert_finite(assert_shape(net.test(inputs), labels.shape, what=OUTPUT), what=OUTPUT), labels)


def learns(build: Callable[[], Any], data: Data, *, iterations: int, bar: float) -> Any:
    """Trains what ``build`` makes until it recognises more than ``bar`` of the data, in a few attempts; the network."""
    best = 0.0
    for _ in range(ATTEMPTS):
        net = build()
        net.train(iterations)
        best = max(best, reached(net, data))
        if best > bar:
            return net
    guessing = 1 / data.test[1].shape[1]
    assert_true(
        False,
        f"After {iterations} steps of training the network recognises {best:.0%} of the {data.name} not seen; it "
        f"should be more than {bar:.0%}. Guessing gives {guessing:.0%}.",
        f"Nach {iterations} Trainingsschritten erkennt das Netz {best:.0%} der {data.name_de}, die es nicht gesehen "
        f"hat; es sollten mehr als {bar:.0%} sein. Raten ergibt {guessing:.0%}.",
    )
    return None


def same_twice(student: Any, net: Any, data: Data) -> None:
    """Two tests with the same array give the same output: it must not have been changed in between either."""
    inputs = student.keep(data.test[0].copy())
    first, second = (assert_shape(net.test(inputs), data.test[1].shape, what=OUTPUT) for _ in range(2))
    assert_unchanged(student, inputs, data.test[0], en="the input of test", de="die Eingabe von test")
    assert_true(
        np.array_equal(first, second),
        "Two calls of test with the same input gave different outputs. test must set the testing phase in every layer "
        "before it runs them: Dropout then drops nothing, and batch normalization uses the stored moments.",
        "Zwei Aufrufe von test mit derselben Eingabe ergaben verschiedene Ausgaben. test muss in jeder Schicht die "
        "Testphase setzen, bevor es sie rechnen lässt: Dropout lässt dann nichts weg, und die Batch-Normalisierung "
        "benutzt die gespeicherten Werte.",
    )
