"""The queue on pages and in the API: place and estimate, limits, cancelling, replacing, grading again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core import submissions
from core.models import Exercise, Role, SubmissionState
from core.queries import submission_page
from tests.server.makers import PLAN, Browser, House, make_zip


def limit(house: House, **changes: Any) -> None:
    with house.deps.database.write() as session:
        exercise = session.get_one(Exercise, house.exercise.id)
        for name, value in changes.items():
            setattr(exercise, name, value)


def state_of(house: House, submission_id: str) -> SubmissionState:
    page = submission_page(house.deps.database, submission_id)
    assert page is not None
    return page.submission.state


def show(browser: Browser, submission_id: str) -> str:
    return browser.get(f"/submissions/{submission_id}").text


def asked(page: str) -> str:
    """What the page says before one cancels."""
    return page.split('<details class="cancel">')[1].split("<button")[0]


def hold_an_exam(house: House, seconds: float) -> None:
    grader = house.grader(house.browser("eve").hand_in()).start().plan()
    house.clock.forward(seconds)
    grader.finish()


class TestPlace:
    def test_page_and_api_say_when_the_result_is_to_be_expected(self, house: House) -> None:
        hold_an_exam(house, 115)
        house.browser("bob").hand_in()
        ada = house.browser("ada", language="de")
        submission_id = ada.hand_in()
        page = show(ada, submission_id)
        assert "Platz 2 in der Warteschlange." in page
        assert "Ergebnis in etwa 4 Minuten." in page
        found = house.api("ada").get(f"/submissions/{submission_id}").json()
        assert (found["queue_position"], found["eta_s"]) == (2, 240)

    def test_so_do_the_events(self, house: House) -> None:
        hold_an_exam(house, 10)
        submission_id = house.browser("ada").hand_in()
        with house.api("ada").stream("GET", f"/submissions/{submission_id}/events") as events:
            lines = events.iter_lines()
            assert '"queue_position":1,"eta_s":10' in next(line for line in lines if line.startswith("data:"))


class TestLimits:
    def test_the_exercise_says_what_is_left_today_and_from_when_one_can_hand_in_again(self, house: House) -> None:
        limit(house, per_day=2, cool_down_minutes=10)
        house.clock.forward(20)
        ada = house.browser("ada")
        assert "2 of 2 left today" in ada.get("/exercises/ex1").text
        ada.hand_in()
        page = ada.get("/exercises/ex1").text
        assert "1 of 2 left today" in page
        assert "At least 10 minutes between two hand-ins" in page
        assert "1:11" in page.split("You can hand in again from")[1][:150]
        allowance = house.api("ada").get("/exercises").json()["items"][0]["allowance"]
        assert (allowance["left_today"], allowance["next_at"]) == (1, "2026-11-24T12:10:20Z")

    def test_a_refusal_stands_at_the_form_and_tells_programs_when_to_try_again(self, house: House) -> None:
        limit(house, per_day=1)
        ada = house.browser("ada", language="de")
        ada.hand_in()
        refused = ada.upload({"submission.zip": make_zip()})
        assert refused.status_code == 429
        assert "Die nächste ist möglich ab 2026-11-25 00:00 CET." in refused.text
        answer = house.api("ada").post("/exercises/ex1/submissions", files={"files": ("a.zip", make_zip())})
        assert (answer.status_code, answer.json()["code"]) == (429, "limit.per_day")
        assert answer.headers["Retry-After"] == str(11 * 3600)

    def test_nothing_is_said_of_limits_that_there_are_not(self, house: House) -> None:
        page = house.browser("ada").get("/exercises/ex1").text
        assert "left today" not in page
        assert "hand in again from" not in page


class TestCancel:
    @pytest.mark.parametrize("is_running", [False, True])
    def test_with_a_button_and_without_scripts(self, house: House, is_running: bool) -> None:
        ada = house.browser("ada")
        submission_id = ada.hand_in()
        if is_running:
            house.grader(submission_id).start().plan().record(0)
        page = show(ada, submission_id)
        assert "Cancel this hand-in" in page
        # one click opens it and says what is lost, the second one cancels
        assert "If it has shown a verdict by then, it counts as handed in" in asked(page)
        for _ in range(2):
            answer = ada.post(f"/submissions/{submission_id}/cancel")
            assert answer.headers["location"] == f"/submissions/{submission_id}"
        page = show(ada, submission_id)
        assert "This hand-in was cancelled." in page
        assert ("It counts as handed in" in page) is is_running
        assert "Cancel this hand-in" not in page
        assert ada.get(f"/submissions/{submission_id}/archive").status_code == 200

    @pytest.mark.parametrize("has_deadline", [True, False])
    def test_the_deadline_is_spoken_of_where_there_is_one(self, house: House, has_deadline: bool) -> None:
        limit(house, closes_at=house.clock() + dt.timedelta(hours=1) if has_deadline else None)
        ada = house.browser("ada")
        assert ("After the deadline nothing" in asked(show(ada, ada.hand_in()))) is has_deadline

    def test_nothing_waits_any_more_when_a_running_exam_was_cancelled(self, house: House) -> None:
        ada = house.browser("ada")
        submission_id = ada.hand_in()
        house.grader(submission_id).start().plan().record(0)
        ada.post(f"/submissions/{submission_id}/cancel")
        page = show(ada, submission_id)
        assert page.count("<span>Not run</span>") == len(PLAN) - 1
        assert "<span>Waiting</span>" not in page
        assert "nothing to mend" not in page

    def test_only_with_the_forms_own_secret(self, house: House) -> None:
        ada = house.browser("ada")
        submission_id = ada.hand_in()
        assert ada.http.post(f"/submissions/{submission_id}/cancel", data={"csrf": "x"}).status_code == 403
        assert state_of(house, submission_id) is SubmissionState.QUEUED

    def test_nobody_cancels_what_is_not_theirs(self, house: House) -> None:
        submission_id = house.browser("ada").hand_in()
        tutor = house.browser("tim", Role.TUTOR)
        assert "Cancel this hand-in" not in show(tutor, submission_id)
        for browser in (tutor, house.browser("bob")):
            assert browser.post(f"/submissions/{submission_id}/cancel").status_code == 404
        assert house.api("bob").post(f"/submissions/{submission_id}/cancel").status_code == 404
        assert state_of(house, submission_id) is SubmissionState.QUEUED

    def test_by_a_program(self, house: House) -> None:
        submission_id, program = house.browser("ada").hand_in(), house.api("ada")
        for _ in range(2):
            answer = program.post(f"/submissions/{submission_id}/cancel")
            assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
        with program.stream("GET", f"/submissions/{submission_id}/events") as events:
            assert "event: done" in list(events.iter_lines())

    def test_what_has_ended_is_a_conflict_for_programs_and_just_shown_to_people(self, house: House) -> None:
        ada = house.browser("ada")
        submission_id = ada.hand_in()
        house.grader(submission_id).grade()
        assert house.api("ada").post(f"/submissions/{submission_id}/cancel").status_code == 409
        assert ada.post(f"/submissions/{submission_id}/cancel").status_code == 303
        assert state_of(house, submission_id) is SubmissionState.DONE


def test_a_replaced_hand_in_says_so_and_leads_to_the_newer_one(house: House) -> None:
    limit(house, supersedes=True)
    ada = house.browser("ada")
    assert "A new hand-in replaces one of yours that still waits" in ada.get("/exercises/ex1").text
    first, second = ada.hand_in(), ada.hand_in()
    page = show(ada, first)
    assert "Replaced by your newer hand-in before it was examined." in page
    assert f'href="/submissions/{second}"' in page
    assert house.api("ada").get(f"/submissions/{first}").json()["superseded_by"] == 2


class TestRegrade:
    def test_the_result_stays_on_the_page_until_the_new_one_is_final(self, house: House) -> None:
        ada, tutor = house.browser("ada"), house.browser("tim", Role.TUTOR)
        submission_id = ada.hand_in()
        house.grader(submission_id).grade()
        assert f'action="/submissions/{submission_id}/regrade"' in show(tutor, submission_id)
        assert tutor.post(f"/submissions/{submission_id}/regrade").status_code == 303
        grader = house.grader(submission_id)
        for step, said in ((lambda: None, "It waits to be graded again"), (grader.start, "It is being graded again.")):
            step()
            page = show(ada, submission_id)
            assert said in page
            assert "3 of 5 counting cases passed." in page
            assert 'http-equiv="refresh"' not in page, "without scripts it would be loaded again for hours"
        grader.plan().finish()
        assert "graded again" not in show(ada, submission_id)

    def test_is_for_staff_alone(self, house: House) -> None:
        ada = house.browser("ada")
        submission_id = ada.hand_in()
        submissions.cancel(house.deps, submission_id, house.person("ada").id)
        assert ada.post(f"/submissions/{submission_id}/regrade").status_code == 403
        assert house.api("ada").post(f"/submissions/{submission_id}/regrade").status_code == 403
        answer = house.api("tim", Role.TUTOR).post(f"/submissions/{submission_id}/regrade")
        assert (answer.status_code, answer.json()["state"]) == (202, "queued")
