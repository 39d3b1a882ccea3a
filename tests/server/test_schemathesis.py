"""The API answers as its OpenAPI document says, whatever is sent: requests that fit the document, and others.

Schemathesis makes the requests; a status, a content type or a body that the document does not know is a failure, and
so is any 5xx, and any answer to a request without a token that should need one.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from tests.server.makers import House
from tests.server.test_access import API

EXAMPLES, EXAMPLES_WITH_PASSWORDS = 8, 2
NOT_ASKED = (
    "unsupported_method",  # test_guards asks
    "positive_data_acceptance",  # whether a fitting request succeeds depends on what is there
    "negative_data_rejection",  # parameters of a query that nobody knows are ignored, as everywhere
    "use_after_free",
    "ensure_resource_availability",
)

schemathesis.checks.load_all_checks()
ASKED = [check for check in CHECKS.get_all() if check.__name__ not in NOT_ASKED]


@pytest.mark.parametrize("route", API)
def test_the_document_is_kept_to(house: House, route: str) -> None:
    method, _, path = route.partition(" ")
    submission_id = house.browser("ada").hand_in() if "{submission_id}" in path else ""
    if submission_id:
        house.grader(submission_id).grade()
    operation = schemathesis.openapi.from_url(f"{house.url}/api/v1/openapi.json")[path][method]
    headers = {"Authorization": house.api("ada").headers["Authorization"]}
    _ask(operation, GenerationMode.POSITIVE, headers, {"submission_id": submission_id} if submission_id else {})
    if operation.query or operation.body:
        _ask(operation, GenerationMode.NEGATIVE, headers, {})


def _ask(operation: Any, mode: GenerationMode, headers: dict[str, str], existing: dict[str, str]) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES_WITH_PASSWORDS if operation.path.endswith("/tokens") else EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        case.path_parameters.update(existing)
        case.call_and_validate(headers=headers, checks=ASKED)

    ask()
