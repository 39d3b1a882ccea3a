"""The audit log: every deed of staff's is in it, nobody can change it, and only admins read it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import delete

from cli import accounts, courses
from core.audit import Action, By, entries, note
from core.database import Database
from core.errors import GradingFailed, StudentError
from core.models import AuditEntry, Role
from server.auth.accounts import add_user
from tests.server.makers import PASSWORD, House

PROJECT = Path(__file__).resolve().parent.parent.parent
BY = By("tim", "192.0.2.7")


def deeds(database: Database) -> list[tuple[str, str, str]]:
    """Who, what, on what; oldest first."""
    return [(one.actor, one.action, one.subject) for one in reversed(entries(database).entries)]


def add(
    database: Database, by: By = BY, action: Action = Action.COURSE_SET, subject: str = "dl", **more: object
) -> None:
    with database.write() as session:
        note(session, by, action, subject, **more)  # type: ignore[arg-type]


class TestDeedsOfStaff:
    def test_reading_others_files_and_grading_again(self, house: House) -> None:
        submission_id = house.browser("ada").hand_in()
        for _ in range(house.deps.settings.max_attempts):
            house.grader(submission_id).start().fail(GradingFailed("grading.unexpected", error="none"))
            house.clock.forward(3600)
        tim = house.browser("tim", Role.TUTOR)
        tim.get(f"/submissions/{submission_id}/archive")
        tim.post(f"/submissions/{submission_id}/retry")
        assert deeds(house.deps.database) == [
            ("tim", "submission.download", submission_id),
            ("tim", "submission.retry", submission_id),
        ]

    def test_login_password_and_tokens(self, house: House) -> None:
        house.person("tim", Role.TUTOR)
        browser = house.visitor()
        browser.log_in("tim")
        house.visitor().http.post("/api/v1/tokens", json={"login": "tim", "password": PASSWORD, "name": "laptop"})
        browser.post("/account/tokens/1/revoke")
        browser.post("/account/password", {"old": PASSWORD, "new": "quite another secret"})
        assert [action for _, action, _ in deeds(house.deps.database)] == [
            "login",
            "token.create",
            "token.revoke",
            "user.password",
        ]

    def test_come_with_the_address(self, house: House) -> None:
        house.person("tim", Role.TUTOR)
        house.visitor().log_in("tim")
        assert entries(house.deps.database).entries[0].address == "127.0.0.1"

    def test_a_student_s_own_are_not_watched(self, house: House) -> None:
        submission_id = house.browser("ada").hand_in()
        house.visitor().log_in("ada")
        house.browser("ada").get(f"/submissions/{submission_id}/archive")
        house.browser("ada").post("/account/password", {"old": PASSWORD, "new": "quite another secret"})
        assert deeds(house.deps.database) == []

    def test_on_the_command_line(
        self, house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("SUDO_USER", "hanna")
        settings = house.deps.settings
        accounts.add(settings, "eve", "", Role.STUDENT, password_stdin=False)
        accounts.renew_password(settings, "eve", password_stdin=False)
        accounts.create_token_for(settings, "eve", "laptop", None)
        courses.add(settings, "dl", "Deep Learning II", [])
        courses.add(settings, "next", "", ["ex1"])
        assert deeds(house.deps.database) == [
            ("cli:hanna", "user.add", "eve"),
            ("cli:hanna", "user.password", "eve"),
            ("cli:hanna", "token.create", "eve"),
            ("cli:hanna", "course.set", "dl"),
            ("cli:hanna", "course.set", "next"),
        ]
        secrets = re.findall(r"password: (\S+)|(ag_\S+)", capsys.readouterr().out)
        assert len(secrets) == 3
        with house.deps.database.read() as session:
            rows = str(session.execute(sqlalchemy.text("SELECT * FROM audit_entry")).all())
        assert not [secret for pair in secrets for secret in pair if secret and secret in rows]


class TestEntries:
    def test_a_deed_that_fails_leaves_none(self, house: House) -> None:
        house.person("ada")
        with pytest.raises(StudentError):
            add_user(house.deps.database, "Ada", PASSWORD, by=BY)
        assert deeds(house.deps.database) == []

    def test_are_neither_changed_nor_removed(self, house: House) -> None:
        add(house.deps.database)
        entry = entries(house.deps.database).entries[0]
        with pytest.raises(TypeError), house.deps.database.write() as session:
            session.get_one(AuditEntry, entry.id).actor = "nobody"
        with pytest.raises(TypeError), house.deps.database.write() as session:
            session.delete(session.get_one(AuditEntry, entry.id))
        assert deeds(house.deps.database) == [("tim", "course.set", "dl")]

    def test_are_written_in_one_place(self) -> None:
        for package in ("cli", "core", "server", "worker"):
            for path in (PROJECT / package).rglob("*.py"):
                if path.name not in ("audit.py", "models.py"):
                    assert "AuditEntry" not in path.read_text("utf-8"), path


class TestThePage:
    def test_shows_what_changed_newest_first(self, house: House) -> None:
        add(house.deps.database, before={"title": "Old"}, after={"title": "New"})
        add(house.deps.database, action=Action.USER_ADDED, subject="eve", after={"role": "tutor"})
        text = house.browser("root", Role.ADMIN).get("/staff/audit").text
        assert "title: Old → New" in text
        assert text.index("role: tutor") < text.index("title: Old")
        assert "192.0.2.7" in text

    def test_is_turned_page_by_page(self, house: House) -> None:
        for number in range(120):
            add(house.deps.database, subject=f"course-{number:03}")
        root = house.browser("root", Role.ADMIN)
        address, seen = "/staff/audit?actor=tim", []
        while address:
            text = root.get(address).text
            seen += re.findall(r"course-\d{3}", text)
            following = re.search(r'href="([^"]+)" rel="next"', text)
            address = following[1].replace("&amp;", "&") if following else ""
        assert seen == [f"course-{number:03}" for number in reversed(range(120))]

    def test_can_be_narrowed_down(self, house: House) -> None:
        add(house.deps.database)
        add(house.deps.database, by=By("eva", "::1"), action=Action.LOGGED_IN, subject="eva")
        root = house.browser("root", Role.ADMIN)
        assert "192.0.2.7" not in root.get("/staff/audit?actor=eva").text
        assert "192.0.2.7" not in root.get("/staff/audit?action=login").text
        assert "No entries match." in root.get("/staff/audit?actor=nobody").text

    def test_what_is_in_it_stays_text(self, house: House) -> None:
        add(house.deps.database, by=By("<b>tim</b>", "x"), subject='"><script>alert(1)</script>', after={"<i>": "<u>"})
        text = house.browser("root", Role.ADMIN).get("/staff/audit").text
        for markup in ("<script>alert", "<b>tim", "<i>", "<u>"):
            assert markup not in text

    def test_speaks_german(self, house: House) -> None:
        add(house.deps.database, action=Action.USER_ADDED, subject="eve")
        text = house.browser("root", Role.ADMIN, language="de").get("/staff/audit").text
        assert "Konto angelegt" in text

    @pytest.mark.parametrize("query", ["before=0", "before=99999999999", "before=x"])
    def test_an_odd_page_is_refused(self, house: House, query: str) -> None:
        assert house.browser("root", Role.ADMIN).get(f"/staff/audit?{query}").status_code == 422


def test_the_log_outlives_the_account(house: House) -> None:
    add(house.deps.database, by=By(house.person("tim", Role.TUTOR).login, "x"))
    with house.deps.database.write() as session:
        session.execute(delete(type(house.person("tim"))).where(sqlalchemy.text("login = 'tim'")))
    assert deeds(house.deps.database) == [("tim", "course.set", "dl")]
