"""What a suite puts into every candidate's tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import SuiteBroken
from core.suites import MAX_PROVIDED_BYTES, Suite, load_suite
from tests.core.intake_makers import make_suite


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return make_suite(tmp_path, provided={"Layers/Helpers.py": "HELPER = 1\n", "data/Labels.json": "{}"})


def test_data_is_provided_as_code_is(suite: Suite) -> None:
    (suite.folder / "provided" / "data" / "0.npy").write_bytes(b"\x93NUMPY")
    assert suite.provided_files() == {
        "Layers/Helpers.py": b"HELPER = 1\n",
        "data/0.npy": b"\x93NUMPY",
        "data/Labels.json": b"{}",
    }


@pytest.mark.parametrize("name", ["__pycache__/Helpers.cpython-311.pyc", ".DS_Store", ".idea/workspace.xml"])
def test_what_tools_leave_behind_is_not(name: str, suite: Suite) -> None:
    litter = suite.folder / "provided" / name
    litter.parent.mkdir(exist_ok=True)
    litter.write_bytes(b"litter")
    assert len(suite.provided_files()) == 2


def test_a_suite_that_provides_too_much_is_refused(suite: Suite) -> None:
    (suite.folder / "provided" / "images.bin").write_bytes(bytes(MAX_PROVIDED_BYTES))
    with pytest.raises(SuiteBroken, match="larger than 16 MiB"):
        load_suite(suite.folder)
