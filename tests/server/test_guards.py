"""What holds for every answer: headers, nothing from other hosts, limits on what is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.types import Message
from structlog.testing import capture_logs

from core.database import open_database
from core.models import Role
from server.app import create_app
from server.guards import SECURITY_HEADERS
from server.pages.rendering import STATIC
from tests.server.makers import House, make_zip

TEMPLATES = STATIC.parent / "templates"
PART = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\n'
# names of XML's vocabularies, not addresses that a browser would load
NAMESPACES = "http://www.w3.org/"


@pytest.mark.parametrize("path", ["/login", "/", "/nope", "/healthz", "/api/v1/me", "/static/abgabe.css", "/static/no"])
def test_every_answer_carries_the_security_headers(house: House, path: str) -> None:
    headers = house.visitor().get(path).headers
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_an_answer_to_a_bug_carries_them_as_well(house: House) -> None:
    house.serve(replace(house.deps, queue=None))  # type: ignore[arg-type]
    answer = house.browser("ada").upload({"submission.zip": make_zip()})
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == SECURITY_HEADERS["Content-Security-Policy"]
    assert "Something broke on our side." in answer.text
    assert "Traceback" not in answer.text
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"]), "what its lines in the log are found by"


def test_the_policy_allows_no_inline_code_and_no_other_host() -> None:
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_pages_are_not_kept_by_caches_and_static_files_are(house: House) -> None:
    ada = house.browser("ada")
    page = ada.get("/account")
    assert page.headers["cache-control"] == "no-store"
    style = re.search(r'href="(/static/abgabe.css\?v=\w+)"', page.text)
    assert style
    assert "immutable" in ada.get(style[1]).headers["cache-control"]
    assert "immutable" not in ada.get("/static/missing.css").headers["cache-control"]


def _files() -> Iterator[Path]:
    yield from TEMPLATES.rglob("*.html")
    yield from (path for path in STATIC.rglob("*") if path.suffix in {".css", ".js", ".svg"})


@pytest.mark.parametrize("path", list(_files()), ids=lambda path: path.name)
def test_nothing_is_loaded_from_elsewhere(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/|<!--.*?-->", "", path.read_text("utf-8"), flags=re.DOTALL)
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"'`)]*", text))
    assert {one for one in addresses if not one.startswith(NAMESPACES)} == set()


@pytest.mark.parametrize("path", list(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_inline_code_or_style(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|\|\s*safe", text) == []


def test_every_icon_that_is_used_exists() -> None:
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "vendor" / "lucide" / "icons.svg").read_text()))
    sources = [*TEMPLATES.rglob("*.html"), *(STATIC.parent).glob("*.py")]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    used = set(re.findall(r'icon\("([\w-]+)"', text)) | set(re.findall(r'Look\(marked\("[^"]+"\), "([\w-]+)"', text))
    assert used
    assert used <= sprite


def test_every_vendored_part_has_its_licence() -> None:
    vendored = STATIC / "vendor"
    folders = [path for path in vendored.iterdir() if path.is_dir()]
    assert folders
    for folder in folders:
        assert list(folder.glob("LICENSE*")), folder
        assert f"| {folder.name} |" in (vendored / "README.md").read_text()


class TestBodyLimit:
    """At the ASGI seam, where one sees how much was read."""

    def _post(self, house: House, path: str, headers: dict[str, str], *, leaves: bool = False) -> tuple[int, int]:
        """Status, and KiB taken from a body that never ends, or whose sender leaves in the middle."""
        app = create_app(house.deps.settings, house.deps)
        taken, status = 0, 0

        async def receive() -> Message:
            nonlocal taken
            assert taken < 4096, "nobody stops reading"
            if taken and leaves:
                return {"type": "http.disconnect"}
            body = b"x" * 64 * 1024 if taken else PART
            taken += 64
            return {"type": "http.request", "body": body, "more_body": True}

        async def send(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)

        scope: dict[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "scheme": "http",
            "http_version": "1.1",
        }
        anyio.run(app, scope, receive, send)
        return status, taken

    def _headers(self, house: House) -> dict[str, str]:
        return {
            "Authorization": house.api("ada").headers["Authorization"],
            "Content-Type": "multipart/form-data; boundary=b",
        }

    def test_an_announced_size_is_refused_before_anything_is_read(self, house: House) -> None:
        headers = {**self._headers(house), "Content-Length": str(2**21)}
        assert self._post(house, "/api/v1/exercises/ex1/submissions", headers) == (413, 0)

    def test_an_unannounced_size_is_refused_while_reading(self, house: House) -> None:
        status, taken_kib = self._post(house, "/api/v1/exercises/ex1/submissions", self._headers(house))
        assert status == 413
        assert taken_kib < 1024 + 512

    def test_who_may_not_send_is_told_that_and_nothing_is_read(self, house: House) -> None:
        headers = {**self._headers(house), "Authorization": "Bearer ag_no"}
        assert self._post(house, "/api/v1/exercises/ex1/submissions", headers) == (401, 0)

    @pytest.mark.parametrize("path", ["/api/v1/exercises/ex1/submissions", "/api/v1/tokens"])
    def test_who_leaves_while_sending_breaks_nothing(self, house: House, path: str) -> None:
        with capture_logs() as lines:
            assert self._post(house, path, self._headers(house), leaves=True) == (499, 64)
        assert [line["log_level"] for line in lines if line["event"].startswith("request.")] == ["info"]

    def test_forms_are_small(self, house: House) -> None:
        status, taken_kib = self._post(house, "/login", {"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 413
        assert taken_kib <= 128


class TestErrorPages:
    @pytest.mark.parametrize(("language", "text"), [("en", "There is nothing at this"), ("de", "gibt es nichts")])
    def test_speak_the_readers_language_and_say_what_to_do(self, house: House, language: str, text: str) -> None:
        answer = house.visitor(language).get("/nope")
        assert answer.status_code == 404
        assert text in answer.text
        assert f'lang="{language}"' in answer.text

    def test_keep_the_reader_logged_in(self, house: House) -> None:
        assert "Log out" in house.browser("ada").get("/nope").text

    def test_a_forbidden_page_says_for_whom_it_is(self, house: House) -> None:
        answer = house.browser("ada").get("/submissions")
        assert answer.status_code == 403
        assert "This page is for tutors." in answer.text

    def test_an_invalid_value_is_named(self, house: House) -> None:
        answer = house.browser("ada").get("/account?changed=maybe")
        assert answer.status_code == 422
        assert "/query/changed" in answer.text

    def test_a_wrong_method_is_refused(self, house: House) -> None:
        answer = house.visitor().http.delete("/login")
        assert answer.status_code == 405
        assert "405 Method Not Allowed" in answer.text

    def test_a_broken_multipart_body_is_said_to_be_that(self, house: House) -> None:
        headers = {"Content-Type": "multipart/form-data"}
        answer = house.browser("ada").http.post("/exercises/ex1/submissions", content=b"x", headers=headers)
        assert answer.status_code == 400
        assert "could not be read" in answer.text

    def test_a_lost_database_is_our_fault(self, house: House, tmp_path: Path) -> None:
        ada, program = house.browser("ada"), house.api("ada")
        gone = open_database(f"sqlite:///{tmp_path}/no/such/folder/abgabe.sqlite3")
        house.serve(replace(house.deps, database=gone))
        page, problem = ada.get("/"), program.get("/me")
        assert page.status_code == problem.status_code == 503
        assert "It is not your fault." in page.text
        assert problem.json()["code"] == "server.unavailable"
        assert ada.get("/healthz").status_code == 200
        assert ada.get("/readyz").status_code == 503


def test_staff_pages_say_no_more_than_needed_to_others(house: House) -> None:
    house.person("tim", Role.TUTOR)
    assert "All hand-ins" not in house.browser("ada").get("/").text
    assert "All hand-ins" in house.browser("tim").get("/").text
