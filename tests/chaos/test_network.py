"""A network that falls apart between machines: what was sent is lost, nobody is refused, and nobody hears that a peer
has gone. Both ends notice within seconds, and go on when it is whole again."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from core.database import Database, migrate
from tests.chaos import lives as bodies
from tests.chaos.crowd import Crowd, check_each_graded_once, make_town, wait_for_all_done
from tests.chaos.far import FarPostgres, FarRedis, answer, far_postgres, on
from tests.chaos.lives import Life, Town, live
from tests.chaos.network import Network, network
from tests.real_parts import postgres_binaries, wait_until

pytestmark = pytest.mark.long
NOTICED_S = 15.0
"""Within this time a silent peer is given up, whichever end asks."""
BACK_S = 30.0
SEED = 20261125


@dataclass
class Campus:
    """Four machines, and a town on them."""

    network: Network
    postgres: FarPostgres
    redis: FarRedis
    town: Town
    database: Database
    stack: ExitStack

    def live(self, machine: str, body: Any) -> Life:
        return live(self.stack, self.town, on(self.network, machine, body))


@pytest.fixture
def campus(tmp_path: Path, lives: ExitStack) -> Iterator[Campus]:
    binaries = postgres_binaries()
    assert binaries
    with network("postgres", "redis", "server", "worker") as net, far_postgres(binaries, net) as postgres, lives:
        postgres.execute("CREATE DATABASE abgabe")
        migrate(postgres.database("abgabe"))
        redis = FarRedis(tmp_path, net)
        redis.start()
        lives.callback(redis.kill)
        short = {"lease_s": 2, "requeue_s": 0.5, "reconcile_s": 0.1, "retry_backoff_s": 0.1}
        town, database = make_town(postgres.database("abgabe"), tmp_path / "data", broker_url=redis.url, **short)
        lives.callback(database.close)
        settings = town.settings.model_copy(update={"database_url": postgres.far("abgabe")})
        yield Campus(net, postgres, redis, replace(town, settings=settings), database, lives)


def ask(life: Life, what: str) -> tuple[float, Any]:
    """How long it took, and what came of it."""
    life.wire.send(what)
    assert life.wire.poll(2 * BACK_S), f"{what} is waited for without end"
    seconds, outcome = life.wire.recv()
    print(f"{what}: {seconds:.1f} s, {outcome}")
    return seconds, outcome


@pytest.mark.parametrize("near", ["worker", "server"])
@pytest.mark.parametrize("far", ["redis", "postgres"])
def test_work_goes_on_when_the_network_is_whole_again(near: str, far: str, campus: Campus) -> None:
    """The far end was started anew meanwhile: connections to it stay open on one side only."""
    crowd = Crowd(random.Random(SEED))
    server = campus.live("server", bodies.serve_beside_broker)
    campus.live("worker", bodies.work)
    crowd.hand_in_from_first_answer(server, 1.0)
    wait_for_all_done(campus.database)
    campus.network.cut(near, far)
    part = campus.redis if far == "redis" else campus.postgres
    part.kill()
    part.start()
    crowd.hand_in(server, 2.0)
    campus.network.mend()
    began = time.monotonic()
    crowd.hand_in_from_first_answer(server, 1.0)
    crowd.hand_in_from_first_answer(server, 0)  # none is under way
    wait_for_all_done(campus.database)
    print(f"{near} cut off from {far}: all was graded {time.monotonic() - began:.1f} s after it was whole again")
    assert time.monotonic() - began < BACK_S
    check_each_graded_once(campus.database, crowd.accepted)


def test_silence_is_noticed_at_this_end(campus: Campus) -> None:
    server = campus.live("server", answer)
    for what in ("read", "enqueue", "readiness"):
        ask(server, what)  # connections are open, and kept
    campus.network.cut("server", "postgres")
    campus.network.cut("server", "redis")
    for _ in range(4):
        seconds, found = ask(server, "readiness")
        assert seconds < 2
        assert found["database"] in ("check.silent", "database.unreachable")
    for what, outcome in (("read", "OperationalError"), ("enqueue", "OurError")):
        seconds, found = ask(server, what)
        assert (found, seconds < NOTICED_S) == (outcome, True)
    campus.network.mend()
    wait_until("readiness", lambda: set(ask(server, "readiness")[1].values()) == {"ok"}, BACK_S)


def test_silence_is_noticed_at_the_databases_end(campus: Campus) -> None:
    """What a worker had locked that was cut off, and then died, does not stay locked."""
    server = campus.live("server", bodies.serve_beside_broker)
    Crowd(random.Random(SEED)).hand_in_from_first_answer(server, 0)
    worker, other = campus.live("worker", answer), campus.live("server", answer)
    assert ask(worker, "lock_for_ever")[1] == ask(other, "read")[1]
    campus.network.cut("worker", "postgres")
    worker.kill()
    seconds, outcome = ask(other, "lock")
    assert (outcome == ask(other, "read")[1], seconds < NOTICED_S) == (True, True)
