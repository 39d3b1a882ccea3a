"""For whoever watches over the server: is the process alive, and can it do its work?"""

from __future__ import annotations

import os

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from core.database import Database, check_schema
from core.errors import AbgabeError
from core.settings import Settings
from server.services import ServicesDep

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def alive() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
def ready(services: ServicesDep) -> JSONResponse:
    """503 until the database can be reached and has our schema, and blobs can be written."""
    checks = {"database": _database(services.database), "storage": _storage(services.settings)}
    ok = set(checks.values()) == {"ok"}
    return JSONResponse({"status": "ok" if ok else "not ready", **checks}, 200 if ok else 503)


def _database(database: Database) -> str:
    try:
        check_schema(database.engine)
    except AbgabeError as error:
        return error.code
    return "ok"


def _storage(settings: Settings) -> str:
    folder = settings.blobs_dir if settings.blobs_dir.exists() else settings.data_dir
    return "ok" if os.access(folder, os.W_OK | os.X_OK) else "not writable"
