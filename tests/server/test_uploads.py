"""Handing in: what is accepted is stored and enqueued before the answer; what is refused leaves nothing behind."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from core.models import Role, Submission, utc_now
from tests.server.makers import FILES, House, make_zip

ZIP = {"submission.zip": make_zip()}


def _count(house: House) -> int:
    with house.deps.database.read() as session:
        return session.scalar(select(func.count()).select_from(Submission)) or 0


def _blobs(house: House) -> int:
    return sum(path.is_file() for path in house.deps.settings.blobs_dir.rglob("*"))


def test_an_accepted_upload_is_stored_and_enqueued(house: House) -> None:
    answer = house.browser("ada").upload(ZIP)
    assert answer.status_code == 303
    submission_id = answer.headers["location"].rpartition("/")[2]
    assert house.queue.ids == [submission_id]
    assert (_count(house), _blobs(house)) == (1, 1)


def test_several_files_are_accepted(house: House) -> None:
    ada = house.browser("ada")
    submission_id = ada.hand_in({name.rpartition("/")[2]: content for name, content in FILES.items()})
    page = ada.get(f"/submissions/{submission_id}").text
    assert "ReLU.py (+1)" in page
    assert "NeuralNetwork.py" in page  # missing


@pytest.mark.parametrize(
    ("files", "en", "de"),
    [
        ({}, "The upload contains no files.", "Die Abgabe enthält keine Dateien."),
        ({"a.zip": b""}, "a.zip is empty (0 bytes).", "a.zip ist leer (0 Byte)."),
        ({"a.zip": b"no zip"}, "a.zip is neither a zip", "a.zip ist weder ein Zip"),
        ({"a.zip": make_zip({"../ReLU.py": b"x"})}, "../ReLU.py", "../ReLU.py"),
        ({"a.zip": make_zip({"Conv.py": b"x=1", "Pooling.py": b"y=1"})}, "looks like exercise 2", "nach Übung 2"),
        ({"a.zip": make_zip(), "b.py": b"x=1"}, "mixes a zip with other files", "mischt ein Zip"),
    ],
)
def test_a_refusal_comes_back_to_the_form_and_leaves_nothing(
    house: House, files: dict[str, bytes], en: str, de: str
) -> None:
    for language, reason in (("en", en), ("de", de)):
        answer = house.browser("ada", language=language).upload(files)
        assert answer.status_code == 422
        assert reason in answer.text
        assert 'id="upload"' in answer.text
    assert (_count(house), _blobs(house), house.queue.ids) == (0, 0, [])


def test_too_many_parts_are_refused(house: House) -> None:
    answer = house.browser("ada").upload({f"file{number}.py": b"x=1" for number in range(401)})
    assert answer.status_code == 400
    assert "Too many files" in answer.text
    assert _count(house) == 0


def test_a_too_large_upload_comes_back_to_the_form(house: House) -> None:
    answer = house.browser("ada").upload({"a.zip": b"PK" + b"x" * 2_000_000})
    assert answer.status_code == 413
    assert "The upload is larger than 1 MiB." in answer.text
    assert 'id="upload"' in answer.text


def test_an_upload_just_above_the_limit_is_measured_without_its_framing(house: House) -> None:
    answer = house.browser("ada").upload({"a.zip": b"PK" + b"x" * 2**20})
    assert answer.status_code == 422
    assert "The upload is larger than 1 MiB." in answer.text


def test_memory_does_not_grow_with_the_upload(house: House) -> None:
    settings = house.deps.settings.model_copy(update={"max_upload_mib": 100})
    house.serve(replace(house.deps, settings=settings))
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\n'

    def body() -> Iterator[bytes]:
        yield head
        for _ in range(60):
            yield b"\0" * 2**20
        yield b"\r\n--b--\r\n"

    client = house.api("ada")
    tracemalloc.start()
    try:
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        answer = client.post("/exercises/ex1/submissions", content=body(), headers=headers)
        peak_mib = tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
    assert answer.status_code == 422
    assert peak_mib < 20


def test_a_closed_exercise_takes_nothing_from_students(house: House) -> None:
    with house.deps.database.write() as session:
        exercise = session.merge(house.exercise)
        exercise.closes_at = house.clock()
    ada = house.browser("ada")
    page = ada.get("/exercises/ex1").text
    assert "This exercise does not take hand-ins now." in page
    assert 'id="upload"' not in page
    answer = ada.upload(ZIP)
    assert answer.status_code == 403
    assert "nothing was handed in" in answer.text
    assert _count(house) == 0


def test_a_closed_exercise_says_so_whatever_the_files_are(house: House) -> None:
    with house.deps.database.write() as session:
        session.merge(house.exercise).closes_at = house.clock()
    wrong = {"a.zip": b"no zip"}
    answer = house.browser("ada", language="de").upload(wrong)
    assert answer.status_code == 403
    assert "wurde am 2026-11-24 13:00 CET geschlossen" in answer.text
    problem = house.api("ada").post("/exercises/ex1/submissions", files={"files": ("a.zip", b"no zip")})
    assert problem.json()["code"] == "exercise.closed"
    assert house.browser("tim", Role.TUTOR).upload(wrong).status_code == 422


@pytest.mark.parametrize(("language", "said"), [("en", "nothing was handed in"), ("de", "es wurde nichts abgegeben")])
def test_whoever_is_logged_out_meanwhile_hears_that_nothing_was_handed_in(
    house: House, language: str, said: str
) -> None:
    answer = house.visitor(language).http.post("/exercises/ex1/submissions", files={"files": ("a.zip", make_zip())})
    assert answer.status_code == 401
    assert said in answer.text
    assert 'href="/login?next=/exercises/ex1"' in answer.text
    assert (_count(house), _blobs(house)) == (0, 0)


def test_an_unknown_exercise_is_not_found(house: House) -> None:
    ada = house.browser("ada")
    assert ada.get("/exercises/ex9").status_code == 404
    assert ada.post("/exercises/ex9/submissions").status_code == 404


def test_a_broker_that_is_down_loses_nothing(house: House) -> None:
    house.queue.down = True
    assert house.browser("ada").upload(ZIP).status_code == 303
    assert _count(house) == 1


@contextmanager
def _failing_commits(house: House) -> Iterator[None]:
    """The disk is full, from now on, whenever a transaction is to be committed."""

    def refuse(_connection: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    event.listen(house.deps.database.engine, "commit", refuse)
    try:
        yield
    finally:
        event.remove(house.deps.database.engine, "commit", refuse)


def test_a_failing_commit_is_never_answered_with_success(house: House) -> None:
    ada, program = house.browser("ada"), house.api("ada")
    program.get("/me")  # the token's use is noted before
    secret = ada.csrf()
    posts = {
        "/exercises/ex1/submissions": {"files": [("files", ("a.zip", make_zip()))]},
        "/account/tokens/1/revoke": {},
        "/language": {},
        "/logout": {},
    }
    with _failing_commits(house):
        statuses = [
            ada.http.post(path, data={"csrf": secret, "language": "de"}, **more).status_code
            for path, more in posts.items()
        ]
        statuses.append(program.post("/exercises/ex1/submissions", files={"files": ("a.zip", make_zip())}).status_code)
        statuses.append(program.delete("/tokens/current").status_code)
    assert statuses == [503] * 6
    assert (_count(house), house.queue.ids) == (0, [])
    assert program.get("/me").status_code == 200
    assert ada.get("/account").status_code == 200


class TestDownload:
    def test_is_what_was_handed_in_and_opens_in_no_browser(self, house: House) -> None:
        ada = house.browser("ada")
        answer = ada.get(f"/submissions/{ada.hand_in(ZIP)}/archive")
        assert answer.content == ZIP["submission.zip"]
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''ex1-ada-1.zip"
        assert answer.headers["x-content-type-options"] == "nosniff"

    def test_of_several_files_is_a_zip_of_them(self, house: House, tmp_path: Any) -> None:
        ada = house.browser("ada")
        submission_id = ada.hand_in({"ReLU.py": b"x = 1\n"})
        path = tmp_path / "download.zip"
        path.write_bytes(ada.get(f"/submissions/{submission_id}/archive").content)
        with zipfile.ZipFile(path) as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == {"ReLU.py": b"x = 1\n"}

    def test_says_when_the_blob_is_gone(self, house: House) -> None:
        ada = house.browser("ada")
        submission_id = ada.hand_in(ZIP)
        for path in house.deps.settings.blobs_dir.rglob("*"):
            if path.is_file():
                path.unlink()
        answer = ada.get(f"/submissions/{submission_id}/archive")
        assert answer.status_code == 503
        assert "cannot be read" in answer.text


def test_dates_are_shown_on_the_card(house: House) -> None:
    with house.deps.database.write() as session:
        session.merge(house.exercise).opens_at = utc_now().replace(year=2090)
    assert "Opens" in house.browser("ada").get("/").text


def test_the_log_says_why_nothing_was_accepted_and_never_a_file_name(house: House) -> None:
    ada = house.browser("ada")
    with capture_logs() as lines:
        ada.upload({"Mustermann_Max_22334455.docx": b"hello"})
        house.serve(replace(house.deps, settings=house.deps.settings.model_copy(update={"min_free_mib": 1 << 40})))
        ada.upload({"Mustermann_Max_22334455.docx": b"hello"})
    theirs, ours = (line for line in lines if line["event"] == "hand_in.not_accepted")
    assert theirs["code"] == "upload.not_zip"
    assert "nothing was accepted" in ours["error"]
    assert "Mustermann" not in str(lines)
