"""What the routes need, gathered once when the application is made and found again through the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from core.database import Database
from core.deps import Deps
from core.settings import Settings
from server.auth.sessions import Sessions
from server.auth.throttle import Throttle
from server.live import Readers


@dataclass(frozen=True)
class Services:
    deps: Deps
    sessions: Sessions
    throttle: Throttle
    readers: Readers
    key: bytes
    """Signs what an anonymous visitor's forms carry."""

    @property
    def settings(self) -> Settings:
        return self.deps.settings

    @property
    def database(self) -> Database:
        return self.deps.database


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _services(request: Request) -> Services:
    """Asynchronous, like all that only looks something up: what is not is handed to a thread and back."""
    return services_of(request)


ServicesDep = Annotated[Services, Depends(_services)]
