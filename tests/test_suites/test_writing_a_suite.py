"""The small suite that docs/writing-a-suite.md builds is one: its hand-ins get what the page says."""

from __future__ import annotations

import re

import pytest

from cli.candidates import Candidate
from core.settings import PROJECT
from core.suites import load_suite

PAGE = PROJECT / "docs" / "writing-a-suite.md"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The folder with the files that the page names."""
    folder = tmp_path_factory.mktemp("page")
    for name, text in re.findall(r"^```\w+ title=(\S+)\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize("name", ["right_loop", "divides_by_all"])
def test_the_page_s_hand_ins_get_their_verdicts(written, name, grade, tmp_path):
    suite, candidate = load_suite(written / "mean"), Candidate(written / "hand-ins" / name)
    report = grade("bubblewrap", suite, candidate.write(tmp_path))
    assert candidate.differences(suite, report) == []
    assert len(report.cases) == 3
