"""Whether this machine's clock agrees with the database's: leases and deadlines are compared by both."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

from core.deps import Deps
from core.errors import OurError, texts

CLOCK_SKEWED = texts(
    "clock.skewed",
    en=("This machine's clock differs from the database's by {seconds} s.", "Let both follow a time server (NTP)."),
    de=(
        "Die Uhr dieser Maschine weicht um {seconds} s von der der Datenbank ab.",
        "Bitte beide einem Zeitserver (NTP) folgen lassen.",
    ),
)
MOST_SKEW = dt.timedelta(seconds=5)


def check_clock(deps: Deps) -> None:
    """Raises OurError where this clock and the database's differ; SQLite has none of its own."""
    if deps.database.engine.dialect.name != "postgresql":
        return
    with deps.database.read() as session:
        theirs = session.execute(select(func.now())).scalar_one()
    difference = abs(deps.clock() - theirs)
    if difference > MOST_SKEW:
        raise OurError(CLOCK_SKEWED, seconds=round(difference.total_seconds()))
