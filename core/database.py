"""SQLite or PostgreSQL behind one class: transactions that read, transactions that write, and the schema's version.

A writing transaction takes SQLite's write lock at its beginning (``BEGIN IMMEDIATE``): waiting for the lock is then
possible, while a reader that turns into a writer half-way can only be refused. PostgreSQL locks rows instead
(``with_for_update``, which SQLite ignores), so the same code is safe on both.
"""

from __future__ import annotations

import select
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from core.errors import DatabaseOutdated, OurError, texts

SCHEMA_OLD = texts(
    "database.old",
    en=("The database is older than this program.", "Make a backup, then run: abgabe migrate"),
    de=("Die Datenbank ist älter als dieses Programm.", "Bitte erst sichern, dann: abgabe migrate"),
)
SCHEMA_NEW = texts(
    "database.new",
    en=(
        "The database is newer than this program (revision {found}).",
        "Start the version that wrote it, or a later one.",
    ),
    de=(
        "Die Datenbank ist neuer als dieses Programm (Revision {found}).",
        "Bitte die Version starten, die sie geschrieben hat, oder eine spätere.",
    ),
)
UNREACHABLE = texts(
    "database.unreachable",
    en=("The database {url} cannot be used ({reason}).", "Is it running, and ABGABE_DATABASE_URL right?"),
    de=("Die Datenbank {url} ist nicht benutzbar ({reason}).", "Läuft sie, und stimmt ABGABE_DATABASE_URL?"),
)
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
BUSY_TIMEOUT_MS = 15_000
READ_ONLY = {"read_only": True, "postgresql_readonly": True}  # ours for SQLite, SQLAlchemy's for PostgreSQL
SILENCE = {  # of PostgreSQL's machine; libpq itself would wait for a quarter of an hour or for ever
    "connect_timeout": 3,  # seconds
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
    # Of ours: PostgreSQL itself would wait for two hours, and what a worker that was cut off had locked stay locked.
    "options": "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=10s"
    # And where both machines are well, but a process or a statement is not.
    " -c idle_in_transaction_session_timeout=60s -c statement_timeout=60s",
}
MIGRATION_LOCK = 7_216_042  # any number; PostgreSQL's advisory lock of this program's migrations


class Database:
    """Hands out sessions. Rows stay readable after their transaction has ended."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction in which the database itself refuses every change."""
        with Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options=READ_ONLY)
            yield session

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Session]:
        """A transaction that is committed at the end of the block, and undone where the block raises.

        ``durable=False`` does not wait for the disk: a power cut may undo it, the death of a process does not.
        """
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.connection(execution_options={"durable": durable})
            yield session

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str) -> Database:
    return Database(make_engine(url))


def make_engine(url: str) -> Engine:
    """An engine for ``url`` with the settings that durability and several threads ask for.

    Its errors, which are logged, do not repeat the values of a statement: logins, hashes and what students wrote.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = sqlalchemy.create_engine(parsed, pool_size=20, max_overflow=40, hide_parameters=True)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = sqlalchemy.create_engine(
        parsed,
        pool_size=10,
        max_overflow=40,
        hide_parameters=True,
        connect_args={name: value for name, value in SILENCE.items() if name not in parsed.query},
    )
    event.listen(engine, "begin", _begin_postgresql)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _renew_if_gone)
    return engine


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["used"] = True


def _renew_if_gone(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """A server that goes says so, and of one that vanished the kernel learns (``SILENCE``): either can be read from
    the socket, while to ask the server before each use would cost a third of all round trips. One that was just made
    may hold something that TLS has sent unasked."""
    if record.info.get("used") and (connection.closed or _has_news(connection.fileno())):
        raise DisconnectionError


def _has_news(handle: int) -> bool:
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(0))


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; _begin_sqlite does
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    _use_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _use_wal(connection: Any) -> None:
    """Switches a new file to a write-ahead log. SQLite refuses that at once, whatever the timeout, while another
    connection does the same or holds a lock."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("read_only"):
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql("PRAGMA query_only = OFF")
    connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options.get('durable', True) else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if not connection.get_execution_options().get("durable", True):
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def migrate(url: str) -> None:
    """Bring the database at ``url``, new or old, to this program's schema. Several processes may do so at once.

    Raises OurError where it cannot be reached, DatabaseOutdated where it is newer than this program.
    """
    engine = make_engine(url)
    try:
        with _reachable(engine), engine.begin() as connection:
            _check_not_newer(connection)
            if connection.dialect.name == "postgresql":
                connection.execute(sqlalchemy.text("SET LOCAL statement_timeout = 0"))  # a great table takes its time
                connection.execute(sqlalchemy.text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            config = _alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def _check_not_newer(connection: Connection) -> None:
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in _known_revisions():
        raise DatabaseOutdated(SCHEMA_NEW, found=found)


def _known_revisions() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(_alembic_config()).walk_revisions()}


def check_schema(engine: Engine) -> None:
    """Raises DatabaseOutdated unless the database has exactly this program's schema, OurError if it cannot tell."""
    scripts = ScriptDirectory.from_config(_alembic_config())
    with _reachable(engine), engine.connect().execution_options(**READ_ONLY) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found == scripts.get_current_head():
        return
    raise DatabaseOutdated(SCHEMA_OLD if found is None or found in _known_revisions() else SCHEMA_NEW, found=found)


@contextmanager
def _reachable(engine: Engine) -> Iterator[None]:
    """Says in our words that the database did not answer."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise OurError(UNREACHABLE, url=engine.url.render_as_string(hide_password=True), reason=reason) from error


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
