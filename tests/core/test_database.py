"""Transactions and the schema's version, on SQLite and PostgreSQL."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from core.database import Database, check_schema, make_engine, migrate, open_database
from core.errors import DatabaseOutdated, OurError
from core.models import Attempt, AttemptState, Base, Course, Json, Submission, User
from tests.core.state_makers import START, State, make_user, together
from tests.real_parts import PostgresServer


@pytest.fixture
def database(database_url: str) -> Database:
    return open_database(database_url)


def count_courses(database: Database) -> int:
    with database.read() as session:
        return len(session.scalars(select(Course)).all())


class TestSchema:
    def test_the_migrations_make_exactly_the_models(self, database: Database) -> None:
        with database.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []

    def test_a_current_schema_is_accepted(self, database: Database) -> None:
        check_schema(database.engine)

    def test_an_empty_database_is_outdated_and_can_be_migrated(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
        engine = make_engine(url)
        with pytest.raises(DatabaseOutdated, match="abgabe migrate"):
            check_schema(engine)
        migrate(url)
        check_schema(engine)

    def test_a_schema_from_the_future_is_told_apart(self, database: Database) -> None:
        set_version = text("UPDATE alembic_version SET version_num = :version")
        with database.write() as session:
            today = session.scalar(text("SELECT version_num FROM alembic_version"))
            session.execute(set_version, {"version": "9999"})
        with pytest.raises(DatabaseOutdated, match=r"newer.*9999"):
            check_schema(database.engine)
        with database.write() as session:
            session.execute(set_version, {"version": today})

    @pytest.mark.parametrize("kind", ["sqlite", "postgres"])
    def test_several_processes_may_migrate_at_once(
        self, kind: str, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
        if kind == "postgres":
            server: PostgresServer = request.getfixturevalue("postgres")
            server.execute("CREATE DATABASE raced")
            url = server.database("raced")
        assert together(*[lambda: migrate(url)] * 4) == [None] * 4
        check_schema(make_engine(url))


def test_a_restart_of_postgresql_is_not_noticed_by_who_asks_afterwards(
    postgres: PostgresServer, postgres_url: str
) -> None:
    database = open_database(postgres_url)
    for _ in range(2):
        with database.read() as session, database.read() as another:
            assert session.scalar(text("SELECT 1")) == another.scalar(text("SELECT 1")) == 1
        postgres.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = 'migrated' AND pid <> pg_backend_pid()"
        )
    database.close()


def test_postgresql_that_says_nothing_is_not_waited_for_long() -> None:
    """Unless the database's address says otherwise."""
    asked: list[dict[str, object]] = []
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and listens to nobody
        engine = make_engine(f"postgresql://ada@127.0.0.1:{nobody.getsockname()[1]}/abgabe?keepalives_idle=60")
        event.listen(engine, "do_connect", lambda *arguments: asked.append(arguments[-1]))
        with pytest.raises(OurError):
            check_schema(engine)
    assert (asked[0]["connect_timeout"], asked[0]["tcp_user_timeout"]) == (3, 10_000)
    assert asked[0]["keepalives_idle"] == "60"


class TestTransactions:
    def test_a_block_that_raises_leaves_nothing(self, database: Database) -> None:
        def break_off() -> None:
            with database.write() as session:
                session.add(Course(slug="a", title={}))
                session.flush()
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            break_off()
        assert count_courses(database) == 0

    def test_a_reading_transaction_cannot_write(self, database: Database) -> None:
        with database.read() as session, pytest.raises(DBAPIError, match=r"readonly|read-only"):
            session.execute(text("DELETE FROM course"))

    def test_a_connection_can_write_after_it_was_used_to_read(self, database: Database) -> None:
        count_courses(database)
        with database.write(durable=False) as session:
            session.add(Course(slug="a", title={}))
        assert count_courses(database) == 1

    def test_foreign_keys_are_enforced(self, database: Database) -> None:
        attempt = Attempt(
            submission_id="nowhere",
            number=1,
            state=AttemptState.RUNNING,
            worker="w",
            started_at=START,
            lease_until=START,
        )
        with pytest.raises(IntegrityError), database.write() as session:
            session.add(attempt)

    def test_many_threads_that_read_and_then_write_never_fail_or_lose_an_update(self, state: State) -> None:
        make_user(state.database, login="counter", display_name="0")

        def increment() -> None:
            for _ in range(10):
                with state.database.write() as session:
                    user = session.scalars(select(User).where(User.login == "counter").with_for_update()).one()
                    user.display_name = str(int(user.display_name) + 1)

        assert together(*[increment] * 8) == [None] * 8
        with state.database.read() as session:
            assert session.scalars(select(User.display_name).where(User.login == "counter")).one() == "80"

    def test_sqlite_waits_for_the_disk_unless_told_otherwise(self, sqlite_url: str) -> None:
        database = open_database(sqlite_url)
        for durable, level in ((False, 1), (True, 2)):
            with database.write(durable=durable) as session:
                assert session.scalar(text("PRAGMA synchronous")) == level
        with database.write() as session:
            assert session.scalar(text("PRAGMA journal_mode")) == "wal"

    def test_postgresql_waits_for_the_disk_unless_told_otherwise(self, postgres_url: str) -> None:
        database = open_database(postgres_url)
        for durable, setting in ((False, "off"), (True, "on")):
            with database.write(durable=durable) as session:
                assert session.scalar(text("SHOW synchronous_commit")) == setting


class TestColumns:
    def test_times_come_back_in_utc(self, state: State) -> None:
        submission = state.load(state.receive())
        assert submission.received_at == START
        assert submission.received_at.tzinfo is not None

    def test_json_survives_what_students_compute_and_print(self, state: State) -> None:
        nasty = {"nan": [float("inf"), -0.0], "text": "\0 \ud800 ü 🎓"}
        submission = state.receive()
        with state.database.write() as session:
            session.get_one(Submission, submission.id).notices = [nasty]
        assert state.load(submission).notices == [nasty]

    def test_nan_stays_nan(self) -> None:
        column = Json()
        stored = column.process_bind_param(float("nan"), None)  # type: ignore[arg-type]
        assert column.process_result_value(stored, None) != column.process_result_value(stored, None)  # type: ignore[arg-type]
