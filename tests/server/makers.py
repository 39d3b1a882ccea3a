"""What the tests of the server share: an installation with a course and people in it, and a grader at their pace."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from core import submissions
from core.database import Database
from core.deps import Deps
from core.errors import AbgabeError
from core.models import Course, Exercise, Role, User
from core.scoring import Score, score
from core.submissions import Claim, Setting
from core.suites import Suite, load_suite
from exam.report import CaseResult, CaseSpec, Message, Report, Verdict
from server.auth.passwords import hash_password
from server.auth.sessions import Sessions
from server.auth.tokens import create_token
from tests.core.state_makers import Clock, ListQueue, claim_this, make_user

PASSWORD = "correct horse battery"
FILES = {"Layers/ReLU.py": b"class ReLU: ...\n", "Layers/FullyConnected.py": b"class FullyConnected: ...\n"}
SETTING = Setting(suite_version="2026.1", suite_digest="d" * 64, sandbox_kind="fake", image="sha256:1")

SUITE = """
id = "ex1"
version = "2026.1"
title = { en = "Exercise 1: Neural networks", de = "Übung 1: Neuronale Netze" }
[tree]
required = ["Layers/FullyConnected.py", "Layers/ReLU.py", "NeuralNetwork.py"]
optional = ["Optimization/Extra.py"]
[tree.elsewhere]
ex2 = ["Conv.py", "Flatten.py", "Pooling.py"]
[student]
modules = ["Layers", "NeuralNetwork"]
[[group]]
id = "FullyConnected"
title = { en = "Fully connected layer", de = "Vollvernetzte Schicht" }
points = 2
tests = ["test_all.py"]
[[group]]
id = "ReLU"
title = { en = "ReLU", de = "ReLU" }
points = 1.5
tests = ["test_all.py"]
"""


def make_suite(folder: Path) -> Suite:
    """The suite of the tests' only exercise, in ``folder``/ex1."""
    place = folder / "ex1"
    (place / "provided" / "Layers").mkdir(parents=True)
    (place / "provided" / "Layers" / "Helpers.py").write_text("HELPER = 1\n")
    (place / "suite.toml").write_text(SUITE, "utf-8")
    (place / "test_all.py").write_text("")
    return load_suite(place)


def _case(group: str, name: str, en: str, de: str, *, counts: bool = True, **texts: Mapping[str, str]) -> CaseSpec:
    return CaseSpec(f"{group}.{name}", group, {"en": en, "de": de}, counts, **texts)


PLAN = (
    _case("FullyConnected", "shape", "The output has one row per sample", "Die Ausgabe hat eine Zeile je Beispiel"),
    _case(
        "FullyConnected",
        "bias",
        "Adding one to the bias adds one to every output",
        "Erhöht man den Bias um eins, steigt jede Ausgabe um eins",
        hint={
            "en": "The bias is the last row of `weights`; append a column of ones to the input.",
            "de": "Der Bias ist die letzte Zeile von `weights`; eine Spalte aus Einsen gehört an die Eingabe.",
        },
    ),
    _case(
        "FullyConnected",
        "gradient",
        "The gradient is summed over the batch",
        "Der Gradient ist über den Batch summiert",
    ),
    _case("ReLU", "forward", "Negative inputs become zero", "Negative Eingaben werden null"),
    _case(
        "ReLU",
        "backward",
        "The error passes where the input was positive",
        "Der Fehler geht durch, wo die Eingabe positiv war",
    ),
    _case(
        "ReLU",
        "input_untouched",
        "The input is left as it was",
        "Die Eingabe bleibt, wie sie war",
        counts=False,
        why={
            "en": "Passes the course's tests, yet later layers will see changed numbers.",
            "de": "Besteht die Tests des Kurses, doch spätere Schichten sehen dann veränderte Zahlen.",
        },
    ),
)
TRACEBACK = """Traceback (most recent call last):
  File "Layers/ReLU.py", line 12, in backward
    return error_tensor * self.mask
AttributeError: 'ReLU' object has no attribute 'mask'"""


def passed(spec: CaseSpec, **changes: Any) -> CaseResult:
    return CaseResult(
        **{"spec": spec, "verdict": Verdict.PASSED, "message": Message("passed"), "cpu_s": 0.0123, **changes}
    )


def failed(spec: CaseSpec, text: str = "Expected 3 columns, got 4.", **changes: Any) -> CaseResult:
    values = {"spec": spec, "verdict": Verdict.FAILED, "message": Message.plain(text), "cpu_s": 0.25}
    return CaseResult(**{**values, **changes})


RESULTS = (
    passed(PLAN[0], prints="shape: (9, 3)\n<script>alert('printed')</script>\n"),
    failed(
        PLAN[1],
        "the output of forward: expected float64 of shape (9, 3), got shape (9, 3).\n"
        "First difference at [0, 0]: expected 2.31, got 1.31. Your values are the expected ones minus 1.",
    ),
    passed(PLAN[2]),
    passed(PLAN[3]),
    failed(
        PLAN[4], "AttributeError: 'ReLU' object has no attribute 'mask'", verdict=Verdict.RAISED, traceback=TRACEBACK
    ),
    failed(PLAN[5], "Your code changed the array that it was given."),
)


@dataclass
class Grader:
    """Grades one submission, a step at a time, through the same doors as the worker."""

    deps: Deps
    suite: Suite
    submission_id: str
    results: tuple[CaseResult, ...] = RESULTS
    claimed: Claim | None = field(default=None)

    @property
    def claim(self) -> Claim:
        assert self.claimed is not None, "start() first"
        return self.claimed

    def start(self) -> Grader:
        self.claimed = claim_this(self.deps, self.submission_id, "test-worker")
        assert self.claimed is not None
        return self

    def plan(self) -> Grader:
        submissions.plan(self.deps, self.claim, [one.spec for one in self.results], SETTING)
        return self

    def record(self, *positions: int) -> Grader:
        for position in positions:
            submissions.record(self.deps, self.claim, position, self.results[position])
        return self

    def finish(self) -> Score:
        report = Report(self.suite.id, self.suite.version, 1, self.results)
        total = score(self.suite, report)
        submissions.finish(self.deps, self.claim, report, total)
        return total

    def fail(self, error: AbgabeError) -> Grader:
        submissions.fail(self.deps, self.claim, error)
        return self

    def grade(self) -> Score:
        return self.start().plan().record(*range(len(self.results))).finish()


def make_zip(files: Mapping[str, bytes] = FILES) -> bytes:
    """The same bytes for the same files, whenever it is called."""
    blob = io.BytesIO()
    with zipfile.ZipFile(blob, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return blob.getvalue()


def make_client(url: str, headers: Mapping[str, str]) -> httpx.Client:
    # no proxy and no certificates: the server is in this process
    return httpx.Client(base_url=url, headers=headers, trust_env=False, verify=False, timeout=20)


class Browser:
    """An httpx client that behaves like a browser without scripts: keeps cookies, sends the forms of its pages."""

    def __init__(self, url: str, language: str = "en") -> None:
        self.http = make_client(url, {"Accept-Language": language})

    def get(self, address: str) -> httpx.Response:
        return self.http.get(address)

    def csrf(self, address: str = "/account") -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(address).text)
        assert found, f"{address} has no form"
        return found[1]

    def post(
        self, address: str, form: Mapping[str, str] | None = None, *, of: str = "/account", **more: Any
    ) -> httpx.Response:
        """Send a form that stands on the page ``of``."""
        return self.http.post(address, data={"csrf": self.csrf(of), **(form or {})}, **more)

    def log_in(self, login: str, password: str = PASSWORD, **form: str) -> httpx.Response:
        return self.post("/login", {"login": login, "password": password, **form}, of="/login")

    def upload(self, files: Mapping[str, bytes], slug: str = "ex1") -> httpx.Response:
        parts = [("files", (name, content)) for name, content in files.items()]
        return self.post(f"/exercises/{slug}/submissions", of=f"/exercises/{slug}", files=parts)

    def hand_in(self, files: Mapping[str, bytes] | None = None) -> str:
        """The id of a fresh submission."""
        answer = self.upload(files or {"submission.zip": make_zip()})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].rpartition("/")[2]


@cache
def _hashed() -> str:
    """PASSWORD as it is stored; made once, for that is slow on purpose."""
    return hash_password(PASSWORD)


@dataclass
class House:
    """An installation: state, one course with one exercise, people, and the address at which it is served."""

    deps: Deps
    clock: Clock
    queue: ListQueue
    suite: Suite
    exercise: Exercise
    url: str
    serve: Callable[[Deps], None]
    """Put an application with other parts in place of the present one."""
    people: dict[str, User] = field(default_factory=dict)

    def person(self, login: str, role: Role = Role.STUDENT, **changes: Any) -> User:
        """That account, made at the first call."""
        if login not in self.people:
            values = {"login": login, "display_name": login, "password_hash": _hashed(), "role": role, **changes}
            self.people[login] = make_user(self.deps.database, **values)
        return self.people[login]

    def visitor(self, language: str = "en") -> Browser:
        return Browser(self.url, language)

    def browser(self, login: str = "ada", role: Role = Role.STUDENT, language: str = "en") -> Browser:
        """Somebody's browser, logged in (without the pause that a password takes)."""
        sessions = Sessions(self.deps.database, self.deps.settings.session_hours, self.deps.clock)
        browser = self.visitor(language)
        browser.http.cookies.set("abgabe_session", sessions.open(self.person(login, role).id).secret)
        return browser

    def api(self, login: str = "ada", role: Role = Role.STUDENT, language: str = "en") -> httpx.Client:
        """Somebody's program, with a token."""
        token = create_token(self.deps.database, self.person(login, role).id, "test").secret
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        return make_client(f"{self.url}/api/v1", headers)

    def grader(self, submission_id: str, results: tuple[CaseResult, ...] = RESULTS) -> Grader:
        return Grader(self.deps, self.suite, submission_id, results)


def make_course(database: Database, suite: Suite, **changes: Any) -> Exercise:
    with database.write() as session:
        course = Course(slug="dl", title={"en": "Deep learning", "de": "Tiefes Lernen"})
        session.add(course)
        session.flush()
        exercise = Exercise(**{"course_id": course.id, "slug": suite.id, "title": suite.title, **changes})
        session.add(exercise)
    return exercise
