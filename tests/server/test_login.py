"""Logging in and out: passwords, sessions, cookies, and the pause after too many wrong guesses."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import pytest
from sqlalchemy import select

from core.errors import TooOften
from core.models import ApiToken, LoginSession, User
from server.auth import passwords
from server.auth.passwords import LEAST, Places
from server.auth.throttle import Throttle
from server.pages.login import inside
from tests.server.makers import PASSWORD, Browser, House

NEW = "another good password"


@pytest.fixture
def ada(house: House) -> Browser:
    """Ada's browser, logged in through the form."""
    house.person("ada")
    browser = house.visitor()
    assert browser.log_in("ada").status_code == 303
    return browser


def _session(browser: Browser) -> str:
    return browser.http.cookies["abgabe_session"]


def test_login_leads_to_the_page_that_was_asked_for(house: House) -> None:
    house.person("ada")
    answer = house.visitor().log_in("ada", next="/exercises/ex1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/exercises/ex1")


@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\nx", "evil", ""]
)
def test_login_never_leads_to_another_site(address: str) -> None:
    assert inside(address) == "/"


def test_wrong_password_and_unknown_login_get_the_same_answer(house: House) -> None:
    house.person("ada")
    wrong, unknown = house.visitor().log_in("ada", "wrong"), house.visitor().log_in("eve", "wrong")
    assert wrong.status_code == unknown.status_code == 401
    assert "Login and password do not match." in wrong.text
    assert "Login and password do not match." in unknown.text
    assert "abgabe_session" not in wrong.cookies


def test_an_account_without_a_password_cannot_be_entered(house: House) -> None:
    house.person("sso", password_hash=None)
    assert house.visitor().log_in("sso", "").status_code == 401


def test_the_password_is_never_sent_back(house: House) -> None:
    assert "my secret" not in house.visitor().log_in("ada", "my secret").text


def test_a_session_known_before_the_login_is_worth_nothing_after_it(house: House, ada: Browser) -> None:
    planted = _session(ada)
    ada.post("/login", {"login": "ada", "password": PASSWORD})
    assert _session(ada) != planted
    thief = house.visitor()
    thief.http.cookies.set("abgabe_session", planted)
    assert thief.get("/account").status_code == 303


def test_a_made_up_session_is_not_adopted(house: House) -> None:
    house.person("ada")
    browser = house.visitor()
    browser.http.cookies.set("abgabe_session", "chosen-by-the-attacker")
    answer = browser.log_in("ada")
    assert "chosen-by-the-attacker" not in answer.headers["set-cookie"]
    assert house.visitor().get("/account").status_code == 303


def test_logout_ends_the_session_on_the_server(house: House, ada: Browser) -> None:
    old = _session(ada)
    ada.post("/logout")
    thief = house.visitor()
    thief.http.cookies.set("abgabe_session", old)
    assert thief.get("/account").status_code == 303


def test_a_session_ends_when_its_time_is_up(house: House, ada: Browser) -> None:
    house.clock.forward(house.deps.settings.session_hours * 3600 - 1)
    assert ada.get("/account").status_code == 200
    house.clock.forward(2)
    assert ada.get("/account").status_code == 303


def test_sessions_whose_time_is_up_are_swept_at_the_next_login(house: House, ada: Browser) -> None:
    house.clock.forward(house.deps.settings.session_hours * 3600 + 1)
    house.browser("bob")
    with house.deps.database.read() as session:
        assert [one.user_id for one in session.scalars(select(LoginSession))] == [house.people["bob"].id]


def test_the_database_alone_opens_no_session(house: House, ada: Browser) -> None:
    with house.deps.database.read() as session:
        stored = session.scalars(select(LoginSession.id)).one()
    assert stored != _session(ada)
    thief = house.visitor()
    thief.http.cookies.set("abgabe_session", stored)
    assert thief.get("/account").status_code == 303


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    house.person("ada")
    cookie = house.visitor().log_in("ada").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie  # http on this machine


def test_over_https_cookies_are_bound_to_the_host(house: House) -> None:
    settings = house.deps.settings.model_copy(update={"base_url": "https://abgabe.example.org"})
    house.serve(replace(house.deps, settings=settings))
    answer = house.visitor().get("/login")
    assert answer.headers["set-cookie"].startswith("__Host-abgabe_visit=")
    assert "secure" in answer.headers["set-cookie"].lower()
    assert "max-age" in answer.headers["strict-transport-security"]


def test_after_too_many_wrong_passwords_even_the_right_one_must_wait(house: House) -> None:
    house.person("ada")
    house.person("bob")
    browser = house.visitor()
    for _ in range(8):
        assert browser.log_in("ada", "wrong").status_code == 401
    refused = browser.log_in("ada")
    assert refused.status_code == 429
    assert "Too many wrong passwords." in refused.text
    assert 0 < int(refused.headers["retry-after"]) <= 600
    assert house.visitor().log_in("bob").status_code == 303


class TestThrottle:
    def test_lets_go_when_the_window_has_passed(self) -> None:
        now = [0.0]
        throttle = Throttle(failures=2, window_s=60, clock=lambda: now[0])
        throttle.attempt("ada", "::1")
        throttle.attempt("ada", "::1")
        with pytest.raises(TooOften) as refused:
            throttle.attempt("ada", "::1")
        assert refused.value.retry_after_s == 60
        now[0] = 60.0
        throttle.attempt("ada", "::1")

    def test_counts_each_address_and_account_for_itself(self) -> None:
        throttle = Throttle(failures=1)
        throttle.attempt("ada", "::1")
        throttle.attempt("ada", "::2")
        throttle.attempt("bob", "::1")

    def test_success_forgets_the_failures(self) -> None:
        throttle = Throttle(failures=1)
        throttle.attempt("ada", "::1")
        throttle.succeeded("ada", "::1")
        throttle.attempt("ada", "::1")

    def test_remembers_only_so_many(self) -> None:
        throttle = Throttle(failures=1, most=2)
        for login in ("ada", "bob", "eve"):
            throttle.attempt(login, "::1")
        throttle.attempt("ada", "::1")  # the oldest is forgotten
        with pytest.raises(TooOften):
            throttle.attempt("eve", "::1")


class TestChangingThePassword:
    def test_the_new_one_opens_and_the_old_one_does_not(self, house: House, ada: Browser) -> None:
        answer = ada.post("/account/password", {"old": PASSWORD, "new": NEW})
        assert answer.headers["location"] == "/account?changed=1"
        assert "Your password is changed." in ada.get("/account?changed=1").text
        assert house.visitor().log_in("ada").status_code == 401
        assert house.visitor().log_in("ada", NEW).status_code == 303

    def test_ends_every_other_session_and_token_of_the_account_only(self, house: House, ada: Browser) -> None:
        elsewhere, program, bob = house.browser("ada"), house.api("ada"), house.api("bob")
        ada.post("/account/password", {"old": PASSWORD, "new": NEW})
        assert ada.get("/account").status_code == 200
        assert elsewhere.get("/account").status_code == 303
        assert program.get("/me").status_code == 401
        assert bob.get("/me").status_code == 200

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ("wrong", NEW, "The current password is wrong."),
            (PASSWORD, "x" * (LEAST - 1), "The new password is too short."),
            (PASSWORD, "x" * 257, "The new password is too long."),
        ],
    )
    def test_is_refused_with_a_reason(self, house: House, ada: Browser, old: str, new: str, reason: str) -> None:
        answer = ada.post("/account/password", {"old": old, "new": new})
        assert answer.status_code == 400
        assert reason in answer.text
        assert house.visitor().log_in("ada").status_code == 303


def test_passwords_and_tokens_are_not_stored_as_they_are(house: House) -> None:
    house.person("ada")
    token = house.api("ada").headers["Authorization"].removeprefix("Bearer ")
    with house.deps.database.read() as session:
        user, stored = session.scalars(select(User)).one(), session.scalars(select(ApiToken)).one()
    assert (user.password_hash or "").startswith("$argon2id$")
    assert stored.hash != token
    assert token.startswith(stored.prefix)
    assert len(stored.prefix) < len(token) / 3


class TestPlaces:
    def test_a_flood_of_logins_is_turned_away_and_not_queued(self) -> None:
        with self._flood(passwords._places, *(f"192.0.2.{n}" for n in range(12))):
            with pytest.raises(TooOften) as refused:
                passwords.matches("any password", None)
            assert refused.value.retry_after_s > 0
        assert not passwords.matches("any password", None)

    @pytest.mark.parametrize("flood", ["192.0.2.{}", "2001:db8::{:x}"], ids=["one address", "one network"])
    def test_a_flood_from_one_place_leaves_room_for_others(self, flood: str) -> None:
        places = Places(most=12, own=2, spare=4)
        of_one = [flood.format(1 if "." in flood else n) for n in range(8)]
        with self._flood(places, *of_one):
            with pytest.raises(TooOften), places.one(flood.format(1)):
                pass
            of_two = self._flood(places, "198.51.100.7", "198.51.100.7")
            with of_two, pytest.raises(TooOften), places.one("198.51.100.7"):
                pass
            with places.one("2001:db8:0:1::1"), places.one("198.51.100.8"):
                pass

    def _flood(self, places: Places, *addresses: str) -> ExitStack:
        stack = ExitStack()
        for address in addresses:
            stack.enter_context(places.one(address))
        return stack

    def test_who_is_turned_away_is_not_locked_out_afterwards(self, house: House) -> None:
        house.person("ada")
        browser, program = house.visitor(), house.api("bob")
        order = {"login": "ada", "password": PASSWORD}
        with self._flood(passwords._places, *(f"192.0.2.{n}" for n in range(12))):
            for _ in range(5):
                assert "Too many people are logging in" in browser.log_in("ada").text
                assert program.post("/tokens", json=order).json()["code"] == "login.busy"
        assert browser.log_in("ada").status_code == 303
        assert program.post("/tokens", json=order).status_code == 201
