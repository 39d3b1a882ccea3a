"""``abgabe demo``: a course to look around in, with accounts, and two hand-ins made the way a student makes them."""

from __future__ import annotations

import threading

import httpx
import structlog
from sqlalchemy import select

from cli.console import err
from cli.courses import ensure_course
from cli.demo_people import add_people, tell_accounts
from cli.up import listening, migrate_database, serve
from core import intake
from core.database import open_database
from core.deps import Deps
from core.models import Submission
from core.settings import PROJECT, Settings
from core.suites import load_suites

COURSE = {"en": "Deep Learning (demo)", "de": "Deep Learning (Demo)"}
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
