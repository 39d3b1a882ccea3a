"""What a newcomer does: start the demo, hand in a zip on the page, by curl and by ``abgabe submit``, and read."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import ABGABE, ARTEFACTS, Demo, flat_zip, running_demo
from tests.real_parts import wait_until
from tests.server.browser import Abgabe, chromium

GRADED_MS = 60_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def photograph(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


def test_a_right_zip_gets_all_points_on_the_page(demo: Demo, page: Page, tmp_path: Path) -> None:
    visitor = Abgabe(page, demo.url)
    visitor.log_in("carol", demo.passwords["carol"])
    visitor.hand_in(flat_zip("right_reference", tmp_path / "submission.zip"))
    visitor.wait_for_submission()
    expect(visitor.headline).to_contain_text("100", timeout=GRADED_MS)
    photograph(page, "e2e-right")
    assert visitor.errors == []


def test_a_wrong_zip_is_told_what_is_wrong(demo: Demo, page: Page, tmp_path: Path) -> None:
    visitor = Abgabe(page, demo.url)
    visitor.log_in("carol", demo.passwords["carol"])
    visitor.hand_in(flat_zip("gradient_averaged", tmp_path / "submission.zip"))
    visitor.wait_for_submission()
    expect(visitor.headline).to_contain_text("100 points", timeout=GRADED_MS)
    failed = page.locator("li.case", has_text="divided by")
    expect(failed.first).to_be_visible()
    photograph(page, "e2e-wrong")
    page.screenshot(path=ARTEFACTS / "readme.png")
    visitor.switch_language("de")
    expect(page.locator("li.case", has_text="geteilt durch").first).to_be_visible()
    photograph(page, "e2e-wrong-de")
    assert visitor.errors == []


def test_the_samples_were_handed_in_through_the_real_path(demo: Demo) -> None:
    with client_of(demo, "tutor") as client:
        wait_until(
            "the samples are handed in", lambda: {"alice", "bob"} <= {one["student"] for one in hand_ins(client)}
        )


def test_curl_hands_in_and_reads_the_result(demo: Demo, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed: apt-get install -y curl")
    archive = flat_zip("right_reference", tmp_path / "submission.zip")
    with client_of(demo, "bob") as client:
        bearer = client.headers["authorization"]
        curl = ["curl", "-sS", "--fail-with-body", "-H", f"Authorization: {bearer}"]
        upload = [*curl, "-F", f"files=@{archive}", f"{demo.url}/api/v1/exercises/ex1/submissions"]
        accepted = json.loads(subprocess.run(upload, check=True, capture_output=True).stdout)
        events = [*curl, "-N", f"{demo.url}{accepted['links']['events']}"]
        stream = subprocess.run(events, check=True, capture_output=True, text=True, timeout=60).stdout
        result = client.get(f"/submissions/{accepted['id']}/result").raise_for_status().json()
    assert stream.count("event: case") == len(result["cases"])
    assert (result["points"], result["max_points"]) == (100, 100)


def test_abgabe_submit_shows_the_verdicts_and_the_points(demo: Demo, tmp_path: Path) -> None:
    archive = flat_zip("right_reference", tmp_path / "submission.zip")
    command = [ABGABE, "submit", "ex1", archive, "--server", demo.url, "--login", "alice"]
    password = demo.passwords["alice"] + "\n"
    done = subprocess.run(command, input=password, env=demo.environment, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    assert "100 / 100" in done.stdout
    refused = subprocess.run([*command[:3], __file__, *command[4:]], input=password, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr


def test_a_second_start_keeps_accounts_and_hand_ins(tmp_path: Path) -> None:
    passwords = []
    counts = []
    for _ in range(2):
        with running_demo(tmp_path / "data", "--port", "0") as running, client_of(running, "tutor") as client:
            wait_until("the samples are handed in", lambda client=client: len(hand_ins(client)) >= 2)
            counts.append(len(hand_ins(client)))
        passwords.append(running.passwords)
    assert passwords[0] == passwords[1]
    assert counts == [2, 2]


@contextmanager
def client_of(demo: Demo, login: str) -> Iterator[httpx.Client]:
    """An API client with a token of this account."""
    credentials = {"login": login, "password": demo.passwords[login], "name": "test"}
    transport = httpx.HTTPTransport(retries=8)
    with httpx.Client(base_url=f"{demo.url}/api/v1", transport=transport, timeout=30, trust_env=False) as client:
        token = client.post("/tokens", json=credentials).raise_for_status().json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        yield client


def hand_ins(client: httpx.Client) -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.get("/submissions").raise_for_status().json()["items"]
    return found
