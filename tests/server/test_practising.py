"""The practice zip: on the exercise's page and over the API, the same bytes for everybody who may see the exercise."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

from core.models import Role
from tests.server.makers import House


def test_is_offered_on_the_exercises_page_and_is_a_zip(house: House) -> None:
    ada = house.browser("ada")
    assert 'href="/exercises/ex1/practice.zip"' in ada.get("/exercises/ex1").text
    answer = ada.get("/exercises/ex1/practice.zip")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="practice-ex1.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {"practice-ex1/practise.py", "practice-ex1/cases/test_all.py"} <= set(archive.namelist())


def test_the_api_gives_the_same(house: House) -> None:
    page = house.browser("ada").get("/exercises/ex1/practice.zip")
    answer = house.api("bob").get("/exercises/ex1/practice.zip")
    assert answer.status_code == 200
    assert answer.content == page.content


def test_where_all_cases_are_kept_back_there_is_none(house: House) -> None:
    path = house.suite.folder / "suite.toml"
    path.write_text(path.read_text("utf-8").replace("[tree]", 'hidden = ["test_all.py"]\n[tree]'), "utf-8")
    ada = house.browser("ada")
    assert "practice.zip" not in ada.get("/exercises/ex1").text
    assert ada.get("/exercises/ex1/practice.zip").status_code == 404
    problem = house.api("ada", language="de").get("/exercises/ex1/practice.zip")
    assert problem.status_code == 404
    assert problem.json()["code"] == "practice.none"
    assert "zum Üben" in problem.json()["detail"]


def test_students_get_none_before_the_exercise_opens(house: House) -> None:
    with house.deps.database.write() as session:
        session.merge(house.exercise).opens_at = house.clock() + dt.timedelta(hours=1)
    ada, tutor = house.browser("ada"), house.browser("tim", Role.TUTOR)
    assert "practice.zip" not in ada.get("/exercises/ex1").text
    assert "opens at 2026-11-24 14:00 CET" in ada.get("/exercises/ex1/practice.zip").text
    problem = house.api("ada").get("/exercises/ex1/practice.zip")
    assert (problem.status_code, problem.json()["code"]) == (403, "exercise.not_open")
    assert "practice.zip" in tutor.get("/exercises/ex1").text
    assert tutor.get("/exercises/ex1/practice.zip").status_code == 200
    house.clock.forward(3600)
    assert ada.get("/exercises/ex1/practice.zip").status_code == 200


def test_there_is_none_for_an_unknown_exercise(house: House) -> None:
    assert house.browser("ada").get("/exercises/ex9/practice.zip").status_code == 404
    assert house.api("ada").get("/exercises/ex9/practice.zip").status_code == 404
