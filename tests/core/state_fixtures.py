"""Fixtures on the state: each test gets a fresh, migrated database of either kind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.database import migrate
from core.models import Base
from tests.core.state_makers import State, make_state
from tests.real_parts import PostgresServer


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
    """The same database each time, emptied: making one anew takes PostgreSQL much longer."""
    url = migrated_postgres.database("migrated")
    # whatever an earlier test has left open would hold us up
    migrated_postgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'migrated' AND pid <> pg_backend_pid()"
    )
    tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
    migrated_postgres.execute("; ".join(f"DELETE FROM {name}" for name in tables), "migrated")
    return url


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
