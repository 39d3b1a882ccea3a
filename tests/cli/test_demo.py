"""What ``abgabe demo`` says about its accounts."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from cli.demo_people import add_people, tell_accounts
from core.embedded import DataDirLock
from core.models import User
from server.auth.accounts import set_password
from tests.cli.conftest import Run
from tests.core.state_makers import State


def test_a_password_that_was_changed_is_no_longer_told(
    sqlite_state: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database, path = sqlite_state.database, tmp_path / "accounts.json"
    passwords = add_people(database, path)
    with database.read() as session:
        bob = session.scalars(select(User.id).where(User.login == "bob")).one()
    set_password(database, bob, "correct horse battery")
    tell_accounts(database, add_people(database, path))
    told = " ".join(capsys.readouterr().out.split())
    assert f"student alice password: {passwords['alice']}" in told
    assert passwords["bob"] not in told
    assert "student bob its password was changed; a new one: abgabe user password bob" in told


def test_where_another_demo_runs_no_passwords_are_told(abgabe: Run, tmp_path: Path) -> None:
    lock = DataDirLock(tmp_path / "data")
    done = abgabe("demo", "--port", "0")
    lock.release()
    assert done.returncode == 3
    assert "is in use by another process" in done.stderr
    assert "password" not in done.stdout
