"""Accounts, tokens and courses from the command line."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from core.database import open_database
from core.models import ApiToken
from server.auth.accounts import authenticate
from tests.cli.conftest import Run


def test_a_new_installation_gets_its_database_course_users_and_tokens(abgabe: Run) -> None:
    assert abgabe("migrate").returncode == 0
    assert "added mini" in abgabe("course", "add", "dl", "mini").stdout
    assert "nothing to add" in abgabe("course", "add", "dl", "mini").stdout
    titled = ("course", "add", "dl", "mini", "--title", "Deep Learning")
    assert abgabe(*titled).stdout == "course dl: title is now “Deep Learning”\n"
    assert "nothing to add" in abgabe(*titled).stdout
    made = abgabe("user", "add", "ada", "--role", "tutor")
    assert made.returncode == 0
    assert "password:" in made.stdout
    assert abgabe("token", "create", "ada").stdout.startswith("ag_")


def test_a_forgotten_password_is_replaced_and_what_it_opened_ends(abgabe: Run, tmp_path: Path) -> None:
    abgabe("migrate")
    abgabe("user", "add", "ada")
    abgabe("token", "create", "ada")
    done = abgabe("user", "password", "ada")
    assert done.returncode == 0, done.stderr
    database = open_database(f"sqlite:///{tmp_path / 'data' / 'abgabe.sqlite3'}")
    with database.read() as session:
        assert session.scalars(select(ApiToken)).all() == []
    assert authenticate(database, "ada", done.stdout.split()[-1]).login == "ada"
    database.close()


def test_a_password_from_standard_input_is_not_printed(abgabe: Run) -> None:
    abgabe("migrate")
    done = abgabe("user", "add", "ada", "--password-stdin", stdin="correct horse battery\n")
    assert done.returncode == 0
    assert "correct horse" not in done.stdout


def test_mistakes_get_one_clear_line_and_exit_code_2(abgabe: Run) -> None:
    abgabe("migrate")
    abgabe("user", "add", "ada")
    mistakes = {
        ("user", "add", "ada"): "abgabe user password ada",
        ("user", "add", "Ada"): "abgabe user password ada",
        ("user", "add", ""): "cannot be a login",
        ("user", "add", "a b"): "“a b” cannot be a login",
        ("user", "add", "a\nb"): "cannot be a login",
        ("user", "password", "eve"): "There is no account “eve”",
        ("token", "create", "nobody"): "nobody",
        ("course", "add", "", "mini"): "cannot be a course's short name",
        ("course", "add", "d l/x", "mini"): "“d l/x” cannot be",
        ("course", "add", "dl", "ex77"): "ex77",
        ("token", "create", "ada", "--days", "nan"): "nan",
        ("token", "create", "ada", "--days", "1e99"): "1e+99",
        ("token", "create", "ada", "--days", "0"): "more than 0",
    }
    for words, named in mistakes.items():
        done = abgabe(*words)
        assert done.returncode == 2
        assert named in done.stderr
        assert "Traceback" not in done.stderr


def test_without_a_database_the_user_is_told_to_make_one(abgabe: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    done = abgabe("user", "add", "ada")
    assert done.returncode == 2
    assert f"There is no database in {tmp_path / 'data'} (ABGABE_DATA_DIR)." in done.stderr
    assert "abgabe migrate makes it." in done.stderr
    assert list((tmp_path / "data").iterdir()) == []
