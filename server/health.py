"""For whoever watches over the server: is the process alive, and can it do its work?

What answers 503 is what makes hand-ins or pages impossible. Without the broker hand-ins are accepted and wait, and a
clock that goes wrong spoils no verdict: then the server is degraded, and answers 200. Whoever asks gives up after a few
seconds, so nothing that is silent is waited for.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from typing import NamedTuple
from weakref import WeakKeyDictionary

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from core.clock import check_clock
from core.database import Database, check_schema
from core.deps import Deps
from core.errors import AbgabeError, OurError, texts
from core.storage import check_free, check_writable
from server.services import ServicesDep

SILENT = texts(
    "check.silent",
    en=("The check {check} has had no answer for {seconds} s.", "Is what it asks running, and the network between?"),
    de=("Die Prüfung {check} ist seit {seconds} s ohne Antwort.", "Läuft das Gefragte, und das Netz dazwischen?"),
)
PATIENCE_S = 1.5

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
    checks = {
        "database": _Check("database", lambda: check_schema(deps.database.engine), stops_work=True),
        "storage": _Check("storage", lambda: check_writable(deps.settings.data_dir), stops_work=True),
        "disk": _Check("disk", lambda: check_free(deps.settings.data_dir, deps.settings.min_free_mib), stops_work=True),
        "broker": _Check("broker", deps.queue.waiting, stops_work=False),
        "clock": _Check("clock", lambda: check_clock(deps), stops_work=False),
    }
    begun = {name: _begin(deps.database, check) for name, check in checks.items()}
    wait(begun.values(), PATIENCE_S)
    return {name: begun[name].result() if begun[name].done() else checks[name].silent() for name in checks}


class _Check(NamedTuple):
    name: str
    check: Callable[[], object]
    stops_work: bool

    def result(self) -> Result:
        try:
            self.check()
        except AbgabeError as error:
            return self._failed(error)
        except SQLAlchemyError:
            return Result("unknown", self.stops_work)  # the check of the database says why
        return Result()

    def silent(self) -> Result:
        return self._failed(OurError(SILENT, check=self.name, seconds=PATIENCE_S))

    def _failed(self, error: AbgabeError) -> Result:
        log.warning("check.failed", check=self.name, code=error.code, error=str(error))
        return Result(error.code, self.stops_work)


_begun: WeakKeyDictionary[Database, dict[str, Future[Result]]] = WeakKeyDictionary()
_beginning = threading.Lock()


def _begin(database: Database, check: _Check) -> Future[Result]:
    """The check in a thread of its own. One that is still silent is not begun again: threads would pile up."""
    with _beginning:
        begun = _begun.setdefault(database, {})
        if check.name not in begun or begun[check.name].done():
            begun[check.name] = Future()
            run = partial(contextvars.copy_context().run, _fulfil, begun[check.name], check.result)
            threading.Thread(target=run, name=f"check-{check.name}", daemon=True).start()
        return begun[check.name]


def _fulfil(future: Future[Result], ask: Callable[[], Result]) -> None:
    try:
        future.set_result(ask())
    except BaseException as error:
        future.set_exception(error)
