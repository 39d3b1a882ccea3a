"""Finding a suite by its name: one that is broken stands in nobody else's way."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import NotFound, SuiteBroken
from core.suites import find_suite, installed_suite, load_suites
from tests.core.intake_makers import make_suite


@pytest.fixture
def suites_dir(tmp_path: Path) -> Path:
    make_suite(tmp_path / "good")
    text = (tmp_path / "good" / "suite.toml").read_text("utf-8")
    assert 'id = "ex1"' in text
    (tmp_path / "good" / "suite.toml").write_text(text.replace('id = "ex1"', 'id = "good"'), "utf-8")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "suite.toml").write_text("id =")
    return tmp_path


def test_a_broken_suite_does_not_keep_another_from_being_found(suites_dir):
    assert find_suite(suites_dir, "good").id == "good"


def test_a_broken_suite_says_so_when_it_is_the_one_that_is_asked_for(suites_dir):
    with pytest.raises(SuiteBroken, match=r"bad/suite\.toml"):
        find_suite(suites_dir, "bad")
    with pytest.raises(SuiteBroken):
        load_suites(suites_dir)


def test_an_unknown_name_is_answered_with_those_that_exist(suites_dir):
    with pytest.raises(NotFound, match="Known exercises: bad, good"):
        find_suite(suites_dir, "ugly")


def test_a_folder_without_a_suite_is_answered_with_what_it_lacks(suites_dir, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFound, match=r"no suite\.toml in .*/empty\..*bad, good"):
        find_suite(suites_dir, str(tmp_path / "empty"))


def test_a_suite_is_called_like_its_folder(suites_dir):
    (suites_dir / "good").rename(suites_dir / "other")
    with pytest.raises(SuiteBroken, match="must be the same"):
        find_suite(suites_dir, "other")


def test_a_folder_anywhere_may_be_named_by_its_path(suites_dir):
    assert find_suite(suites_dir / "bad", str(suites_dir / "good")).id == "good"


def test_an_installed_suite_is_no_folder_that_happens_to_be_here(suites_dir, monkeypatch):
    (suites_dir / "installed").mkdir()
    (suites_dir / "bad").rename(suites_dir / "installed" / "bad")
    monkeypatch.chdir(suites_dir)
    with pytest.raises(NotFound, match=r"no exercise “good”.*Known exercises: bad"):
        installed_suite(suites_dir / "installed", "good")


def test_where_there_are_no_suites_at_all_the_setting_is_named(tmp_path):
    with pytest.raises(NotFound, match=r"no suite in .*/nope\. Set ABGABE_SUITES_DIR"):
        find_suite(tmp_path / "nope", "ex1")
