"""A person at a real browser hands in and watches the verdicts arrive; with and without scripts, big and small."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import OurError
from core.models import Role
from core.settings import PROJECT
from server.errors import BROKEN
from tests.server.browser import Abgabe, chromium
from tests.server.conftest import Stage
from tests.server.makers import FILES, PASSWORD, House, make_zip

ARTEFACTS = PROJECT / "artefacts" / "server"
BIAS = "Adding one to the bias adds one to every output"
LOOKS = [(1280, "light", "en"), (1280, "dark", "de"), (390, "light", "de"), (360, "dark", "en")]

Opener = Callable[..., Abgabe]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # what the browser fetches is on this machine; a proxy has no part in it
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            environment.delenv(name)
        with chromium() as browser:
            yield browser


@pytest.fixture
def tab(browser: Browser, house: House) -> Iterator[Opener]:
    """Opens tabs; at the end none of them may have had anything to complain of."""
    opened: list[Abgabe] = []

    def open_tab(width: int = 1280, scheme: Any = "light", language: str = "en", **more: Any) -> Abgabe:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language, **more
        )
        context.set_default_timeout(10_000)
        opened.append(Abgabe(context.new_page(), house.url))
        return opened[-1]

    yield open_tab
    for one in opened:
        one.page.context.close()
    assert [error for one in opened for error in one.errors] == []


@pytest.fixture
def zip_path(tmp_path: Path) -> Path:
    path = tmp_path / "submission.zip"
    path.write_bytes(make_zip())
    return path


def test_verdicts_arrive_one_by_one_while_the_page_stays(house: House, tab: Opener, zip_path: Path) -> None:
    house.person("ada")
    ada = tab()
    ada.log_in("ada", PASSWORD)
    ada.hand_in(zip_path)
    grader = house.grader(ada.wait_for_submission())
    expect(ada.page.get_by_text("NeuralNetwork.py")).to_be_visible()
    expect(ada.headline).to_have_text("Your hand-in is next.")
    ada.page.evaluate("window.isStillTheSamePage = true")
    cancel = ada.page.locator("details.cancel")
    cancel.locator("summary").click()

    grader.start()
    expect(ada.state).to_have_text("Being graded")
    grader.plan()
    expect(ada.page.locator("li.case")).to_have_count(6)
    expect(ada.verdict(BIAS)).to_have_text("Waiting")
    grader.record(0)
    expect(ada.verdict("The output has one row per sample")).to_have_text("Passed")
    expect(ada.verdict(BIAS)).to_have_text("Running")
    grader.record(1)
    expect(ada.verdict(BIAS)).to_have_text("Wrong")
    expect(ada.case(BIAS)).to_contain_text("First difference at [0, 0]")
    expect(ada.case(BIAS)).to_contain_text("append a column of ones")
    expect(ada.headline).to_have_text("2 of 6 cases finished")

    # what the reader has opened stays open while the rest arrives
    expect(cancel).to_have_attribute("open", "")
    prints = ada.case("The output has one row per sample").locator("details")
    prints.locator("summary").click()
    grader.record(2, 3, 4, 5).finish()
    expect(ada.state).to_have_text("Graded")
    expect(ada.headline).to_contain_text("0 / of 3.5 points")
    expect(prints).to_have_attribute("open", "")
    expect(prints).to_contain_text("<script>alert('printed')</script>")
    assert ada.page.evaluate("window.isStillTheSamePage")


def test_a_tab_that_was_opened_late_shows_what_was_missed(house: House, tab: Opener) -> None:
    grader = house.grader(house.browser("ada").hand_in()).start().plan().record(0, 1)
    ada = tab()
    ada.log_in("ada", PASSWORD)
    ada.open(f"/submissions/{grader.submission_id}")
    expect(ada.verdict(BIAS)).to_have_text("Wrong")
    grader.record(2, 3)
    expect(ada.headline).to_have_text("4 of 6 cases finished")


class Cutting:
    """An application whose first live connection breaks after so many messages, as a restarted server's would."""

    def __init__(self, app: ASGIApp, after: int) -> None:
        self._app = app
        self._left = after
        self.connections = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_live = scope["type"] == "http" and scope["path"].endswith("/live")
        self.connections += is_live

        async def send_some(message: Message) -> None:
            self._left -= 1
            if self._left < 0:
                raise ConnectionResetError
            await send(message)

        await self._app(scope, receive, send_some if is_live and self.connections == 1 else send)


def test_a_broken_connection_is_made_again_and_nothing_is_missed(house: House, stage: Stage, tab: Opener) -> None:
    assert stage.app is not None
    stage.app = cutting = Cutting(stage.app, after=2)  # the headers and one event
    grader = house.grader(house.browser("ada").hand_in()).start().plan()
    ada = tab()
    ada.log_in("ada", PASSWORD)
    ada.open(f"/submissions/{grader.submission_id}")
    grader.record(0)
    expect(ada.headline).to_have_text("1 of 6 cases finished")
    grader.record(1, 2)
    expect(ada.headline).to_have_text("3 of 6 cases finished")
    expect(ada.verdict(BIAS)).to_have_text("Wrong")
    grader.record(3, 4, 5).finish()
    expect(ada.state).to_have_text("Graded")
    assert cutting.connections == 2
    ada.errors.clear()  # the browser reports the broken connection


def test_an_exam_that_begins_anew_forgets_the_old_verdicts(house: House, tab: Opener) -> None:
    grader = house.grader(house.browser("ada").hand_in()).start().plan().record(0, 1)
    ada = tab()
    ada.log_in("ada", PASSWORD)
    ada.open(f"/submissions/{grader.submission_id}")
    grader.fail(OurError(BROKEN))
    expect(ada.page.get_by_text("This costs you nothing")).to_be_visible()
    house.clock.forward(60)
    grader.start().plan()
    expect(ada.verdict(BIAS)).to_have_text("Waiting")


def test_without_scripts_the_same_forms_and_pages_work(house: House, tab: Opener, zip_path: Path) -> None:
    house.person("ada")
    ada = tab(java_script_enabled=False)
    ada.log_in("ada", PASSWORD)
    ada.hand_in(zip_path)
    grader = house.grader(ada.wait_for_submission()).start().plan()
    ada.page.reload()  # in the queue the browser would do so only after a while
    assert ada.page.locator("meta[http-equiv=refresh]").count() == 1
    grader.record(0)
    expect(ada.headline).to_have_text("1 of 6 cases finished")  # the browser refreshes by itself
    grader.record(1, 2, 3, 4, 5).finish()
    expect(ada.state).to_have_text("Graded")
    assert ada.page.locator("meta[http-equiv=refresh]").count() == 0


def test_several_files_can_be_chosen(house: House, tab: Opener, tmp_path: Path) -> None:
    house.person("ada")
    paths = [tmp_path / Path(name).name for name in FILES]
    for path, content in zip(paths, FILES.values(), strict=True):
        path.write_bytes(content)
    ada = tab()
    ada.log_in("ada", PASSWORD)
    ada.hand_in(paths)
    ada.wait_for_submission()
    expect(ada.page.get_by_text("ReLU.py (+1)")).to_be_visible()


def test_files_and_folders_can_be_dropped(house: House, tab: Opener) -> None:
    house.person("ada")
    ada = tab()
    ada.log_in("ada", PASSWORD)
    ada.open("/exercises/ex1")
    ada.page.evaluate(
        """() => {
            const transfer = new DataTransfer();
            transfer.items.add(new File(["class ReLU: ...\\n"], "ReLU.py"));
            const drop = new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true});
            document.querySelector(".drop").dispatchEvent(drop);
        }"""
    )
    expect(ada.page.locator(".chosen")).to_have_text("ReLU.py")
    ada.page.locator("#upload button").click()
    ada.wait_for_submission()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_refused_upload_comes_back_to_the_form(house: House, tab: Opener, tmp_path: Path, scripts: bool) -> None:
    house.person("ada")
    path = tmp_path / "notes.txt"
    path.write_text("no zip")
    ada = tab(java_script_enabled=scripts)
    ada.log_in("ada", PASSWORD)
    ada.hand_in(path)
    expect(ada.problem).to_contain_text("notes.txt is neither a zip archive nor a Python file.")
    ada.page.locator("#files").set_input_files({"name": "s.zip", "mimeType": "application/zip", "buffer": make_zip()})
    ada.page.locator("#upload button").click()
    ada.wait_for_submission()
    ada.errors.clear()  # the browser reports the 422


@pytest.mark.parametrize("scripts", [True, False])
def test_a_session_that_is_over_leads_through_the_login_back_to_the_form(
    house: House, tab: Opener, zip_path: Path, scripts: bool
) -> None:
    house.person("ada")
    ada = tab(java_script_enabled=scripts)
    ada.log_in("ada", PASSWORD)
    ada.open("/exercises/ex1")
    ada.page.locator("#files").set_input_files(zip_path)
    ada.page.context.clear_cookies(name="abgabe_session")
    ada.page.locator("#upload button").click()
    expect(ada.page.get_by_text("nothing was handed in")).to_be_visible()
    expect(ada.page.get_by_text("Log in again, then hand in once more.")).to_be_visible()
    ada.page.get_by_role("main").get_by_role("button", name="Log in").click()
    ada.page.locator("#login").fill("ada")
    ada.page.locator("#password").fill(PASSWORD)
    ada.page.locator("main button").click()
    expect(ada.page).to_have_url(f"{house.url}/exercises/ex1")
    ada.errors.clear()  # the browser reports the 401


@pytest.mark.parametrize("scripts", [True, False])
def test_a_too_large_upload_is_refused_with_a_reason(house: House, tab: Opener, tmp_path: Path, scripts: bool) -> None:
    house.person("ada")
    path = tmp_path / "submission.zip"
    path.write_bytes(make_zip({"Layers/ReLU.py": b"#" * 3_000_000}))
    ada = tab(java_script_enabled=scripts)
    ada.log_in("ada", PASSWORD)
    ada.hand_in(path)
    expect(ada.problem).to_contain_text("The upload is larger than 1 MiB.")
    ada.errors.clear()  # the browser reports the 413


def test_the_language_can_be_switched_and_is_remembered(house: House, tab: Opener) -> None:
    house.person("ada")
    ada = tab(language="en")
    ada.log_in("ada", PASSWORD)
    ada.switch_language("de")
    expect(ada.page.locator("h1")).to_have_text("Aufgaben")
    other = tab(language="en")
    other.log_in("ada", PASSWORD)
    expect(other.page.locator("h1")).to_have_text("Aufgaben")


def test_everything_is_reached_with_the_keyboard(house: House, tab: Opener) -> None:
    house.person("ada")
    ada = tab()
    ada.open("/login")
    ada.page.keyboard.type("ada")  # the first field has the focus
    ada.page.keyboard.press("Tab")
    ada.page.keyboard.type(PASSWORD)
    ada.page.keyboard.press("Enter")
    expect(ada.page.locator("h1")).to_have_text("Exercises")
    ada.page.keyboard.press("Tab")
    expect(ada.page.locator(".skip")).to_be_focused()
    ada.page.keyboard.press("Enter")
    ada.page.keyboard.press("Tab")
    expect(ada.page.get_by_role("link", name="Exercise 1: Neural networks")).to_be_focused()
    ada.page.keyboard.press("Enter")
    ada.page.locator("#files").focus()
    outline = "getComputedStyle(document.querySelector('.drop label')).outlineStyle"
    assert ada.page.evaluate(outline) == "solid"


def _pages(house: House) -> dict[str, str]:
    """Every kind of page with something on it: name -> path."""
    ada = house.browser("ada")
    done, running, stuck, queued = (ada.hand_in() for _ in range(4))
    house.grader(done).grade()
    house.grader(running).start().plan().record(0, 1)
    for _ in range(house.deps.settings.max_attempts):
        house.grader(stuck).start().fail(OurError(BROKEN))
        house.clock.forward(1000)
    submissions = {"graded": done, "running": running, "stuck": stuck, "queued": queued}
    return {
        "home": "/",
        "exercise": "/exercises/ex1",
        "account": "/account",
        "all-hand-ins": "/submissions",
        **{name: f"/submissions/{submission_id}" for name, submission_id in submissions.items()},
    }


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_every_page_is_accessible_and_fits(house: House, tab: Opener, width: int, scheme: str, language: str) -> None:
    pages = _pages(house)
    house.person("tim", Role.TUTOR)
    tim = tab(width, scheme, language)
    tim.open("/login")
    _check(tim, f"login-{width}-{scheme}-{language}")
    tim.log_in("tim", PASSWORD)
    for name, path in pages.items():
        tim.open(path)
        for summary in tim.page.locator("details summary").all():
            summary.click()
        _check(tim, f"{name}-{width}-{scheme}-{language}")
    tim.open("/no/such/page")
    _check(tim, f"error-{width}-{scheme}-{language}")
    tim.errors.clear()  # the browser reports the 404


def _check(tab: Abgabe, name: str) -> None:
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    tab.page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)
    assert tab.accessibility_violations() == [], name
    assert not tab.wider_than_window(), name
