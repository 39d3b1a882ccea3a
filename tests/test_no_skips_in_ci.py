"""With CI=true a skip is a failure, wherever it happens; elsewhere it is a skip that names its reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
SKIPPING = {
    "test": "import pytest\ndef test_a():\n    pytest.skip('lacks A')\n",
    "fixture": "import pytest\n@pytest.fixture\ndef part():\n    pytest.skip('lacks B')\ndef test_a(part):\n    pass\n",
    "module": "import pytest\npytest.skip('lacks C', allow_module_level=True)\n",
    "mark": "import pytest\n@pytest.mark.skip('lacks D')\ndef test_a():\n    pass\n",
    "expected": "import pytest\n@pytest.mark.xfail\ndef test_a():\n    assert False\n",
}


@pytest.mark.parametrize(("ci", "summary"), [("true", "1 failed, 1 xfailed, 3 errors"), ("", "4 skipped, 1 xfailed")])
def test_a_skip_fails_in_ci_only(ci: str, summary: str, tmp_path: Path) -> None:
    for place, source in SKIPPING.items():
        (tmp_path / f"test_{place}.py").write_text(source)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.no_skips_in_ci",
        "-rs",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(PROJECT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [*command, "--continue-on-collection-errors"], env=environment, capture_output=True, text=True, check=False
    )
    assert summary in done.stdout
    assert all(f"lacks {part}" in done.stdout for part in "ABCD")
