"""Tables that staff take along: complete, safe to open, noted, and reachable from the pages they repeat."""

from __future__ import annotations

import csv
import io
import re

import httpx
import pytest

from core.audit import Action, By, entries, note
from core.models import Role
from server.pages import exports
from server.tables import harmless
from tests.server.makers import House


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf"), "Excel would guess another encoding"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def tim(house: House) -> httpx.Client:
    """A tutor's browser."""
    return house.browser("tim", Role.TUTOR).http


class TestResults:
    def test_have_who_when_and_the_points_of_each_group(self, house: House, tim: httpx.Client) -> None:
        ada = house.browser("ada")
        submission_id = ada.hand_in()
        house.grader(submission_id).grade()
        house.clock.forward(60)
        waiting = ada.hand_in()
        first, second = rows(tim.get("/submissions.csv"))
        assert (first["submission"], first["state"], first["points"], first["ex1 ReLU"]) == (waiting, "queued", "", "")
        assert second["submission"] == submission_id
        assert (second["login"], second["name"], second["exercise"], second["number"]) == ("ada", "ada", "ex1", "1")
        assert (second["state"], second["latest_attempt"]) == ("done", "1")
        earned = [float(second[name]) for name in ("ex1 FullyConnected", "ex1 ReLU")]
        assert sum(earned) == float(second["points"])
        assert float(second["max_points"]) == 3.5
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*\+00:00", second["received"])

    def test_are_those_that_the_page_shows(self, house: House, tim: httpx.Client) -> None:
        house.grader(house.browser("ada").hand_in()).grade()
        house.browser("bob").hand_in()
        assert [row["login"] for row in rows(tim.get("/submissions.csv?student=bob"))] == ["bob"]
        assert [row["login"] for row in rows(tim.get("/submissions.csv?state=done"))] == ["ada"]
        assert rows(tim.get("/submissions.csv?exercise=none")) == []

    def test_keep_points_of_groups_that_are_no_more(self, house: House, tim: httpx.Client) -> None:
        house.grader(house.browser("ada").hand_in()).grade()
        suite = house.deps.settings.suites_dir / "ex1" / "suite.toml"
        suite.write_text(suite.read_text("utf-8").replace('id = "ReLU"', 'id = "Rectifier"'), "utf-8")
        (row,) = rows(tim.get("/submissions.csv"))
        assert row["ex1 Rectifier"] == ""
        assert re.fullmatch(r"ReLU=[\d.]+", row["other_groups"])

    def test_are_all_of_them(self, house: House, tim: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(exports, "PER_READ", 2)
        made = [house.browser("ada").hand_in() for _ in range(5)]
        assert [row["submission"] for row in rows(tim.get("/submissions.csv"))] == made[::-1]


class TestTheAuditLog:
    def test_is_what_the_page_shows(self, house: House) -> None:
        with house.deps.database.write() as session:
            note(session, By("eva", "::1"), Action.COURSE_SET, "dl", before={"title": "Größen"}, after={"title": "b"})
            note(session, By("tim", "::1"), Action.LOGGED_IN, "tim")
        (row,) = rows(house.browser("root", Role.ADMIN).http.get("/staff/audit.csv?actor=eva"))
        assert (row["actor"], row["address"], row["action"], row["subject"]) == ("eva", "::1", "course.set", "dl")
        assert (row["before"], row["after"]) == ('{"title": "Größen"}', '{"title": "b"}')

    def test_tells_who_took_what_along(self, house: House, tim: httpx.Client) -> None:
        tim.get("/submissions.csv?student=ada")
        house.browser("root", Role.ADMIN).http.get("/staff/audit.csv")
        told = [(one.actor, one.action, one.subject, one.after) for one in entries(house.deps.database).entries]
        assert told == [
            ("root", "export", "audit log", None),
            ("tim", "export", "hand-ins", {"student": "ada"}),
        ]


class TestCells:
    @pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
    def test_no_formula_is_one(self, sign: str) -> None:
        assert harmless(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"

    @pytest.mark.parametrize("cell", ["ada", "a=b", "", -1.5, 3])
    def test_others_stay_as_they_are(self, cell: str | float) -> None:
        assert harmless(cell) == cell

    def test_neither_does_a_name_break_out_of_its_cell(self, house: House, tim: httpx.Client) -> None:
        name = '=HYPERLINK("http://evil","a"),\r\n"+1'
        house.person("eve", display_name=name)
        house.browser("eve").hand_in()
        (row,) = rows(tim.get("/submissions.csv"))
        assert row["name"] == f"'{name}"


@pytest.mark.parametrize(("page", "query"), [("/submissions", "student=ada&state=done"), ("/staff/audit", "actor=ada")])
def test_the_page_has_a_link_with_its_filter(house: House, page: str, query: str) -> None:
    house.grader(house.browser("ada").hand_in()).grade()
    with house.deps.database.write() as session:
        note(session, By("ada", "::1"), Action.LOGGED_IN, "ada")
    for language, words in (("en", "As a table (CSV)"), ("de", "Als Tabelle (CSV)")):
        text = house.browser("root", Role.ADMIN, language).get(f"{page}?{query}").text
        link = re.search(r'<a href="([^"]+\.csv[^"]*)"', text)
        assert link
        assert words in text
        assert link[1].replace("&amp;", "&") == f"{page}.csv?{query}"
