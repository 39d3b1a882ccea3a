"""A suite is a folder that stands alone, so what two exercises ask alike is there twice: word for word the same, or a
student could be told two things about one layer."""

from __future__ import annotations

import pytest

from core.settings import PROJECT

SUITES = PROJECT / "test_suites"
ALIKE = (
    "test_cross_entropy.py",
    "test_fully_connected.py",
    "test_fully_connected_beyond.py",
    "test_relu.py",
    "test_softmax.py",
)


@pytest.mark.parametrize("name", ALIKE)
def test_exercise_2_asks_of_the_layers_of_exercise_1_what_exercise_1_asks(name: str) -> None:
    assert (SUITES / "ex2" / name).read_text("utf-8") == (SUITES / "ex1" / name).read_text("utf-8")
