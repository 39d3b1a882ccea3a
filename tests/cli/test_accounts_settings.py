"""A setting that is wrong gets one clear line, whichever command meets it, and no traceback."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize("words", ["up", "grade mini .", "practise mini .", "suite check mini"])
def test_no_command_ends_in_a_traceback_for_it(abgabe: Run, words: str) -> None:
    done = abgabe(*words.split(), ABGABE_SANDBOX="none")
    assert done.returncode in (2, 3)
    assert done.stderr.startswith("abgabe: A setting is not valid. ABGABE_SANDBOX: ")


@pytest.mark.parametrize("words", ["migrate", "up --port 0"])
def test_a_database_that_does_not_answer_is_named_without_its_password(abgabe: Run, words: str) -> None:
    done = abgabe(*words.split(), ABGABE_DATABASE_URL="postgresql://u:topsecret@127.0.0.1:1/x")
    assert done.returncode in (2, 3)
    assert "The database postgresql://u:***@127.0.0.1:1/x cannot be used" in done.stderr
    assert "Is it running, and ABGABE_DATABASE_URL right?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_cannot_be_is_a_wrong_option(abgabe: Run) -> None:
    done = abgabe("up", "--port", "99999")
    assert done.returncode == 2
    assert "65535" in done.stderr
