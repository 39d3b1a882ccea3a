"""Fixtures on the state: each test gets a fresh, migrated database of either kind."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.database import migrate
from tests.core.state_makers import State, make_state
from tests.real_parts import PostgresServer

_serial = itertools.count(1)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "migrated.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: PostgresServer) -> PostgresServer:
    postgres.execute("CREATE DATABASE migrated")
    migrate(postgres.database("migrated"))
    return postgres


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    shutil.copy(migrated_sqlite, tmp_path / "abgabe.sqlite3")
    return f"sqlite:///{tmp_path / 'abgabe.sqlite3'}"


@pytest.fixture
def postgres_url(migrated_postgres: PostgresServer) -> str:
    name = f"test{next(_serial)}"
    migrated_postgres.execute(f"CREATE DATABASE {name} TEMPLATE migrated")
    return migrated_postgres.database(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with the real schema, of each kind in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def state(database_url: str, tmp_path: Path) -> Iterator[State]:
    made = make_state(database_url, tmp_path / "data")
    yield made
    made.database.close()


@pytest.fixture
def sqlite_state(sqlite_url: str, tmp_path: Path) -> Iterator[State]:
    """For tests in which the kind of database does not matter; its reconciler hurries."""
    made = make_state(sqlite_url, tmp_path / "data", reconcile_s=0.01)
    yield made
    made.database.close()
