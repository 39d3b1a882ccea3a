"""``abgabe submit`` against a running server: what a student reads."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.courses import ensure_course
from core.database import migrate, open_database
from core.models import Role
from core.suites import load_suite
from server.auth.accounts import add_user
from server.auth.tokens import create_token
from tests.cli.conftest import ABGABE, DATA, Run


@pytest.fixture
def served(installation: dict[str, str]) -> Iterator[dict[str, str]]:
    """The mini exercise on a server of its own: the environment that ``abgabe submit`` needs."""
    folder = Path(installation["ABGABE_DATA_DIR"])
    folder.mkdir()
    url = f"sqlite:///{folder / 'abgabe.sqlite3'}"
    migrate(url)
    database = open_database(url)
    ensure_course(database, "dl", {"en": "Deep Learning"}, [load_suite(DATA / "mini")])
    ada = add_user(database, "ada", "correct horse battery", role=Role.STUDENT)
    token = create_token(database, ada.id, "test").secret
    database.close()
    command = [ABGABE, "up", "--port", "0"]
    with subprocess.Popen(command, env=installation, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            address = next(word for word in server.stdout.readline().split() if word.startswith("http"))
            yield {"ABGABE_SERVER": address, "ABGABE_TOKEN": token}
        finally:
            server.terminate()


def test_verdicts_come_under_their_groups_with_hints_and_advice_apart(abgabe: Run, served: dict[str, str]) -> None:
    done = abgabe("submit", "mini", DATA / "mini_wrong", LANG="de_DE.UTF-8", **served)
    assert done.returncode == 0, done.stderr
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[0] == "Verdoppeln"
    assert lines[1].split(maxsplit=1) == ["failed", "Forward verdoppelt die Eingabe."]
    assert "Hinweis: Multipliziere mit zwei." in lines
    assert any(line.split(maxsplit=1) == ["advice", "Forward lässt die Eingabe, wie sie war."] for line in lines)
    assert "0 / 10" in lines[-1]


def test_an_unknown_exercise_is_answered_with_those_that_exist(abgabe: Run, served: dict[str, str]) -> None:
    unknown = abgabe("submit", "ex88", DATA / "mini_wrong", **served)
    assert unknown.returncode == 2
    assert "There is no exercise “ex88”." in unknown.stderr
    assert "Known exercises: mini." in unknown.stderr
