"""What the tests of core share."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.suites import Suite
from tests.core.intake_makers import make_suite


@pytest.fixture
def suite_like_ex1(tmp_path: Path) -> Suite:
    return make_suite(tmp_path / "suite")
