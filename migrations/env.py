"""Runs the migrations on the connection that ``core.database.migrate`` hands over, or on ``alembic -x url=…``."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, Enum, create_engine
from sqlalchemy.types import TypeDecorator

from core.models import Base


def plain_type(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Writes a column's type into a new migration without our own classes: an old migration must not follow them."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String({item.length})"
    return False


def run(connection: Connection) -> None:
    # SQLite, too, can roll back a half-done migration; alembic only does not expect it of this driver
    context.configure(
        connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=plain_type,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as own:
        run(own)
