"""Page objects for a real browser: what a person does on our pages, in their words. For any server that runs Abgabe."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = Path(__file__).parent / "vendor" / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

expect.set_options(timeout=30_000)  # of a busy machine; what is there is seen at once


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Skips the test, with the line that mends it, where it is not installed."""
    if shutil.which(CHROMIUM) is None:
        pytest.skip("Chromium is not installed: apt-get install -y chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


class Abgabe:
    """A visitor's tab. ``errors`` collects what the browser complains of: scripts, blocked content, missing files."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    def open(self, path: str = "/") -> None:
        self.page.goto(self.url + path)

    def log_in(self, login: str, password: str) -> None:
        self.open("/login")
        self.page.locator("#login").fill(login)
        self.page.locator("#password").fill(password)
        self.page.locator("main button").click()
        self.page.wait_for_url(lambda url: "/login" not in url)

    def hand_in(self, files: str | Path | Sequence[str | Path], slug: str = "ex1") -> None:
        """Choose files in the form of an exercise and send them."""
        self.open(f"/exercises/{slug}")
        self.page.locator("#files").set_input_files(files)
        self.page.locator("#upload button").click()

    def wait_for_submission(self) -> str:
        """The id of the submission on whose page the browser has arrived."""
        self.page.wait_for_url("**/submissions/*")
        return self.page.url.rpartition("/")[2]

    def switch_language(self, language: str) -> None:
        self.page.locator(f".languages button[value={language}]").click()
        self.page.locator(f"html[lang={language}]").wait_for(state="attached")

    @property
    def state(self) -> Locator:
        """The chip that says where the submission stands."""
        return self.page.locator("#summary .state")

    @property
    def headline(self) -> Locator:
        return self.page.locator("#summary .headline")

    def case(self, title: str) -> Locator:
        """One case's line, by its title."""
        return self.page.locator("li.case", has=self.page.locator(".what", has_text=title))

    def verdict(self, title: str) -> Locator:
        return self.case(title).locator(".line .chip")

    @property
    def problem(self) -> Locator:
        """Why the last form was refused."""
        return self.page.locator("main .note.bad")

    def accessibility_violations(self) -> list[str]:
        """What axe-core finds, one line each."""
        # through the protocol, not a script element: the page's own policy forbids those
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        return [
            f"{one['id']}: {one['help']} at {[node['target'] for node in one['nodes']]}" for one in found["violations"]
        ]

    def wider_than_window(self) -> bool:
        """Whether the page scrolls sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
