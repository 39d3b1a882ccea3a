"""What the pages say: the list of exercises, one exercise, one submission in every state, the staff's table."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from core.errors import OurError, SuiteBroken
from core.models import Role
from core.suites import SUITE_BROKEN
from exam.report import Message, Verdict
from server.errors import BROKEN
from server.looks import VERDICTS
from server.pages.exercises import _provided_names
from tests.server.makers import PLAN, RESULTS, Browser, House, failed, make_zip, passed

ALL_PASSED = tuple(passed(spec) for spec in PLAN)


def _text(page: str) -> str:
    """What a reader sees, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition(">")[2]).split())


def _hand_in_and_grade(house: House, ada: Browser, *, full: bool = False) -> str:
    submission_id = ada.hand_in()
    house.grader(submission_id, ALL_PASSED if full else RESULTS).grade()
    return submission_id


class TestHome:
    def test_without_any_hand_in(self, house: House) -> None:
        text = _text(house.browser("ada").get("/").text)
        assert "Deep learning Exercise 1: Neural networks Nothing handed in yet." in text

    def test_shows_the_best_and_the_latest(self, house: House) -> None:
        ada = house.browser("ada")
        _hand_in_and_grade(house, ada, full=True)
        _hand_in_and_grade(house, ada)
        text = _text(ada.get("/").text)
        assert "Best 3.5 / of 3.5 Latest 0 / of 3.5 Hand-ins 2" in text
        assert "“Best” is your hand-in with the most points" in text

    def test_shows_the_state_of_what_is_not_graded(self, house: House) -> None:
        ada = house.browser("ada")
        ada.hand_in()
        assert "Best – Latest In the queue Hand-ins 1" in _text(ada.get("/").text)

    def test_is_ones_own(self, house: House) -> None:
        _hand_in_and_grade(house, house.browser("bob"))
        assert "Nothing handed in yet." in _text(house.browser("ada").get("/").text)


class TestExercise:
    def test_says_what_to_hand_in_and_what_it_is_worth(self, house: House) -> None:
        text = _text(house.browser("ada").get("/exercises/ex1").text)
        assert "NeuralNetwork.py Layers/ FullyConnected.py ReLU.py Optimization/ Extra.py (optional)" in text
        assert "Provided by us: Helpers.py." in text
        assert "Fully connected layer 2 ReLU 1.5 Together 3.5" in text

    def test_lists_ones_own_hand_ins_and_marks_the_best(self, house: House) -> None:
        ada = house.browser("ada")
        _hand_in_and_grade(house, ada, full=True)
        _hand_in_and_grade(house, ada)
        _hand_in_and_grade(house, house.browser("bob"))
        text = _text(ada.get("/exercises/ex1").text).partition("Your hand-ins")[2]
        assert re.findall(r"Hand-in \d", text) == ["Hand-in 2", "Hand-in 1"]
        assert text.count("Graded best") == 1
        assert "Graded best 3.5 / of 3.5" in text
        assert "Which one counts towards the grade is for your course to say." in text

    def test_a_broken_suite_is_not_the_students_fault(self, house: House) -> None:
        (house.suite.folder / "suite.toml").write_text("broken")
        answer = house.browser("ada").get("/exercises/ex1")
        assert answer.status_code == 500
        assert "is not a valid suite" in answer.text


class TestSubmission:
    def test_in_the_queue(self, house: House) -> None:
        ada = house.browser("ada")
        first, second = ada.hand_in(), ada.hand_in()
        assert "Your hand-in is next." in ada.get(f"/submissions/{first}").text
        page = ada.get(f"/submissions/{second}").text
        assert "Number 2 in the queue." in page
        assert "It is safely stored." in page
        assert '<noscript><meta http-equiv="refresh" content="25">' in page

    def test_while_the_exam_is_prepared(self, house: House) -> None:
        ada = house.browser("ada")
        submission_id = ada.hand_in()
        house.grader(submission_id).start()
        page = ada.get(f"/submissions/{submission_id}").text
        assert "The exam is being prepared." in page
        assert '<noscript><meta http-equiv="refresh" content="3">' in page

    def test_while_it_runs_every_planned_case_has_its_state(self, house: House) -> None:
        ada = house.browser("ada")
        submission_id = ada.hand_in()
        house.grader(submission_id).start().plan().record(0, 1)
        text = _text(ada.get(f"/submissions/{submission_id}").text)
        assert "2 of 6 cases finished" in text
        assert re.findall(r"Passed|Wrong|Running|Waiting", text) == ["Passed", "Wrong", "Running"] + 3 * ["Waiting"]
        assert "1 of 3 passed" in text

    def test_graded_it_shows_groups_with_their_points(self, house: House) -> None:
        ada = house.browser("ada")
        page = ada.get(f"/submissions/{_hand_in_and_grade(house, ada)}").text
        text = _text(page)
        assert "Graded 0 / of 3.5 points 3 of 5 counting cases passed. 1 remark beyond the points." in text
        assert "Fully connected layer 2 of 3 passed; all are needed 0 / of 2 points" in text
        assert 'http-equiv="refresh"' not in page
        assert "hx-sse" not in page

    def test_feedback_says_what_hints_and_shows_traceback_and_prints(self, house: House) -> None:
        ada = house.browser("ada")
        page = ada.get(f"/submissions/{_hand_in_and_grade(house, ada)}").text
        text = _text(page)
        assert "First difference at [0, 0]: expected 2.31, got 1.31." in text
        assert "The bias is the last row of <code>weights</code>" in page
        assert "line 12, in backward" in text
        assert "shape: (9, 3)" in text
        assert "0.25 s" in text

    def test_advisory_cases_stand_apart_and_explain_themselves(self, house: House) -> None:
        ada = house.browser("ada")
        text = _text(ada.get(f"/submissions/{_hand_in_and_grade(house, ada)}").text)
        counting, _, advisory = text.partition("Beyond the points")
        assert "The input is left as it was" not in counting
        assert "These cases cost no points." in advisory
        assert "Passes the course's tests, yet later layers" in advisory.replace("&#39;", "'")

    def test_advisory_cases_that_found_nothing_are_folded_away_at_the_end(self, house: House) -> None:
        ada = house.browser("ada")
        submission_id = ada.hand_in()
        grader = house.grader(submission_id, ALL_PASSED).start().plan().record(5)
        assert "found nothing to mend" not in ada.get(f"/submissions/{submission_id}").text
        grader.finish()
        assert "1 case found nothing to mend" in ada.get(f"/submissions/{submission_id}").text

    def test_what_a_student_wrote_is_text_and_never_html(self, house: House) -> None:
        evil = "<img src=x onerror=alert(1)>\" hx-get='/' `<b>`"
        results = (failed(PLAN[0], evil, traceback=evil, prints=evil), *ALL_PASSED[1:])
        ada = house.browser("ada")
        submission_id = ada.hand_in({"<img src=x>.zip": make_zip()})
        house.grader(submission_id, results).grade()
        page = ada.get(f"/submissions/{submission_id}").text
        assert "<img" not in page
        assert "<b>" not in page
        assert page.count("&lt;img src=x onerror=alert(1)&gt;") == 3

    @pytest.mark.parametrize("verdict", list(Verdict))
    def test_every_verdict_has_its_word(self, house: House, verdict: Verdict) -> None:
        ada = house.browser("ada")
        submission_id = ada.hand_in()
        one = replace(RESULTS[0], verdict=verdict, message=Message.plain("why"))
        house.grader(submission_id, (one, *RESULTS[1:])).start().plan().record(0)
        case = ada.get(f"/submissions/{submission_id}").text.partition('id="case-0"')[2].partition("</li>")[0]
        assert f"<span>{VERDICTS[verdict].word}</span>" in case

    def test_after_our_fault_it_says_that_it_will_begin_anew(self, house: House) -> None:
        ada = house.browser("ada")
        submission_id = ada.hand_in()
        house.grader(submission_id).start().fail(OurError(BROKEN))
        page = ada.get(f"/submissions/{submission_id}").text
        assert "This costs you nothing." in page
        assert "It is safely stored." not in page

    def test_without_its_suite_it_can_still_be_read(self, house: House) -> None:
        ada = house.browser("ada")
        submission_id = _hand_in_and_grade(house, ada)
        (house.suite.folder / "suite.toml").unlink()
        text = _text(ada.get(f"/submissions/{submission_id}").text)
        assert "FullyConnected 2 of 3 passed 0 / of 2 points" in text


@pytest.fixture
def stuck(house: House) -> str:
    """A submission of Ada's that could not be graded."""
    submission_id = house.browser("ada").hand_in()
    for _ in range(house.deps.settings.max_attempts):
        house.grader(submission_id).start().fail(SuiteBroken(SUITE_BROKEN, path="ex1", reason="a typo"))
        house.clock.forward(1000)
    return submission_id


class TestStuck:
    def test_says_whose_fault_it_is_and_hides_the_internals(self, house: House, stuck: str) -> None:
        page = house.browser("ada").get(f"/submissions/{stuck}").text
        assert "Stuck, our fault" in page
        assert "It does not count against you." in page
        assert "a typo" not in page
        assert "test-worker" not in page

    def test_staff_see_the_attempts_and_their_errors(self, house: House, stuck: str) -> None:
        page = house.browser("tim", Role.TUTOR).get(f"/submissions/{stuck}").text
        assert page.count("ex1 is not a valid suite: a typo.") == 3
        assert "test-worker" in page

    def test_staff_can_have_it_graded_again(self, house: House, stuck: str) -> None:
        tim = house.browser("tim", Role.TUTOR)
        answer = tim.post(f"/submissions/{stuck}/retry", of=f"/submissions/{stuck}")
        assert answer.headers["location"] == f"/submissions/{stuck}"
        assert house.grader(stuck).grade().points == 0
        assert "Graded" in tim.get(f"/submissions/{stuck}").text


class TestStaffTable:
    @pytest.fixture
    def tim(self, house: House) -> Browser:
        return house.browser("tim", Role.TUTOR)

    def _ids(self, page: str) -> list[str]:
        return re.findall(r'<th scope="row"><a href="/submissions/([\w-]+)"', page)

    def test_lists_everybody_newest_first(self, house: House, tim: Browser) -> None:
        ids = [house.browser(login).hand_in() for login in ("ada", "bob")]
        page = tim.get("/submissions").text
        assert self._ids(page) == ids[::-1]
        assert "ada" in page
        assert "bob" in page

    def test_filters(self, house: House, tim: Browser) -> None:
        ada, bob = house.browser("ada").hand_in(), house.browser("bob").hand_in()
        house.grader(ada).grade()
        for query, ids in {
            "student=ada": [ada],
            "state=done": [ada],
            "state=queued": [bob],
            "state=nonsense": [bob, ada],
            "exercise=ex1": [bob, ada],
            "exercise=ex9": [],
            "student=eve": [],
            "exercise=ex1&student=bob&state=done": [],
        }.items():
            assert self._ids(tim.get(f"/submissions?{query}").text) == ids, query

    def test_keeps_the_filter_in_the_form(self, house: House, tim: Browser) -> None:
        page = tim.get("/submissions?student=ada&state=stuck").text
        assert 'name="student" value="ada"' in page
        assert '<option value="stuck" selected>' in page
        assert "No hand-ins match." in page

    def test_comes_in_pages(self, house: House, tim: Browser) -> None:
        ada = house.browser("ada")
        ids = [ada.hand_in() for _ in range(51)]
        first = tim.get("/submissions?student=ada").text
        assert self._ids(first) == ids[:0:-1]
        older = re.search(r'href="([^"]+)" rel="next"', first)
        assert older
        second = tim.get(older[1].replace("&amp;", "&")).text
        assert self._ids(second) == ids[:1]
        assert 'href="/submissions?student=ada">Newest' in second
        assert 'rel="next"' not in second


def test_tokens_are_listed_and_revoked(house: House) -> None:
    program = house.api("ada")
    ada = house.browser("ada")
    address = re.search(r'action="(/account/tokens/\d+/revoke)"', ada.get("/account").text)
    assert address
    ada.post(address[1])
    assert program.get("/me").status_code == 401
    assert "You have none." in ada.get("/account").text


@pytest.mark.parametrize(
    ("provided", "names"),
    [
        (["Layers/__init__.py", "Layers/Helpers.py", "Layers/digits.npz"], ["Helpers.py", "digits.npz"]),
        (["exercise_data/0.npy", "exercise_data/1.npy", "Labels.json"], ["Labels.json", "exercise_data/"]),
    ],
)
def test_what_is_provided_is_named_so_that_one_finds_it(provided: list[str], names: list[str]) -> None:
    assert _provided_names(provided) == names
