"""What the documents say is there: links, files, commands, settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from cli.main import app
from core.settings import Settings
from core.suites import Group, Limits, SuiteFile, Tree, load_suite

PROJECT = Path(__file__).resolve().parent.parent
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
COMMANDS = typer.main.get_command(app)


def texts() -> str:
    return "\n".join(page.read_text("utf-8") for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_exists(page: Path) -> None:
    pattern = r"`((?:cli|core|exam|server|worker|docker|docs|tests|benchmarks|scripts|test_suites)/[\w./*-]+)`"
    for name in re.findall(pattern, page.read_text("utf-8")):
        assert list(PROJECT.glob(name.rstrip("/"))), f"{page.name} names {name}"


def test_every_command_exists() -> None:
    for line in re.findall(r"^\s*abgabe ([a-z].*)$", texts(), re.MULTILINE):
        words = line.split()
        command = getattr(COMMANDS, "commands", {}).get(words[0])
        assert command is not None, line
        inner = getattr(command, "commands", None)
        if inner is not None:
            assert words[1] in inner, line
            command = inner[words[1]]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


def test_every_setting_exists() -> None:
    known = {f"ABGABE_{name.upper()}" for name in Settings.model_fields} | {"ABGABE_TOKEN", "ABGABE_SERVER"}
    assert set(re.findall(r"ABGABE_[A-Z_]+", texts())) <= known | {"ABGABE_SECRETS_DIR"}


def test_every_make_target_exists() -> None:
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"(?:`|^)make ([a-z-]+)", texts(), re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_example_of_a_suite_is_one(tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "writing-a-suite.md").read_text("utf-8")
    (tmp_path / "suite.toml").write_text(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[0], "utf-8")
    (tmp_path / "test_relu.py").touch()
    suite = load_suite(tmp_path)
    assert suite.groups[0].points == 5


def test_every_key_of_suite_toml_is_described() -> None:
    page = (PROJECT / "docs" / "writing-a-suite.md").read_text("utf-8")
    for table in (SuiteFile, Tree, Group, Limits):
        for key in table.model_fields:
            assert re.search(rf"\b{key}\b", page), key
