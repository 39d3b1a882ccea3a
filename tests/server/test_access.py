"""Who may do what: every route, every role. A route that is not in these tables fails the test."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from core.models import Role
from server.app import create_app
from tests.server.makers import House

ROLES = ("anonymous", "another", "owner", "tutor", "admin")

# Status of each page for ROLES. 303 leads an anonymous reader to the login, everybody else to the next page.
PAGES = {
    "GET /": (303, 200, 200, 200, 200),
    "GET /login": (200, 303, 303, 303, 303),
    "POST /login": (401, 401, 401, 401, 401),
    "POST /logout": (303, 303, 303, 303, 303),
    "POST /language": (303, 303, 303, 303, 303),
    "GET /account": (303, 200, 200, 200, 200),
    "POST /account/password": (401, 400, 400, 400, 400),
    "POST /account/tokens/{token_id}/revoke": (401, 303, 303, 303, 303),
    "GET /exercises/{slug}": (303, 200, 200, 200, 200),
    "GET /exercises/{slug}/practice.zip": (303, 200, 200, 200, 200),
    "POST /exercises/{slug}/submissions": (401, 422, 422, 422, 422),
    "GET /submissions": (303, 403, 403, 200, 200),
    "GET /submissions/{submission_id}": (303, 404, 200, 200, 200),
    "GET /submissions/{submission_id}/live": (303, 404, 200, 200, 200),
    "GET /submissions/{submission_id}/archive": (303, 404, 200, 200, 200),
    "POST /submissions/{submission_id}/retry": (401, 403, 403, 303, 303),
    "POST /submissions/{submission_id}/cancel": (401, 404, 303, 404, 404),
    "POST /submissions/{submission_id}/regrade": (401, 403, 403, 303, 303),
    "GET /staff/audit": (303, 403, 403, 403, 200),
    "GET /staff/audit.csv": (303, 403, 403, 403, 200),
    "GET /submissions.csv": (303, 403, 403, 200, 200),
    "GET /metrics": (303, 403, 403, 403, 200),
}
API = {
    "POST /api/v1/tokens": (401, 401, 401, 401, 401),
    "DELETE /api/v1/tokens/current": (401, 204, 204, 204, 204),
    "GET /api/v1/me": (401, 200, 200, 200, 200),
    "GET /api/v1/exercises": (401, 200, 200, 200, 200),
    "GET /api/v1/exercises/{slug}/practice.zip": (401, 200, 200, 200, 200),
    "POST /api/v1/exercises/{slug}/submissions": (401, 422, 422, 422, 422),
    "GET /api/v1/submissions": (401, 200, 200, 200, 200),
    "GET /api/v1/submissions/{submission_id}": (401, 404, 200, 200, 200),
    "GET /api/v1/submissions/{submission_id}/result": (401, 404, 200, 200, 200),
    "GET /api/v1/submissions/{submission_id}/events": (401, 404, 200, 200, 200),
    "POST /api/v1/submissions/{submission_id}/cancel": (401, 404, 409, 404, 404),
    "POST /api/v1/submissions/{submission_id}/regrade": (401, 403, 403, 202, 202),
}
PUBLIC = {"GET /healthz", "GET /readyz", "GET /api/v1/openapi.json", "GET /static"}


def test_every_route_is_in_a_table(house: House) -> None:
    assert _routes(create_app(house.deps.settings, house.deps)) == set(PAGES) | set(API) | PUBLIC


def _routes(app: FastAPI) -> set[str]:
    return {
        f"{method} {route.path}"
        for route in iter_route_contexts(app.routes)
        for method in (getattr(route, "methods", None) or {"GET"}) - {"HEAD"}
    }


@pytest.fixture
def graded(house: House) -> str:
    """A graded submission of the owner's."""
    submission_id = house.browser("owner").hand_in()
    house.grader(submission_id).grade()
    return submission_id


def _role(name: str) -> Role:
    return Role(name) if name in set(Role) else Role.STUDENT


def _address(route: str, submission_id: str) -> str:
    return route.partition(" ")[2].format(slug="ex1", submission_id=submission_id, token_id=9)


@pytest.mark.parametrize("role", ROLES)
def test_pages(house: House, graded: str, role: str) -> None:
    found = {route: _visit(house, role, route, graded).status_code for route in PAGES}
    assert found == {route: statuses[ROLES.index(role)] for route, statuses in PAGES.items()}


def _visit(house: House, role: str, route: str, submission_id: str) -> httpx.Response:
    browser = house.visitor() if role == "anonymous" else house.browser(role, _role(role))
    address = _address(route, submission_id)
    if route.startswith("GET"):
        return browser.get(address)
    return browser.post(address, {"language": "en"}, of="/login" if role == "anonymous" else "/account")


def test_whoever_is_not_logged_in_is_led_to_the_login_and_back(house: House) -> None:
    answer = house.visitor().get("/submissions?state=stuck")
    assert answer.headers["location"] == "/login?next=%2Fsubmissions%3Fstate%3Dstuck"


@pytest.mark.parametrize("role", ROLES)
def test_api(house: House, graded: str, role: str) -> None:
    found = {route: _call(house, role, route, graded).status_code for route in API}
    assert found == {route: statuses[ROLES.index(role)] for route, statuses in API.items()}


def _call(house: House, role: str, route: str, submission_id: str) -> httpx.Response:
    client = house.visitor().http if role == "anonymous" else house.api(role, _role(role))
    body = {"login": "nobody", "password": "nothing"} if route.endswith("/tokens") else None
    return client.request(route.partition(" ")[0], house.url + _address(route, submission_id), json=body)


@pytest.mark.parametrize("role", ["anonymous", "owner", "admin"])
def test_no_form_works_without_the_secret_of_its_page(house: House, graded: str, role: str) -> None:
    foreign = house.browser("another").csrf()
    for route in (route for route in PAGES if route.startswith("POST")):
        browser = house.visitor() if role == "anonymous" else house.browser(role, _role(role))
        browser.get("/login")
        for forged in ({}, {"csrf": ""}, {"csrf": foreign}):
            answer = browser.http.post(_address(route, graded), data={"language": "en", **forged})
            # who may not do it at all may be told that first
            assert answer.status_code == 403 or (answer.status_code == 401 and role == "anonymous"), route


def test_a_foreign_submission_looks_like_none(house: House, graded: str) -> None:
    another = house.api("another")
    foreign, none = another.get(f"/submissions/{graded}"), another.get("/submissions/no-such-id")
    assert foreign.status_code == none.status_code == 404
    assert foreign.json() | {"instance": ""} == none.json() | {"instance": ""}


def test_lists_show_students_only_their_own(house: House, graded: str) -> None:
    assert house.api("another").get("/submissions").json()["items"] == []
    assert house.api("another").get("/submissions?student=owner").json()["items"] == []
    assert [one["id"] for one in house.api("owner").get("/submissions").json()["items"]] == [graded]
    assert [one["id"] for one in house.api("tutor", Role.TUTOR).get("/submissions").json()["items"]] == [graded]


def test_nobody_revokes_anothers_token(house: House) -> None:
    owner = house.api("owner")
    answer = house.browser("another").post("/account/tokens/1/revoke")
    assert answer.status_code == 303
    assert owner.get("/me").status_code == 200


def test_cookies_do_not_open_the_api_and_tokens_not_the_pages(house: House) -> None:
    assert house.browser("ada").get("/api/v1/me").status_code == 401
    token = house.api("ada").headers["Authorization"]
    answer = house.visitor().http.get("/", headers={"Authorization": token})
    assert answer.status_code == 303
