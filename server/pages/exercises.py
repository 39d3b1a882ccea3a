"""The list of exercises, the page of one, and handing in there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from typing import Annotated, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from core.errors import AbgabeError, StudentError
from core.intake_texts import TOO_LARGE
from core.models import Exercise, Submission, User
from core.practice_zip import has_practice
from core.queries import courses, submissions_of
from core.suites import Tree, find_suite
from exam.report import Language
from server.auth.visitor import UserDep, VisitorDep, check_form
from server.errors import NOT_HANDED_IN, LoginRequired, TooLarge
from server.handing_in import ExerciseDep, allowance_of, hand_in, sent_files
from server.looks import Look, of_submission
from server.pages.rendering import page
from server.practising import ZipResponse, practice_response
from server.services import Services, ServicesDep

router = APIRouter()
SEE_OTHER = 303


@dataclass(frozen=True)
class HistoryLine:
    submission: Submission
    is_best: bool

    @property
    def look(self) -> Look:
        return of_submission(self.submission)


@dataclass(frozen=True)
class ExerciseCard:
    """An exercise with what its owner of ``submissions`` (newest first) has reached there."""

    exercise: Exercise
    submissions: list[Submission]
    now: dt.datetime

    @property
    def latest(self) -> Submission | None:
        return self.submissions[0] if self.submissions else None

    @property
    def latest_look(self) -> Look | None:
        return of_submission(self.latest) if self.latest else None

    @property
    def best(self) -> Submission | None:
        graded = [one for one in self.submissions if one.points is not None]
        return max(graded, key=lambda one: one.points or 0.0, default=None)

    @property
    def count(self) -> int:
        return len(self.submissions)

    @property
    def history(self) -> list[HistoryLine]:
        return [HistoryLine(one, one is self.best) for one in self.submissions]

    @property
    def opens_at(self) -> dt.datetime | None:
        opens_at = self.exercise.opens_at
        return opens_at if opens_at and self.now < opens_at else None

    @property
    def closes_at(self) -> dt.datetime | None:
        return self.exercise.closes_at

    @property
    def closed_at(self) -> dt.datetime | None:
        closes_at = self.exercise.closes_at
        return closes_at if closes_at and self.now >= closes_at else None

    @property
    def is_open(self) -> bool:
        return self.opens_at is None and self.closed_at is None


class CourseCards(NamedTuple):
    title: Mapping[Language, str]
    cards: list[ExerciseCard]


class AskedFile(NamedTuple):
    name: str
    required: bool


def _card(services: Services, exercise: Exercise, user: User) -> ExerciseCard:
    mine = submissions_of(services.database, user.id, exercise.id)
    return ExerciseCard(exercise, mine, services.deps.clock())


def _folders(tree: Tree) -> list[tuple[str, list[AskedFile]]]:
    """What to hand in, folder by folder; files outside folders first."""
    files = [(PurePosixPath(path), True) for path in tree.required]
    files += [(PurePosixPath(path), False) for path in tree.optional]

    def folder(file: tuple[PurePosixPath, bool]) -> str:
        return str(file[0].parent).removeprefix(".")

    return [
        (name, [AskedFile(path.name, required) for path, required in members])
        for name, members in groupby(sorted(files, key=folder), key=folder)
    ]


@router.get("/")
def home(request: Request, services: ServicesDep, user: UserDep) -> Response:
    listed = [
        CourseCards(course.title, [_card(services, exercise, user) for exercise in exercises])
        for course, exercises in courses(services.database)
    ]
    has_hand_ins = any(card.count for course in listed for card in course.cards)
    return page(request, "home.html", courses=listed, has_hand_ins=has_hand_ins)


@router.get("/exercises/{slug}")
def show_exercise(request: Request, services: ServicesDep, user: UserDep, exercise: ExerciseDep) -> Response:
    return _exercise_page(request, services, user, exercise)


def _exercise_page(
    request: Request, services: Services, user: User, exercise: Exercise, error: AbgabeError | None = None
) -> HTMLResponse:
    suite = find_suite(services.settings.suites_dir, exercise.slug)
    card = _card(services, exercise, user)
    limit_mib = services.settings.max_upload_mib
    return page(
        request,
        "exercise.html",
        status=error.http_status if error else 200,
        card=card,
        allowance=allowance_of(services.deps, user, exercise),
        history=card.history,
        tree=_folders(suite.tree),
        provided=_provided_names(suite.provided_files()),
        has_practice=has_practice(suite),
        groups=suite.groups,
        max_points=suite.max_points,
        limit_mib=limit_mib,
        too_large=TooLarge(TOO_LARGE, limit_mib=limit_mib),
        error=error,
    )


def _provided_names(provided: Iterable[str]) -> list[str]:
    """Files by their names; a folder of data alone, which may hold a hundred, by its own."""
    paths = [PurePosixPath(path) for path in provided]
    packages = {path.parent for path in paths if path.suffix == ".py"} | {PurePosixPath()}
    names = {path.name if path.parent in packages else f"{path.parts[0]}/" for path in paths}
    return sorted(names - {"__init__.py"})


@router.get("/exercises/{slug}/practice.zip", response_class=ZipResponse)
def practice(services: ServicesDep, user: UserDep, exercise: ExerciseDep) -> Response:
    """The visible cases, to run at home."""
    return practice_response(services.deps, user, exercise)


def sender(visitor: VisitorDep, slug: str) -> User:
    """Whoever hands in; a session that ended meanwhile is told in terms of that."""
    if visitor.user is None:
        raise LoginRequired(NOT_HANDED_IN, back_to=f"/exercises/{quote(slug)}")
    return visitor.user


SenderDep = Annotated[User, Depends(sender)]


@router.post("/exercises/{slug}/submissions")
async def submit(
    request: Request, services: ServicesDep, visitor: VisitorDep, user: SenderDep, exercise: ExerciseDep
) -> Response:
    """Hand in through the form. A refusal comes back to the form with its reason; nothing is stored then."""
    try:
        async with sent_files(request) as files:
            await check_form(request, visitor)
            submission = await run_in_threadpool(hand_in, services.deps, user, exercise, files)
    except StudentError as error:
        return await run_in_threadpool(_exercise_page, request, services, user, exercise, error)
    return RedirectResponse(f"/submissions/{submission.id}", SEE_OTHER)
