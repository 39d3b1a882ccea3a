"""kill -9 at any moment, and after a restart every accepted submission is graded exactly once."""

from __future__ import annotations

import random
from contextlib import ExitStack
from pathlib import Path

from tests.chaos import lives as bodies
from tests.chaos.crowd import (
    Crowd,
    check_each_graded_once,
    check_some_kill_hit_an_exam,
    make_town,
    wait_for_all_done,
)
from tests.chaos.lives import live
from tests.real_parts import PostgresServer, RedisServer

KILLS = 15
SEED = 20261124


def test_the_embedded_server_is_killed(database_url: str, tmp_path: Path, lives: ExitStack) -> None:
    # if the leases of the dead held up their successors, this would not end in time
    town, database = make_town(database_url, tmp_path, lease_s=600, requeue_s=600, reconcile_s=0.5)
    dice = random.Random(SEED)
    crowd = Crowd(dice)
    for number in range(KILLS):
        server = live(lives, town, bodies.serve_embedded)
        if number % 5 == 4:
            crowd.hand_in(server, dice.uniform(0, 0.3))  # perhaps before it has even started
        else:
            crowd.hand_in_from_first_answer(server, dice.uniform(0, 0.4))
        server.kill()
    live(lives, town, bodies.serve_embedded)
    wait_for_all_done(database)
    check_each_graded_once(database, crowd.accepted)
    check_some_kill_hit_an_exam(database)


def test_servers_workers_the_broker_and_the_database_are_killed(
    postgres: PostgresServer, postgres_url: str, redis_server: RedisServer, tmp_path: Path, lives: ExitStack
) -> None:
    town, database = make_town(
        postgres_url, tmp_path, broker_url=redis_server.url, lease_s=0.5, requeue_s=0.5, reconcile_s=0.1
    )
    dice = random.Random(SEED)
    crowd = Crowd(dice)
    workers = [live(lives, town, bodies.work) for _ in range(2)]
    server = live(lives, town, bodies.serve_beside_broker)
    for number in range(KILLS):
        crowd.hand_in_from_first_answer(server, dice.uniform(0.1, 0.6))
        if number % 3 == 0:
            server.kill()
            server = live(lives, town, bodies.serve_beside_broker)
        elif number % 3 == 1:
            workers.pop(0).kill()
            workers.append(live(lives, town, bodies.work))
        elif number % 2 == 0:
            redis_server.kill()  # with every message it had
            crowd.hand_in(server, 0.3)
            redis_server.start()
        else:
            postgres.kill()
            crowd.hand_in(server, 0.3)
            postgres.start()
    wait_for_all_done(database)
    check_each_graded_once(database, crowd.accepted)
