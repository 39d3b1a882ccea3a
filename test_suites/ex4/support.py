"""What several test files of this suite share: how a student's network or trainer becomes something to look at."""

from __future__ import annotations

from typing import Any

import numpy as np

from exam.checks import assert_finite, assert_shape, assert_true

FEW = 4
"""Images in a batch. The course takes 50; what treats 4 as it should treats 50 likewise, in a tenth of the time."""
EPOCHS = 3
OUTPUT = {"en": "the output of the network", "de": "die Ausgabe des Netzes"}


def seed_from(rng: np.random.Generator) -> int:
    """For torch's generator in the candidate."""
    return int(rng.integers(1 << 31))


def bench(student: Any, rng: np.random.Generator, **options: Any) -> Any:
    """A small training with the student's trainer; see ExamNets."""
    return student.ExamNets.Bench(student.trainer.Trainer, seed_from(rng), cuda=False, **options)


def make_trainer(student: Any, net: Any) -> Any:
    """The student's trainer around a network, as it is made only to save one."""
    return student.trainer.Trainer(net, student.ExamNets.nn.BCELoss(), cuda=False)


def assert_probabilities(output: Any, number: int) -> np.ndarray:
    """(number, 2), finite, in [0, 1]: one probability of a crack and one of an inactive part for each image."""
    array = assert_finite(assert_shape(output, (number, 2), what=OUTPUT), what=OUTPUT)
    outside = float(array.min()) if array.min() < 0 else float(array.max())
    assert_true(
        0 <= outside <= 1,
        f"The output of the network should be probabilities in [0, 1], but has the value {outside:.4g}. Does it end "
        "with a sigmoid?",
        f"Die Ausgabe des Netzes sollte aus Wahrscheinlichkeiten in [0, 1] bestehen, hat aber den Wert {outside:.4g}. "
        "Endet es mit einer Sigmoidfunktion?",
    )
    return array
