"""A hint is about what the code computes: it is not shown where the code never ran."""

from __future__ import annotations

import pytest

from exam.report import CaseResult, CaseSpec, Message, Verdict
from server.views import CaseView

SPEC = CaseSpec("ReLU.forward", "ReLU", {"en": "It masks."}, True, {"en": "Use np.maximum."})


def hint_after(verdict: Verdict, message: Message) -> str:
    return CaseView(0, SPEC, CaseResult(SPEC, verdict, message), False, "en").hint


@pytest.mark.parametrize(
    ("verdict", "message"),
    [
        (Verdict.FAILED, Message("wrong_shape", {})),
        (Verdict.RAISED, Message("raised", {"type": "ValueError", "text": "shapes do not match"})),
    ],
)
def test_it_helps_who_computed_something_wrong(verdict: Verdict, message: Message) -> None:
    assert hint_after(verdict, message) == "Use np.maximum."


@pytest.mark.parametrize(
    ("verdict", "message"),
    [
        (Verdict.PASSED, Message("passed")),
        (Verdict.RAISED, Message("raised", {"type": "SyntaxError", "text": "'(' was never closed"})),
        (Verdict.RAISED, Message("missing_module", {"name": "torch"})),
        (Verdict.TIMEOUT, Message("timeout_cpu", {})),
    ],
)
def test_it_does_not_mislead_whose_code_never_came_to_that(verdict: Verdict, message: Message) -> None:
    assert hint_after(verdict, message) == ""
