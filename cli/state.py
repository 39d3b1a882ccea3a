"""The installation's database, opened for a command that needs what is in it."""

from __future__ import annotations

import getpass
import os
import socket

from core.audit import By
from core.database import Database, check_schema, open_database
from core.errors import OurError, texts
from core.settings import Settings

ABSENT = texts(
    "database.absent",
    en=("There is no database in {folder} (ABGABE_DATA_DIR).", "abgabe migrate makes it."),
    de=("In {folder} (ABGABE_DATA_DIR) gibt es keine Datenbank.", "abgabe migrate legt sie an."),
)


def operator() -> By:
    """Whoever gives a command, for the audit log; ``SUDO_USER`` knows better who sits at the keyboard."""
    try:
        name = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container's user may have a number only
        name = str(os.getuid())
    return By(f"cli:{name}", socket.gethostname())


def is_absent(settings: Settings) -> bool:
    """Whether the data directory is to hold the database, and does not."""
    return not settings.database_url and not (settings.data_dir / "abgabe.sqlite3").exists()


def open_existing(settings: Settings) -> Database:
    """The database, with this program's schema. Raises OurError or DatabaseOutdated."""
    if is_absent(settings):  # opening it would leave an empty file
        raise OurError(ABSENT, folder=str(settings.data_dir.resolve()))
    database = open_database(settings.database)
    check_schema(database.engine)
    return database
