"""What is said of the attacks is true of the attacks that there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.attacks import KINDS, hand_in_files, load_attacks
from cli.doctor_attack import QUICK
from exam.messages import TEXTS
from tests.attacks.table import BEGIN, PAGE, with_table


def test_the_security_page_has_a_row_for_every_attack() -> None:
    page = PAGE.read_text("utf-8")
    assert BEGIN in page
    assert with_table(page) == page, "run: python -m tests.attacks.table"


def test_there_are_enough_and_each_says_what_stops_it_where() -> None:
    attacks = load_attacks()
    assert len(attacks) >= 60
    assert all(one.tries.endswith(".") and all(one.stopped_by[kind] for kind in KINDS) for one in attacks)


def test_every_ending_is_one_that_a_case_can_have() -> None:
    assert {end for one in load_attacks() for end in one.ends} <= set(TEXTS)


def test_doctor_tries_attacks_that_exist() -> None:
    assert set(QUICK) <= {one.name for one in load_attacks()}


def test_a_file_that_does_not_say_what_it_is_after_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mystery.py").write_text('"""Does something.\n\nends: passed\nstopped by: luck\n"""\n')
    with pytest.raises(ValueError, match="mystery"):
        load_attacks(tmp_path)


def test_what_is_handed_in_is_what_is_shipped() -> None:
    attacks = load_attacks()
    files = hand_in_files(attacks)
    assert {f"attacks/{one.name}.py" for one in attacks} | {"honest.py", "intruder.py"} <= files.keys()
