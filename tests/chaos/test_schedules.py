"""Whatever befalls an installation, in whatever order: every accepted submission gets exactly one final result.

A seed is a schedule; a failing one is in the test's name. ``make test-long`` runs 200.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.crowd import (
    Crowd,
    check_each_graded_once,
    check_some_kill_hit_an_exam,
    make_town,
    wait_for_all_done,
)
from tests.chaos.site import Site, small_disk
from tests.real_parts import PostgresServer, RedisServer

ALL, FEW = 200, 2
SCHEDULES = [pytest.param(seed, marks=pytest.mark.long if seed >= FEW else ()) for seed in range(ALL)]


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "data" / "blobs"):
        yield tmp_path / "data"


@pytest.mark.parametrize("seed", SCHEDULES)
def test_nothing_is_lost_nothing_twice_nothing_stuck(
    seed: int, postgres: PostgresServer, postgres_url: str, redis_server: RedisServer, data_dir: Path, lives: ExitStack
) -> None:
    dice = random.Random(seed)
    short = {"lease_s": 0.5, "requeue_s": 0.5, "reconcile_s": 0.1, "retry_backoff_s": 0.1}
    town, database = make_town(postgres_url, data_dir, broker_url=redis_server.url, **short)
    town = replace(town, case_s=(0.01, 0.06))  # so that hand-ins wait, and most misfortunes hit an exam
    site = Site(town, database, postgres, redis_server, Crowd(dice), dice, lives)
    # each of them once, and a few again, in an order of its own
    told = [*site.misfortunes, *dice.choices(site.misfortunes, k=4)]
    dice.shuffle(told)
    for misfortune in told:
        site.crowd.hand_in_from_first_answer(site.server, dice.uniform(0, 0.3))
        misfortune()
    site.crowd.hand_in_from_first_answer(site.server, 0)  # none is under way
    wait_for_all_done(database)
    check_each_graded_once(database, site.crowd.accepted)
    check_some_kill_hit_an_exam(database)
