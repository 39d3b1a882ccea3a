"""A pytest item becomes a case: its name, its group, its texts, its seed and what it may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exam.cases import GroupTests, case_limits, case_seed, case_spec, group_of, parse_docstring
from tests.exam.small import LIMITS


def undocumented() -> None:
    pass


@dataclass(frozen=True)
class Mark:
    """As much of a mark as is read."""

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass
class Item:
    """As much of a pytest item as a case is made of."""

    name: str = "test_forward"
    file: str = "test_relu.py"
    cls: type | None = None
    function: Callable[..., Any] = undocumented
    marks: dict[str, Mark] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return Path("/suites/ex1") / self.file

    def get_closest_marker(self, name: str) -> Mark | None:
        return self.marks.get(name)


def limited(*args: Any, **kwargs: Any) -> Any:
    return Item(marks={"limits": Mark(args, kwargs)})


RELU = GroupTests("ReLU", ("test_relu.py",), frozenset({"beyond"}))


def test_all_that_a_docstring_can_say() -> None:
    said = parse_docstring("""The error passes where the input was
    positive.

    This paragraph is for the author:
    not for the student.

    de: Der Fehler geht durch,
        wo die Eingabe positiv war.
    hint: Remember the input; see
    the slides: page 3.
    hint.de: Merke dir die Eingabe.
    why: Passes the course's tests.
    why.de: Besteht die Tests.
    """)
    assert said == {
        "title": {
            "en": "The error passes where the input was positive.",
            "de": "Der Fehler geht durch, wo die Eingabe positiv war.",
        },
        "hint": {"en": "Remember the input; see the slides: page 3.", "de": "Merke dir die Eingabe."},
        "why": {"en": "Passes the course's tests.", "de": "Besteht die Tests."},
    }


def test_text_for_the_author_between_titles_is_in_neither() -> None:
    said = parse_docstring("Title.\n\nFor the author.\n\nde: Titel.\n\nAgain for the author.")
    assert said == {"title": {"en": "Title.", "de": "Titel."}}


@pytest.mark.parametrize("text", ["", "\n\n", "de: Nur deutsch.", "hint.de: Nur deutsch."])
def test_without_english_nothing_is_said(text: str) -> None:
    assert parse_docstring(text) == {}


@given(st.text() | st.lists(st.sampled_from(["de: x", "hint: y", "why.de: z", "", "a: b", "title."])).map("\n".join))
def test_any_docstring_is_texts_in_english_or_none(text: str) -> None:
    for key, by_language in parse_docstring(text).items():
        assert key in ("title", "hint", "why")
        assert by_language["en"]
        assert set(by_language) <= {"en", "de"}


def test_a_case_is_called_by_its_group_and_its_name() -> None:
    assert case_spec(Item(), RELU).id == "ReLU.forward"  # type: ignore[arg-type]
    assert case_spec(Item("testForward"), RELU).id == "ReLU.Forward"  # type: ignore[arg-type]
    assert case_spec(Item("test_forward[3]"), RELU).id == "ReLU.forward[3]"  # type: ignore[arg-type]


def test_without_a_docstring_its_name_is_the_title() -> None:
    spec = case_spec(Item("test_input_is_kept"), RELU)  # type: ignore[arg-type]
    assert (spec.title, spec.hint, spec.why) == ({"en": "input is kept"}, {}, {})


def test_an_advisory_case_counts_where_it_is_promoted() -> None:
    advisory = {"advisory": Mark()}
    counts = {
        name: case_spec(Item(name, marks=marks), RELU).counts  # type: ignore[arg-type]
        for name, marks in (("test_forward", {}), ("test_more", advisory), ("test_beyond", advisory))
    }
    assert counts == {"test_forward": True, "test_more": False, "test_beyond": True}


class TestReLU:
    pass


def test_a_class_of_a_file_goes_before_its_file() -> None:
    groups = (RELU, GroupTests("Class", ("test_relu.py::TestReLU", "other.py"), frozenset()))
    found = {
        where: getattr(group_of(Item(file=where[0], cls=where[1]), groups), "id", None)  # type: ignore[arg-type]
        for where in (("test_relu.py", None), ("test_relu.py", TestReLU), ("other.py", TestReLU), ("lost.py", None))
    }
    assert list(found.values()) == ["ReLU", "Class", "Class", None]


@given(st.integers(0, 2**63 - 1), st.text(max_size=20))
def test_a_seed_is_63_bits_and_its_cases_own(seed: int, case: str) -> None:
    found = case_seed(seed, case)
    assert 0 <= found < 2**63
    assert found == case_seed(seed, case)
    assert found not in (case_seed(seed + 1, case), case_seed(seed, case + "x"))


def test_seeds_stay_what_they_are() -> None:
    """A report names them, and a case must repeat with another release as well."""
    assert case_seed(20240229, "ReLU.forward") == SEED_OF_RELU_FORWARD


SEED_OF_RELU_FORWARD = 9217988648953920095


def test_a_case_may_ask_for_more_time_up_to_the_suites_bound() -> None:
    assert case_limits(Item(), LIMITS, 120.0) is LIMITS  # type: ignore[arg-type]
    more = case_limits(limited(cpu_s=30), LIMITS, 120.0)
    assert (more.case_cpu_s, more.call_cpu_s, more.case_wall_s) == (30.0, 30.0, 120.0)
    assert more.memory_mib == LIMITS.memory_mib
    assert case_limits(limited(cpu_s=10**6), LIMITS, 120.0).case_cpu_s == 120.0
    assert case_limits(limited(cpu_s=1), LIMITS, 120.0).case_wall_s == LIMITS.case_wall_s


@pytest.mark.parametrize(
    "item",
    [
        limited(),
        limited(30),
        limited(cpu_s=0),
        limited(cpu_s=-1),
        limited(cpu_s=float("nan")),
        limited(cpu_s="30"),
        limited(cpu_s=1, wall_s=1),
    ],
    ids=lambda item: str(item.marks["limits"]),
)
def test_a_mark_that_makes_no_sense_is_the_authors_mistake(item: Any) -> None:
    with pytest.raises(ValueError, match="limits"):
        case_limits(item, LIMITS, 120.0)
