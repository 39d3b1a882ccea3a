"""``abgabe submit``: hand in to a server over its REST API, and watch the verdicts arrive."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from cli.console import complain, err, language, out
from cli.verdicts import Told, add, table
from core import intake
from core.errors import AbgabeError, NotFound
from core.suites import SUITE_UNKNOWN
from exam.report import Fault

REFUSED, FAILED = 2, 3
WAIT_S = 3600.0


class _Answered(Exception):
    """The server said no; ``code`` is ours to exit with."""

    def __init__(self, code: int, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.hint = hint


def submit(exercise: str, paths: list[Path], server: str, token: str | None, login: str | None) -> int:
    """Hand in and follow; the exit code."""
    try:
        with _client(server) as client:
            client.headers["Authorization"] = f"Bearer {token or _log_in(client, login)}"
            submission = _upload(client, exercise, paths)
            _follow(client, submission["id"])
            return _conclude(_checked(client.get(f"/submissions/{submission['id']}/result")).json())
    except _Answered as answer:
        err.print(f"abgabe: {answer}", markup=False, style="bold red")
        if answer.hint:
            err.print(f"        {answer.hint}", markup=False)
        return answer.code
    except AbgabeError as error:
        complain(error)
        return REFUSED if error.fault is Fault.STUDENT else FAILED
    except httpx.HTTPError as error:
        err.print(f"abgabe: {server} does not answer as a server of Abgabe ({error}).", markup=False, style="bold red")
        err.print("        Check --server and your network.", markup=False)
        return FAILED


def _client(server: str) -> httpx.Client:
    if urlsplit(server).scheme not in ("http", "https"):
        raise _Answered(REFUSED, f"“{server}” is not the address of a server.", "Give it as https://…")
    headers = {"Accept-Language": language()}
    return httpx.Client(base_url=f"{server.rstrip('/')}/api/v1", headers=headers, timeout=60, follow_redirects=False)


def _log_in(client: httpx.Client, login: str | None) -> str:
    if not login:
        hint = (
            "Make a token on the server (abgabe token create) and give it as --token or ABGABE_TOKEN, or use --login."
        )
        raise _Answered(REFUSED, "No token was given.", hint)
    password = getpass.getpass(f"Password of {login}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    answer = _checked(client.post("/tokens", json={"login": login, "password": password, "name": "abgabe submit"}))
    return str(answer.json()["token"])


def _upload(client: httpx.Client, exercise: str, paths: list[Path]) -> dict[str, Any]:
    with intake.Upload.from_paths(paths) as upload, intake.pack(upload, intake.Limits()) as archive:
        name = paths[0].name if len(paths) == 1 and paths[0].suffix == ".zip" else "submission.zip"
        with err.status("uploading"):
            answer = client.post(f"/exercises/{exercise}/submissions", files={"files": (name, archive)})
    if answer.status_code == HTTPStatus.NOT_FOUND:
        raise _unknown(client, exercise)
    submission: dict[str, Any] = _checked(answer).json()
    err.print(f"Accepted as submission {submission['id']}.", markup=False)
    return submission


def _unknown(client: httpx.Client, exercise: str) -> NotFound:
    """A name that the server does not know, with those that it does."""
    known = ", ".join(one["slug"] for one in _checked(client.get("/exercises")).json()["items"])
    return NotFound(SUITE_UNKNOWN, name=exercise, known=known or "–")


def _follow(client: httpx.Client, submission_id: str) -> None:
    """Print each verdict as it comes, below its group's title, until the submission is final."""
    group = None
    with client.stream("GET", f"/submissions/{submission_id}/events", timeout=httpx.Timeout(60, read=WAIT_S)) as answer:
        for event, data in _events(_checked(answer).iter_lines()):
            if event == "case":
                heading = str(data.get("group_title") or data["group"]) if data["group"] != group else ""
                _print_case(data, heading)
                group = data["group"]
            if event == "done":
                return


def _events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Server-sent events: (name, JSON data) of each."""
    event, data = "message", ""
    for line in lines:
        if line.startswith("event:"):
            event = line[6:].strip()
        elif line.startswith("data:"):
            data += line[5:].strip()
        elif not line and data:
            yield event, json.loads(data)
            event, data = "message", ""


def _print_case(case: dict[str, Any], heading: str) -> None:
    shown = table(heading)
    add(shown, Told.from_json(case))
    out.print(shown)


def _conclude(result: dict[str, Any]) -> int:
    if result["state"] in ("cancelled", "superseded"):
        err.print(f"This hand-in was {result['state']} before it was graded.", style="bold")
        return REFUSED
    if result.get("points") is None:
        err.print("Grading failed on our side; staff have been told, and nothing was counted.", style="bold red")
        return FAILED
    for group in result["groups"]:
        out.print(f"{group['points']:>6g} / {group['max_points']:g}  {group['title']}", markup=False)
    out.print(f"{result['points']:>6g} / {result['max_points']:g}", style="bold")
    return 0


def _checked(answer: httpx.Response) -> httpx.Response:
    """The answer, unless it is a problem (RFC 9457)."""
    if answer.is_success:
        return answer
    answer.read()
    try:
        problem = answer.json()
        text, hint = str(problem.get("detail") or problem["title"]), str(problem.get("hint") or "")
    except (ValueError, KeyError, AttributeError):
        text, hint = f"The server answered {answer.status_code}.", ""
    raise _Answered(REFUSED if answer.status_code < 500 else FAILED, text, hint)
