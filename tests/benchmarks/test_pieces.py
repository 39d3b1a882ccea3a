"""The pieces of the server's benchmarks run, with tiny numbers: what nobody runs for weeks must not have rotted."""

from __future__ import annotations

import asyncio
import io
import os
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from benchmarks import intake_rush, stored_submissions
from benchmarks.live_pages import Page, Seen, follow
from benchmarks.parts.hand_ins import CANDIDATES, archive
from benchmarks.parts.installation import Installation
from benchmarks.parts.processes import cpu_s, machine_cpu_s, percentile, tree_cpu_s
from benchmarks.parts.stored import STUCK, Filled, fill
from core import intake
from core.database import Database
from core.models import CaseRow, Submission, SubmissionState
from core.queue import open_deps
from core.settings import Settings
from core.suites import find_suite
from tests.server.makers import House


@pytest.mark.parametrize("exercise", CANDIDATES)
def test_a_hand_in_is_taken_as_a_students_is_and_is_theirs_alone(exercise: str) -> None:
    mine, theirs = archive(exercise, 1), archive(exercise, 2)
    assert mine != theirs
    taken = intake.read(io.BytesIO(mine), find_suite(Settings().suites_dir, exercise))
    assert not taken.missing
    assert 15_000 < len(mine) < 50_000


def test_every_operation_runs_on_what_was_filled_in(database_url: str, tmp_path: Path) -> None:
    deps = open_deps(Settings(data_dir=tmp_path, database_url=database_url, min_free_mib=0))
    filled = fill(deps.database, 100, waiting=10)
    _check_stored(deps.database, filled)
    with stored_submissions.served(deps) as client:
        stock = stored_submissions.Stock(deps, filled, client)
        for operation in stored_submissions.operations().values():
            operation(stock)  # raises where it is not answered
        plans = stored_submissions.asked(stock, stored_submissions.Stock.claim)
        lines = [line for query, values in plans for line in stored_submissions.plan(stock, query, values)]
    assert any("submission" in line for line in lines)
    deps.database.close()


def _check_stored(database: Database, filled: Filled) -> None:
    with database.read() as session:
        states = dict(session.execute(select(Submission.state, func.count()).group_by(Submission.state)).all())
        graded = session.scalar(select(func.count()).where(CaseRow.attempt_id == filled.graded))
    assert states == {SubmissionState.DONE: 90 - STUCK, SubmissionState.QUEUED: 10, SubmissionState.STUCK: STUCK}
    assert graded


def test_what_was_accepted_is_missing_without_a_row_or_without_its_bytes(house: House) -> None:
    whole, damaged = (house.browser(login).hand_in() for login in ("ada", "bob"))
    with house.deps.database.write() as session:
        session.get_one(Submission, damaged).blob_sha256 = "0" * 64
    settings = house.deps.settings
    parts: Any = {"server": None, "workers": (), "postgres_pid": 0}
    installed = Installation(settings, house.url, house.deps.database, **parts)
    assert intake_rush.missing(installed, [whole, damaged, "never"]) == [damaged, "never"]


def test_a_page_is_followed_to_its_end(house: House) -> None:
    browser = house.browser("ada")
    submission_id = browser.hand_in()
    cookie = "; ".join(f"{one.name}={one.value}" for one in browser.http.cookies.jar)
    house.grader(submission_id).grade()
    seen = Seen()
    seen.words[submission_id].append(time.monotonic())
    asyncio.run(asyncio.wait_for(follow(house.url, Page(submission_id, cookie), seen), 20))
    assert seen.open == 1
    assert len(seen.delays_s(since=0.0)) == 1


def test_an_event_counts_until_the_next_piece_of_its_page() -> None:
    seen = Seen()
    seen.words["a"], seen.pieces["a"] = [1.0, 2.0, 2.1, 9.0], [1.5, 2.5]
    assert seen.delays_s(since=1.5) == pytest.approx([0.5, 0.4])  # the last one is still to come


def test_cpu_time_is_counted_for_this_process_and_for_all() -> None:
    before = cpu_s(os.getpid())
    while cpu_s(os.getpid()) == before:
        sum(range(100_000))
    assert tree_cpu_s(os.getpid()) >= cpu_s(os.getpid()) > before
    assert machine_cpu_s() > 0


def test_percentiles_are_values_that_came() -> None:
    values = list(range(100, 0, -1))
    assert [percentile(values, share) for share in (0.5, 0.99, 1.0)] == [51, 100, 100]
