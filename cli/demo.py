"""``abgabe demo``: a course to look around in, with accounts, and two hand-ins made the way a student makes them."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import httpx
import structlog
from sqlalchemy import select

from cli.accounts import make_password
from cli.console import err, say
from cli.courses import ensure_course
from cli.up import listening, migrate_database, serve
from core import intake
from core.database import Database, open_database
from core.deps import Deps
from core.errors import LoginFailed
from core.models import Role, Submission, User
from core.settings import PROJECT, Settings
from core.suites import load_suites
from server.auth.accounts import add_user, authenticate

COURSE = {"en": "Deep Learning (demo)", "de": "Deep Learning (Demo)"}
PEOPLE = (
    ("admin", "Ada Admin", Role.ADMIN),
    ("tutor", "Toni Tutor", Role.TUTOR),
    ("alice", "Alice Adam", Role.STUDENT),
    ("bob", "Bob Bias", Role.STUDENT),
    ("carol", "Carol Conv", Role.STUDENT),
)
SAMPLES = (("alice", "right_reference"), ("bob", "gradient_averaged"))
CANDIDATES = PROJECT / "tests" / "candidates"

log = structlog.get_logger(__name__)


def demo(settings: Settings, port: int | None) -> None:
    """Set up what is not there yet, and serve."""
    wanted = settings.port if port is None else port
    with listening(settings.host, wanted, or_another=True) as sock:
        migrate_database(settings)
        database = open_database(settings.database)
        ensure_course(database, "demo", COURSE, list(load_suites(settings.suites_dir).values()))
        passwords = add_people(database, settings.data_dir / "demo-accounts.json")
        database.close()
        if wanted not in (0, sock.getsockname()[1]):
            err.print(f"Port {wanted} is taken; using another one.", style="yellow")
        serve(settings, sock, lambda deps, url: _begin(deps, url, passwords))


def _begin(deps: Deps, url: str, passwords: dict[str, str]) -> None:
    tell_accounts(deps.database, passwords)
    _hand_in_samples(deps, url, passwords)


def tell_accounts(database: Database, passwords: dict[str, str]) -> None:
    """Who can log in, and with which password; one that was changed since is not known here any more."""
    for login, _, role in PEOPLE:
        try:
            authenticate(database, login, passwords[login])
            told = f"password: {passwords[login]}"
        except LoginFailed:
            told = f"its password was changed; a new one: abgabe user password {login}"
        say(f"  {role.value:8} {login:8} {told}")


def add_people(database: Database, path: Path) -> dict[str, str]:
    """The demo's accounts; their passwords, which a second start reads from ``path``."""
    passwords: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    with database.read() as session:
        known = set(session.scalars(select(User.login)))
    fresh = [person for person in PEOPLE if person[0] not in passwords]
    passwords.update({login: make_password() for login, _, _ in fresh})
    # Written before the accounts exist: a start that is cut short in between can be repeated.
    _write_private(path, json.dumps(passwords, indent=1))
    for login, name, role in PEOPLE:
        if login not in known:
            add_user(database, login, passwords[login], name=name, role=role)
    return passwords


def _write_private(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


def _hand_in_samples(deps: Deps, url: str, passwords: dict[str, str]) -> None:
    """Hand in over HTTP as soon as the server answers, once in the life of the data directory."""
    with deps.database.read() as session:
        if session.scalar(select(Submission.id).limit(1)) is not None:
            return
    threading.Thread(target=_hand_in, args=(url, passwords), name="demo-samples", daemon=True).start()


def _hand_in(url: str, passwords: dict[str, str]) -> None:
    transport = httpx.HTTPTransport(retries=5)
    with httpx.Client(base_url=f"{url}/api/v1", transport=transport, timeout=60, trust_env=False) as client:
        for login, sample in SAMPLES:
            folder = CANDIDATES / "ex1" / sample
            if not folder.is_dir():
                continue
            credentials = {"login": login, "password": passwords[login], "name": "demo"}
            token = client.post("/tokens", json=credentials).raise_for_status().json()["token"]
            with intake.Upload.from_paths([folder]) as upload, intake.pack(upload, intake.Limits()) as archive:
                files = {"files": ("submission.zip", archive, "application/zip")}
                headers = {"Authorization": f"Bearer {token}"}
                answer = client.post("/exercises/ex1/submissions", files=files, headers=headers)
            log.info("demo.handed_in", login=login, sample=sample, status=answer.status_code)
