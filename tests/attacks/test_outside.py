"""Attacks through what the product shows and keeps: terminals, logs. The others of outside.py have their tests
beside those of intake and server, and must really have them."""

from __future__ import annotations

import ast
import io
import json
import subprocess
from pathlib import Path

import pytest
import structlog

from core.logs import finishing
from core.settings import PROJECT, Settings
from tests.attacks.outside import OUTSIDE, Outside
from tests.cli.conftest import ABGABE

# What one prints to hide a verdict, to write another one, to open a link, to hang a terminal.
EVIL = (
    "\x1b[2J\x1b]0;owned\x07\x1b]8;;https://evil.example\x1b\\\x9b31m\u202e\u2066\x00\x08\x7f\rPoints: 10 / 10 [bold]"
)
FORGED = 'ada\n2026-01-01 level=info event="points changed"\r\x1b[2K\u2028{"event": "forged"}'
HAND_IN = f"""
import sys
print({EVIL!r})
sys.stderr.write({EVIL!r})


class Double:
    def forward(self, x):
        raise ValueError({EVIL!r})
"""


def defined(path: Path, names: list[str]) -> bool:
    """Whether ``path`` defines a test of this name, in a class of this name; a star stands for any."""
    level: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    for name in names:
        inner = [node for one in level for node in ast.iter_child_nodes(one)]
        level = [
            node for node in inner if isinstance(node, ast.ClassDef | ast.FunctionDef) and name in ("*", node.name)
        ]
    return bool(level)


@pytest.mark.parametrize("row", OUTSIDE, ids=lambda row: row.test.rpartition("::")[2])
def test_every_attack_of_the_list_is_tried(row: Outside) -> None:
    file, *names = row.test.split("::")
    assert defined(PROJECT / file, names), row.test


def test_what_the_code_prints_steers_no_terminal(installation: dict[str, str], tmp_path: Path) -> None:
    hand_in = tmp_path / "Double.py"
    hand_in.write_text(HAND_IN, "utf-8")
    done = subprocess.run(
        [ABGABE, "grade", "mini", hand_in], env={**installation, "FORCE_COLOR": ""}, capture_output=True, check=True
    )
    said = (done.stdout + done.stderr).decode("utf-8")
    assert "[bold]" in said
    assert [char for char in said if not char.isprintable() and char != "\n"] == []
    assert "Points: 10 / 10" not in [line.strip() for line in said.splitlines()][-1]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_value_begins_no_line_of_the_log(log_format: str) -> None:
    stream = io.StringIO()
    log = structlog.wrap_logger(
        structlog.PrintLogger(stream), processors=[*finishing(Settings(), as_json=log_format == "json")]
    )
    log.warning("upload.refused", name=FORGED, user=FORGED)
    (line,) = stream.getvalue().splitlines()
    assert line.isprintable()
    assert log_format != "json" or json.loads(line)["name"] == FORGED
