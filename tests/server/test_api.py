"""The REST API: tokens, handing in, reading, following, and errors as problem+json."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import httpx
import pytest
from pydantic import BaseModel
from structlog.testing import capture_logs

from core.errors import OurError
from core.models import Role
from core.results import case_json, result_json
from core.scoring import score
from exam.report import Report
from server.api import schemas
from server.app import create_app
from server.errors import BROKEN
from tests.server.makers import PASSWORD, RESULTS, SETTING, House, make_zip

MODELS = [one for one in vars(schemas).values() if isinstance(one, type) and one.__module__ == schemas.__name__]


def _hand_in(client: httpx.Client, content: bytes | None = None, **headers: str) -> httpx.Response:
    files = {"files": ("submission.zip", make_zip() if content is None else content)}
    return client.post("/exercises/ex1/submissions", files=files, headers=headers)


def _problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == code
    assert {"type", "title", "detail", "hint", "instance"} <= problem.keys()
    return problem


class TestTokens:
    def test_login_and_password_buy_one(self, house: House) -> None:
        house.person("ada")
        anonymous = house.visitor().http
        answer = anonymous.post("/api/v1/tokens", json={"login": "ada", "password": PASSWORD, "name": "laptop"})
        assert answer.status_code == 201
        assert answer.headers["cache-control"] == "no-store"
        token = answer.json()
        me = anonymous.get("/api/v1/me", headers={"Authorization": f"Bearer {token['token']}"}).json()
        assert me == {
            "login": "ada",
            "name": "ada",
            "role": "student",
            "token": {"name": "laptop", "prefix": token["token"][:9], "expires_at": token["expires_at"]},
        }

    def test_guessing_is_slowed_down_across_both_doors(self, house: House) -> None:
        house.person("ada")
        browser = house.visitor()
        wrong = {"login": "ada", "password": "wrong"}
        for _ in range(7):
            _problem(browser.http.post("/api/v1/tokens", json=wrong), 401, "login.wrong")
        browser.log_in("ada", "wrong")
        refused = browser.http.post("/api/v1/tokens", json={**wrong, "password": PASSWORD})
        _problem(refused, 429, "login.too_often")
        assert int(refused.headers["retry-after"]) > 0

    def test_expired_ones_are_refused(self, house: House) -> None:
        house.person("ada")
        order = {"login": "ada", "password": PASSWORD, "days": 1e-9}
        token = house.visitor().http.post("/api/v1/tokens", json=order).json()["token"]
        answer = house.visitor().http.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        _problem(answer, 401, "token.invalid")
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("header", ["", "Bearer", "Basic YTpi", "Bearer ag_unknown", "ag_unknown"])
    def test_nothing_else_opens(self, house: House, header: str) -> None:
        answer = house.visitor().http.get("/api/v1/me", headers={"Authorization": header})
        _problem(answer, 401, "token.invalid")

    def test_can_be_revoked(self, house: House) -> None:
        client = house.api("ada")
        assert client.delete("/tokens/current").status_code == 204
        assert client.get("/me").status_code == 401

    def test_invalid_orders_are_refused_field_by_field(self, house: House) -> None:
        answer = house.visitor().http.post("/api/v1/tokens", json={"login": "ada", "password": "x", "days": -1})
        problem = _problem(answer, 422, "request.invalid")
        assert [one["pointer"] for one in problem["errors"]] == ["/body/days"]

    def test_secrets_never_reach_the_log(self, house: House) -> None:
        house.person("ada")
        with capture_logs() as logged:
            house.visitor().http.post("/api/v1/tokens", json={"login": "ada", "password": PASSWORD})
            client = house.api("ada")
            house.serve(replace(house.deps, blobs=None))  # type: ignore[arg-type]
            _hand_in(client)
        text = json.dumps(logged, default=str)
        assert PASSWORD not in text
        assert client.headers["Authorization"].removeprefix("Bearer ") not in text


class TestHandingIn:
    def test_is_accepted_with_the_way_to_the_result(self, house: House) -> None:
        client = house.api("ada")
        answer = _hand_in(client)
        assert answer.status_code == 202
        submission = answer.json()
        assert answer.headers["location"] == submission["links"]["self"]
        assert (submission["state"], submission["queue_position"]) == ("queued", 1)
        assert submission["missing"] == ["NeuralNetwork.py"]
        assert submission["notices"][0]["code"] == "intake.missing"
        house.grader(submission["id"]).grade()
        for name, link in submission["links"].items():
            reader = house.browser("ada").http if name == "page" else house.visitor().http
            assert reader.get(link, headers=client.headers).status_code == 200

    def test_refusals_are_problems_in_the_readers_language(self, house: House) -> None:
        problem = _problem(_hand_in(house.api("ada", language="de"), b""), 422, "upload.empty_file")
        assert problem["detail"] == "submission.zip ist leer (0 Byte)."

    def test_without_files(self, house: House) -> None:
        _problem(house.api("ada").post("/exercises/ex1/submissions"), 422, "upload.empty")

    def test_files_under_another_name_are_told_theirs(self, house: House) -> None:
        sent = {"file": ("submission.zip", make_zip())}
        answer = house.api("ada").post("/exercises/ex1/submissions", files=sent)
        problem = _problem(answer, 422, "upload.field_misnamed")
        assert "“file”" in problem["detail"]
        assert "“files”" in problem["hint"]

    def test_too_large(self, house: House) -> None:
        _problem(_hand_in(house.api("ada"), b"x" * 2_000_000), 413, "upload.too_large")

    def test_unknown_exercise(self, house: House) -> None:
        _problem(house.api("ada").post("/exercises/ex9/submissions"), 404, "exercise.unknown")

    def test_the_same_key_and_files_are_one_submission(self, house: House) -> None:
        client = house.api("ada")
        answers = [_hand_in(client, **{"Idempotency-Key": "one"}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[0].json() == answers[1].json()
        assert len(client.get("/submissions").json()["items"]) == 1

    def test_the_same_key_with_other_files_is_refused(self, house: House) -> None:
        client = house.api("ada")
        _hand_in(client, **{"Idempotency-Key": "one"})
        other = _hand_in(client, make_zip({"ReLU.py": b"x = 2\n"}), **{"Idempotency-Key": "one"})
        _problem(other, 422, "idempotency.key_reused")

    def test_keys_are_each_users_own(self, house: House) -> None:
        ids = {_hand_in(house.api(login), **{"Idempotency-Key": "one"}).json()["id"] for login in ("ada", "bob")}
        assert len(ids) == 2

    def test_too_long_keys_are_refused(self, house: House) -> None:
        _problem(_hand_in(house.api("ada"), **{"Idempotency-Key": "k" * 256}), 422, "request.invalid")


class TestReading:
    def test_a_result_has_the_shape_of_the_command_line(self, house: House) -> None:
        client = house.api("ada")
        submission_id = _hand_in(client).json()["id"]
        house.grader(submission_id).grade()
        result = client.get(f"/submissions/{submission_id}/result").json()
        expected = result_json(
            exercise="ex1",
            suite_version=SETTING.suite_version,
            score=score(house.suite, Report("ex1", "2026.1", 1, RESULTS)),
            titles={group.id: group.title for group in house.suite.groups},
            cases=RESULTS,
            warnings=["Not handed in: NeuralNetwork.py. Tests that need these files cannot pass."],
            sandbox_kind=SETTING.sandbox_kind,
            image=SETTING.image,
        )
        cases = expected.pop("cases")
        assert expected.items() <= result.items()
        assert [case.items() <= found.items() for case, found in zip(cases, result["cases"], strict=True)] == [True] * 6
        assert (result["submission_id"], result["state"]) == (submission_id, "done")

    def test_a_result_tells_what_is_known_so_far(self, house: House) -> None:
        client = house.api("ada")
        submission_id = _hand_in(client).json()["id"]
        house.grader(submission_id).start().plan().record(0)
        result = client.get(f"/submissions/{submission_id}/result").json()
        assert (result["state"], result["points"], result["groups"]) == ("running", None, [])
        assert [case["verdict"] for case in result["cases"]] == ["passed"] + [None] * 5

    def test_texts_come_in_the_language_asked_for(self, house: House) -> None:
        client = house.api("ada", language="de")
        submission_id = _hand_in(client).json()["id"]
        house.grader(submission_id).grade()
        result = client.get(f"/submissions/{submission_id}/result").json()
        assert result["groups"][0]["title"] == "Vollvernetzte Schicht"
        assert result["cases"][0]["title"] == "Die Ausgabe hat eine Zeile je Beispiel"
        assert result["warnings"][0].startswith("Nicht abgegeben")
        assert client.get("/exercises").json()["items"][0]["title"] == "Übung 1: Neuronale Netze"

    def test_exercises_say_what_to_hand_in(self, house: House) -> None:
        (exercise,) = house.api("ada").get("/exercises").json()["items"]
        assert exercise["max_points"] == 3.5
        assert exercise["files"]["required"] == ["Layers/FullyConnected.py", "Layers/ReLU.py", "NeuralNetwork.py"]

    def test_lists_come_in_pages_that_link_to_the_next(self, house: House) -> None:
        client = house.api("ada")
        ids = [_hand_in(client).json()["id"] for _ in range(3)]
        first = client.get("/submissions", params={"limit": 2, "exercise": "ex1"})
        assert [one["id"] for one in first.json()["items"]] == [ids[2], ids[1]]
        link = first.headers["link"]
        assert link.endswith('>; rel="next"')
        second = house.visitor().http.get(link[1:].partition(">")[0], headers=client.headers)
        assert [one["id"] for one in second.json()["items"]] == [ids[0]]
        assert second.json()["next_cursor"] is None
        assert "link" not in second.headers

    def test_staff_filter_by_student_and_state(self, house: House) -> None:
        ada = _hand_in(house.api("ada")).json()["id"]
        _hand_in(house.api("bob"))
        staff = house.api("tim", Role.TUTOR)
        assert [one["id"] for one in staff.get("/submissions?student=ada&state=queued").json()["items"]] == [ada]
        _problem(staff.get("/submissions?state=nonsense"), 422, "request.invalid")


Events = list[tuple[str, dict[str, Any], str]]


def _events(answer: httpx.Response, most: int = 1000) -> Events:
    """The first events of a stream: name, data, id."""
    found: Events = []
    event: dict[str, str] = {}
    for line in answer.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif "event" in event:
            found.append((event["event"], json.loads(event["data"]), event["id"]))
            event = {}
            if len(found) == most:
                break
    return found


class TestEvents:
    @pytest.fixture
    def client(self, house: House) -> httpx.Client:
        return house.api("ada")

    def _follow(self, client: httpx.Client, submission_id: str, most: int = 1000, last: str = "") -> Events:
        headers = {"Last-Event-ID": last} if last else {}
        with client.stream("GET", f"/submissions/{submission_id}/events", headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            return _events(answer, most)

    def test_tell_each_case_when_it_ends_and_then_the_end(self, house: House, client: httpx.Client) -> None:
        grader = house.grader(_hand_in(client).json()["id"])
        with client.stream("GET", f"/submissions/{grader.submission_id}/events") as answer:
            lines = answer.iter_lines()
            told = []
            steps = [grader.start, grader.plan, *[lambda n=n: grader.record(n) for n in range(6)], grader.finish]
            for line in lines:
                if line.startswith("event: "):
                    told.append(line.removeprefix("event: "))
                    if steps:
                        steps.pop(0)()
        assert told == ["state"] * 3 + ["case"] * 6 + ["state", "done"]

    def test_tell_the_past_first_in_order(self, house: House, client: httpx.Client) -> None:
        submission_id = _hand_in(client).json()["id"]
        house.grader(submission_id).grade()
        events = self._follow(client, submission_id)
        assert [name for name, _, _ in events] == ["state"] + ["case"] * 6 + ["done"]
        assert [data["id"] for name, data, _ in events if name == "case"] == [one.spec.id for one in RESULTS]
        assert case_json(RESULTS[1]).items() <= events[2][1].items()
        assert events[-1][1]["points"] == 0

    def test_go_on_after_the_last_one_that_was_seen(self, house: House, client: httpx.Client) -> None:
        grader = house.grader(_hand_in(client).json()["id"]).start().plan().record(0, 1, 2)
        seen = self._follow(client, grader.submission_id, most=3)
        grader.record(3, 4, 5).finish()
        rest = self._follow(client, grader.submission_id, last=seen[-1][2])
        told = [data["id"] for name, data, _ in seen + rest if name == "case"]
        assert told == [one.spec.id for one in RESULTS]

    def test_cases_that_end_out_of_order_are_told_once(self, house: House, client: httpx.Client) -> None:
        grader = house.grader(_hand_in(client).json()["id"]).start().plan().record(3)
        seen = self._follow(client, grader.submission_id, most=2)
        grader.record(0, 1, 2, 4, 5).finish()
        rest = self._follow(client, grader.submission_id, last=seen[-1][2])
        told = [data["id"] for name, data, _ in seen + rest if name == "case"]
        assert told == [RESULTS[n].spec.id for n in (3, 0, 1, 2, 4, 5)]

    def test_a_new_attempt_is_announced_and_tells_its_cases_again(self, house: House, client: httpx.Client) -> None:
        grader = house.grader(_hand_in(client).json()["id"]).start().plan().record(0)
        seen = self._follow(client, grader.submission_id, most=2)
        grader.fail(OurError(BROKEN))
        house.clock.forward(60)
        grader.grade()
        rest = self._follow(client, grader.submission_id, last=seen[-1][2])
        assert [seen[0][1]["attempt"], rest[0][1]["attempt"]] == [1, 2]
        assert sum(name == "case" for name, _, _ in rest) == 6

    def test_a_nonsense_id_is_as_good_as_none(self, house: House, client: httpx.Client) -> None:
        submission_id = _hand_in(client).json()["id"]
        house.grader(submission_id).grade()
        assert len(self._follow(client, submission_id, last="x.y")) == 8

    def test_many_readers_of_one_submission_all_hear_the_end(self, house: House, client: httpx.Client) -> None:
        grader = house.grader(_hand_in(client).json()["id"])
        path = f"/submissions/{grader.submission_id}/events"
        with client.stream("GET", path) as one, client.stream("GET", path) as two:
            first = (one.iter_lines(), two.iter_lines())
            assert [next(lines) for lines in first] == ["event: state"] * 2
            grader.grade()
            assert ["event: done" in list(lines) for lines in first] == [True, True]


class TestOpenApi:
    @pytest.fixture
    def document(self, house: House) -> dict[str, Any]:
        answer: dict[str, Any] = house.visitor().http.get("/api/v1/openapi.json").json()
        return answer

    def test_describes_every_deed_with_its_errors(self, document: dict[str, Any]) -> None:
        assert all(path.startswith("/api/v1/") for path in document["paths"])
        for path, deeds in document["paths"].items():
            for method, deed in deeds.items():
                assert deed["tags"], (method, path)
                assert deed["description"], (method, path)
                assert any(status.startswith("4") for status in deed["responses"]), (method, path)
                for status, response in deed["responses"].items():
                    if status.startswith(("4", "5")):
                        assert list(response["content"]) == ["application/problem+json"], (method, path, status)

    def test_names_only_schemas_that_it_holds(self, document: dict[str, Any]) -> None:
        wanted = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
        assert wanted == set(document["components"]["schemas"])

    @pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
    def test_examples_are_as_described(self, model: type[BaseModel]) -> None:
        extra = model.model_config.get("json_schema_extra")
        for example in extra["examples"] if isinstance(extra, dict) else ():
            assert model.model_validate(example, extra="forbid")

    def test_no_page_loads_scripts_from_elsewhere(self, house: House) -> None:
        app = create_app(house.deps.settings, house.deps)
        assert (app.docs_url, app.redoc_url) == (None, None)
