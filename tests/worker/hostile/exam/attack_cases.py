"""The trusted side: asks every attack for twice a number that it has never seen, and checks that it got that."""

import json
from pathlib import Path

import pytest

from exam.checks import assert_close, assert_equal

NAMES = json.loads(Path(__file__).with_name("attacks.json").read_text())
USES = {"endless_iter": list, "code_in_text": str}


@pytest.mark.parametrize(("name", "step"), [(name, step) for name in NAMES for step in ("attack", "after")])
def test(student, rng, name, step):
    """One attack, or the honest case after it."""
    if step == "attack":
        attack = getattr(student.attacks, name)
        for x in rng.standard_normal((2, 5)):
            assert_close(USES.get(name, lambda answer: answer)(attack(x)), 2 * x, what="the answer")
    else:
        x = rng.standard_normal(5)
        assert_close(student.honest.double(x), 2 * x, what="the answer")
        assert_equal(student.honest.traces(), "", what="what is left of the case before")
