"""A case that must compute long may ask for more time than suite.toml gives, up to what suite.toml allows."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from exam.cases import case_limits
from exam.errors import CaseOver
from tests.exam.small import LIMITS, small_exam


def item(*args: Any, **kwargs: Any) -> Any:
    """A pytest item with the mark ``limits`` of these arguments; without any arguments, with no mark."""
    mark = SimpleNamespace(args=args, kwargs=kwargs) if args or kwargs else None
    return SimpleNamespace(get_closest_marker=lambda name: mark if name == "limits" else None)


def test_a_case_without_a_mark_has_the_suite_s_limits() -> None:
    assert case_limits(item(), LIMITS, 120) is LIMITS


def test_a_mark_sets_the_computing_time_of_the_case_and_of_its_calls() -> None:
    limits = case_limits(item(cpu_s=60), LIMITS, 120)
    assert (limits.case_cpu_s, limits.call_cpu_s) == (60, 60)
    assert limits.case_wall_s > 60
    assert limits.memory_mib == LIMITS.memory_mib


def test_no_mark_goes_beyond_what_suite_toml_allows() -> None:
    assert case_limits(item(cpu_s=60), LIMITS, 2).case_cpu_s == 2


def test_a_mark_for_less_does_not_shorten_the_wait_for_a_busy_machine() -> None:
    assert case_limits(item(cpu_s=1), LIMITS, 120).case_wall_s == LIMITS.case_wall_s


@pytest.mark.parametrize("mark", [item(60), item(wall_s=3), item(cpu_s="60"), item(cpu_s=0), item(cpu_s=60, x=1)])
def test_a_mark_that_makes_no_sense_is_the_author_s_mistake(mark: Any) -> None:
    with pytest.raises(ValueError, match=r"limits\(cpu_s=SECONDS\)"):
        case_limits(mark, LIMITS, 120)


def test_each_case_runs_under_its_own_limits(tmp_path) -> None:
    spin = "import time\ndef spin(s):\n    end = time.process_time() + s\n    while time.process_time() < end: pass\n"
    with small_exam(tmp_path / "exam", {"busy.py": spin}) as exam:
        hurried = replace(LIMITS, call_cpu_s=0.1)
        exam.seam.begin(0, hurried)
        with pytest.raises(CaseOver, match="call_cpu"):
            exam.student.busy.spin(5)
        exam.seam.end()
        with exam.case():
            exam.student.busy.spin(0.3)
