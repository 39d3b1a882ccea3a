"""Log lines: one for each event, with a hand-in's id in every process that touches it, and never a secret."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy
import structlog

from cli.courses import ensure_course
from core.database import open_database
from core.logs import Veil, configure_logging, finishing, secrets_of
from core.models import SubmissionState
from core.queries import submission_page
from core.settings import Settings
from server.auth.accounts import add_user
from tests.real_parts import PostgresServer, RedisServer, free_port, wait_until
from tests.server.makers import Browser
from tests.worker.exam_fakes import make_archive, make_tiny_suite

PROJECT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "correct horse battery"
DATABASE_PASSWORD = "to%70secret"  # as it stands in an address: to be hidden as "topsecret", too
METRICS_TOKEN = "a-token-for-prometheus"


def line(as_json: bool, settings: Settings | None = None, event: str = "tried", **values: Any) -> str:
    stream = io.StringIO()
    logger = structlog.wrap_logger(
        structlog.PrintLogger(stream), processors=list(finishing(settings or Settings(), as_json=as_json))
    )
    logger.info(event, **values)
    return stream.getvalue().removesuffix("\n")


@pytest.mark.parametrize("as_json", [True, False])
class TestALine:
    @pytest.mark.parametrize(
        "evil", ["a\nlevel=error event=forged", "a\r\nb", "a\x1b[2Jb", "a\u2028b", "a\x00b\u202eb"]
    )
    def test_is_one_whatever_is_in_it(self, as_json: bool, evil: str) -> None:
        text = line(as_json, name=evil, event=evil)
        assert text.isprintable()
        assert len(text.splitlines()) == 1

    def test_holds_the_traceback(self, as_json: bool) -> None:
        try:
            raise ValueError("what went wrong")
        except ValueError as error:
            text = line(as_json, exc_info=error)
        assert "ValueError: what went wrong" in text
        assert len(text.splitlines()) == 1

    @pytest.mark.parametrize(
        "secret",
        [
            "ag_Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5",
            "postgresql://abgabe:hunter22@db/abgabe",
            "Authorization: Bearer Zm9v.YmFy",
            "abgabe_session=Zm9vYmFy; Path=/",
            "__Host-abgabe_session=Zm9vYmFy",
            "$argon2id$v=19$m=65536,t=3,p=4$Zm9vYmFy$Zm9vYmFy",
        ],
    )
    def test_hides_what_looks_like_a_secret(self, as_json: bool, secret: str) -> None:
        text = line(as_json, error=f"it said {secret!r} and died", exc_info=RuntimeError(secret))
        assert "***" in text
        assert not re.search("hunter22|Zm9v", text)

    def test_hides_the_secrets_of_the_settings(self, as_json: bool) -> None:
        settings = Settings(
            database_url=f"postgresql://abgabe:{DATABASE_PASSWORD}@db/abgabe",
            broker_url="redis://:broker-word@redis/0",
            metrics_token=METRICS_TOKEN,
        )
        text = line(as_json, settings, error=f"{DATABASE_PASSWORD} topsecret broker-word {METRICS_TOKEN}")
        assert not re.search(f"{DATABASE_PASSWORD}|topsecret|broker-word|{METRICS_TOKEN}", text)
        for secret in ("topsecret", "broker-word", METRICS_TOKEN):
            assert secret not in repr(settings)

    @pytest.mark.parametrize("name", ["password", "token", "cookie", "csrf"])
    def test_hides_what_is_called_one(self, as_json: bool, name: str) -> None:
        assert "abc" not in line(as_json, **{name: "abc"})


def test_an_error_of_the_database_does_not_repeat_what_was_to_be_stored(database_url: str) -> None:
    database = open_database(database_url)
    statement = sqlalchemy.text("SELECT 1 FROM no_such_table WHERE :secret = :secret")
    with pytest.raises(sqlalchemy.exc.DBAPIError) as caught, database.read() as session:
        session.execute(statement, {"secret": "Zm9vYmFy"})
    database.close()
    assert "no_such_table" in str(caught.value)
    assert "Zm9vYmFy" not in str(caught.value)


def test_what_is_no_secret_stays() -> None:
    values = {"event": "x", "submission": "0193-ag_short", "n": 3, "ok": True, "nothing": None, "url": "http://db:80/x"}
    assert Veil(secrets_of(Settings()))(None, "info", dict(values)) == values


def test_lines_are_for_collectors_where_nobody_reads_them(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config(), logging.getLogger().handlers[:], logging.getLogger().level
    try:
        stream = io.StringIO()
        configure_logging(Settings(log_level="info"), stream)
        structlog.get_logger("ours").info("one.event", submission="0193")
        structlog.get_logger("ours").debug("unheard")
        logging.getLogger("theirs").warning("it %s", "broke")
        logging.getLogger("theirs").info("unheard")
    finally:
        structlog.configure(**before[0])
        logging.basicConfig(handlers=before[1], level=before[2], force=True)
        logging.captureWarnings(False)
    ours, theirs = [json.loads(text) for text in stream.getvalue().splitlines()]
    assert (ours["event"], ours["level"], ours["submission"]) == ("one.event", "info", "0193")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("it broke", "warning", "theirs")
    assert ours["timestamp"].endswith("Z")


@contextmanager
def process(words: list[str | Path], environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as file:
        running = subprocess.Popen(words, env=environment, stdout=file, stderr=file)
    try:
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(timeout=30)


def lines_of(log: Path, submission_id: str) -> list[dict[str, Any]]:
    lines = [json.loads(text) for text in log.read_text("utf-8").splitlines() if text.startswith("{")]
    return [one for one in lines if one.get("submission") == submission_id]


def test_a_hand_in_is_found_in_every_process_and_a_secret_in_none(
    postgres_url: str, postgres: PostgresServer, redis_server: RedisServer, tmp_path: Path
) -> None:
    """A server and a worker of their own, at debug level."""
    url = postgres_url.replace("postgres@", f"postgres:{DATABASE_PASSWORD}@")
    database = open_database(url)
    ensure_course(database, "dl", {"en": "Deep Learning"}, [make_tiny_suite(tmp_path / "suites")])
    user = add_user(database, "ada", PASSWORD)
    port = free_port()
    chosen = {
        "data_dir": tmp_path / "data",
        "database_url": url,
        "broker_url": redis_server.url,
        "suites_dir": tmp_path / "suites",
        "log_level": "debug",
        "log_format": "json",
        "metrics_token": METRICS_TOKEN,
    }
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PROJECT), *sys.path])}
    environment |= {f"ABGABE_{name.upper()}": str(value) for name, value in chosen.items()}
    (tmp_path / "data").mkdir()
    celery = [sys.executable, "-m", "celery", "-A", "tests.worker.celery_app", "worker", "-Q", "grade"]
    up = [Path(sys.executable).parent / "abgabe", "up", "--port", str(port)]
    server_log, worker_log = tmp_path / "server.log", tmp_path / "worker.log"
    with process(celery, environment, worker_log), process(up, environment, server_log):
        browser = Browser(f"http://127.0.0.1:{port}")
        wait_until("the start of the server", lambda: _answers(browser.http))
        browser.log_in("ada", "wrong password")
        csrf = browser.csrf("/login")
        browser.log_in("ada", PASSWORD)
        cookie = browser.http.cookies["abgabe_session"]
        made = browser.http.post("/api/v1/tokens", json={"login": "ada", "password": PASSWORD})
        token = made.json()["token"]
        browser.http.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        browser.http.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
        submission_id = browser.hand_in({"submission.zip": make_archive()})
        wait_until("the end of the exam", lambda: _is_done(database, submission_id))
    database.close()

    assert {"hand_in.accepted"} <= {one["event"] for one in lines_of(server_log, submission_id)}
    assert all(one["request"] for one in lines_of(server_log, submission_id) if one["event"] == "hand_in.accepted")
    ended = next(one for one in lines_of(worker_log, submission_id) if one["event"] == "attempt.ended")
    assert (ended["attempt"], ended["state"], bool(ended["worker"])) == (1, "finished", True)
    written = server_log.read_text("utf-8") + worker_log.read_text("utf-8")
    secrets = [PASSWORD, "wrong password", csrf, cookie, token, DATABASE_PASSWORD, "topsecret", METRICS_TOKEN]
    assert [secret for secret in secrets if secret in written] == []
    assert user.password_hash
    assert user.password_hash not in written


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _is_done(database: Any, submission_id: str) -> bool:
    page = submission_page(database, submission_id)
    return page is not None and page.submission.state is SubmissionState.DONE
