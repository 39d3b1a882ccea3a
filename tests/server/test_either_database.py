"""One story through every page and the API, told on SQLite and on PostgreSQL."""

from __future__ import annotations

from core.models import Role
from tests.server.makers import PASSWORD, House


def test_from_the_login_to_the_result(house_on_either: House) -> None:
    house = house_on_either
    house.person("ada")
    ada = house.visitor()
    assert ada.log_in("ada").status_code == 303
    submission_id = ada.hand_in()
    program = house.api("ada")
    with program.stream("GET", f"/submissions/{submission_id}/events") as events:
        lines = events.iter_lines()
        assert next(lines) == "event: state"
        house.grader(submission_id).grade()
        assert "event: done" in list(lines)
    assert "3 of 5 counting cases passed." in ada.get(f"/submissions/{submission_id}").text
    assert program.get(f"/submissions/{submission_id}/result").json()["points"] == 0
    tim = house.browser("tim", Role.TUTOR)
    assert submission_id in tim.get("/submissions?student=ada&state=done&exercise=ex1").text
    ada.post("/language", {"language": "de"})
    ada.post("/account/password", {"old": PASSWORD, "new": "another good password"})
    assert program.get("/me").status_code == 401
    assert ada.post("/logout").headers["location"] == "/login"


def test_a_text_that_no_column_holds_is_the_senders_fault(house_on_either: House) -> None:
    tim = house_on_either.browser("tim", Role.TUTOR)
    for path in ("/submissions?student=%00", "/submissions/%00", "/exercises/%00", "/submissions?before=%00"):
        assert tim.get(path).status_code in {200, 400, 404}, path
    assert tim.post("/account/tokens/99999999999999999999/revoke").status_code == 422
    wrong = {"login": "\0", "password": "\0"}
    assert house_on_either.visitor().http.post("/api/v1/tokens", json=wrong).status_code in {400, 401}
