"""One small candidate for all tests of a module that use the same files of the student's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from exam.student import Student
from tests.exam.small import SmallExam, small_exam


@pytest.fixture(scope="module")
def exam(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallExam]:
    """The test module's ``FILES`` in a candidate."""
    files: dict[str, str] = request.module.FILES
    required: tuple[str, ...] = getattr(request.module, "REQUIRED", ())
    with small_exam(tmp_path_factory.mktemp("small"), files, required) as made:
        yield made


@pytest.fixture
def student(exam: SmallExam) -> Iterator[Student]:
    """The student's side of a fresh case."""
    with exam.case():
        yield exam.student


@pytest.fixture
def thing(student: Any) -> Any:
    """An object of the class that every such module calls ``thing.Thing``."""
    return student.thing.Thing()
