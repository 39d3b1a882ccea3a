"""For whoever watches over the server: is the process alive, and can it do its work?

What answers 503 is what makes hand-ins or pages impossible. Without the broker hand-ins are accepted and wait, and a
clock that goes wrong spoils no verdict: then the server is degraded, and answers 200.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from core.database import check_schema
from core.deps import Deps
from core.errors import AbgabeError, OurError, texts
from core.storage import check_free, check_writable
from server.services import ServicesDep

CLOCK_SKEWED = texts(
    "clock.skewed",
    en=("This machine's clock differs from the database's by {seconds} s.", "Let both follow a time server (NTP)."),
    de=(
        "Die Uhr dieser Maschine weicht um {seconds} s von der der Datenbank ab.",
        "Bitte beide einem Zeitserver (NTP) folgen lassen.",
    ),
)
MOST_SKEW = dt.timedelta(seconds=5)

router = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)


class Result(NamedTuple):
    code: str = "ok"
    stops_work: bool = False
    """Whether hand-ins or pages are impossible meanwhile."""

    @property
    def is_well(self) -> bool:
        return self.code == "ok"


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def alive() -> dict[str, str]:
    """Asynchronous: it answers also where every thread waits, for a database say."""
    return {"status": "ok"}


@router.api_route("/readyz", methods=["GET", "HEAD"])
def ready(services: ServicesDep) -> JSONResponse:
    """503 until the database can be reached and has our schema, and hand-ins can be stored."""
    checks = check_all(services.deps)
    stopped = any(result.stops_work for result in checks.values())
    well = all(result.is_well for result in checks.values())
    status = "not ready" if stopped else "ok" if well else "degraded"
    codes = {name: result.code for name, result in checks.items()}
    return JSONResponse({"status": status, **codes}, 503 if stopped else 200)


def check_all(deps: Deps) -> dict[str, Result]:
    """Every check by its name. What to do about one that fails is logged: whoever may ask need not know our paths."""
    return {
        "database": _check("database", lambda: check_schema(deps.database.engine), stops_work=True),
        "storage": _check("storage", lambda: check_writable(deps.settings.data_dir), stops_work=True),
        "disk": _check("disk", lambda: check_free(deps.settings.data_dir, deps.settings.min_free_mib), stops_work=True),
        "broker": _check("broker", deps.queue.waiting, stops_work=False),
        "clock": _check("clock", lambda: _check_clock(deps), stops_work=False),
    }


def _check(name: str, check: Callable[[], object], *, stops_work: bool) -> Result:
    try:
        check()
    except AbgabeError as error:
        log.warning("check.failed", check=name, code=error.code, error=str(error))
        return Result(error.code, stops_work)
    except SQLAlchemyError:
        return Result("unknown", stops_work)  # the check of the database says why
    return Result()


def _check_clock(deps: Deps) -> None:
    """Raises OurError where this clock and the database's differ; SQLite has none of its own."""
    if deps.database.engine.dialect.name != "postgresql":
        return
    with deps.database.read() as session:
        theirs = session.execute(select(func.now())).scalar_one()
    difference = abs(deps.clock() - theirs)
    if difference > MOST_SKEW:
        raise OurError(CLOCK_SKEWED, seconds=round(difference.total_seconds()))
