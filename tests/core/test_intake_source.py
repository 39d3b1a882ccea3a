"""Judging a file as text while other hand-ins are judged in other threads."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator

import pytest

from core.intake_source import syntax_error
from tests.core.state_makers import together

SOURCE = "\n".join(f"def f{n}(x):\n    return [x + {n}, (x * {n}) ** 2, {{x: {n}}}]\n" for n in range(200))


class Litter:
    """Garbage whose collection lets another thread go on, in the middle of whatever this one does."""

    def __init__(self) -> None:
        self.loop = self

    def __del__(self) -> None:
        time.sleep(0)


@pytest.fixture
def often_collected() -> Iterator[None]:
    usual = gc.get_threshold()
    gc.set_threshold(200)
    yield
    gc.set_threshold(*usual)


@pytest.mark.usefixtures("often_collected")
def test_threads_that_judge_at_the_same_time_do_not_disturb_each_other() -> None:
    def judge() -> list[object]:
        found = []
        for _ in range(5):
            [Litter() for _ in range(150)]  # all of them dropped at once
            found.append(syntax_error(SOURCE))
        return found

    assert together(*[judge] * 4) == [[None] * 5] * 4
