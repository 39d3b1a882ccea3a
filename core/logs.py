"""How every process logs: one line for each event, as key=value for people or as JSON for a collector.

What binds the lines together is bound with ``structlog.contextvars``: the request in a server, the submission, its
attempt and the worker in a worker. A value can neither begin a new line nor carry a secret that we know of.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO
from urllib.parse import unquote, urlsplit

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from core.settings import Settings

HIDDEN = "***"
SECRET_KEYS = frozenset({"authorization", "cookie", "csrf", "key", "password", "secret", "session", "token"})
LEAST_SECRET = 6
"""Characters. A shorter word may stand anywhere by chance; hiding it would make lines unreadable."""

_PATTERNS = (
    (re.compile(r"\bag_[\w-]{10,}"), f"ag_{HIDDEN}"),
    (re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"(?i)\bbearer\s+[\w.~+/=-]+"), f"Bearer {HIDDEN}"),
    (re.compile(r"(abgabe_(?:session|visit))=[^;\s]+"), rf"\1={HIDDEN}"),
    (re.compile(r"\$argon2\w*\$[^\s'\"]+"), HIDDEN),
)


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Log to ``stream``, by default standard error: our own events, and the warnings of the libraries that we use."""
    stream = stream or sys.stderr
    level = getattr(logging, settings.log_level.upper())
    last = finishing(settings, as_json=_is_json(settings, stream))
    structlog.configure(
        processors=[*_FIRST, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=stream),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_FIRST, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    logging.captureWarnings(True)


_FIRST: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def finishing(settings: Settings, *, as_json: bool) -> tuple[Processor, ...]:
    """From an event to its line: tracebacks as text, nothing secret, one line."""
    write: Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    )
    return structlog.processors.format_exc_info, Veil(secrets_of(settings)), *(() if as_json else (escape,)), write


def _is_json(settings: Settings, stream: TextIO) -> bool:
    return settings.log_format == "json" or (settings.log_format == "auto" and not stream.isatty())


def secrets_of(settings: Settings) -> list[str]:
    """Every secret that the settings hold, also as it stands in an address."""
    found = {settings.metrics_token}
    for address in (settings.database_url, settings.broker_url):
        password = urlsplit(address).password or ""
        found |= {password, unquote(password)}
    return sorted((one for one in found if len(one) >= LEAST_SECRET), key=len, reverse=True)


class Veil:
    """Hides secrets: those it is told, whatever looks like one, and what stands under a name such as ``password``."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = tuple(secrets)

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> Mapping[str, Any]:
        return {key: HIDDEN if key.lower() in SECRET_KEYS else self._veiled(value) for key, value in event.items()}

    def _veiled(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        text = str(value)
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text


def escape(logger: WrappedLogger, method: str, event: EventDict) -> Mapping[str, Any]:
    """Control characters as escapes, so that no value moves the cursor or begins a line; JSON does so by itself."""
    return {key: _escaped(value) if isinstance(value, str) else value for key, value in event.items()}


def _escaped(text: str) -> str:
    # the renderer escapes \n
    return "".join(one if one.isprintable() or one == "\n" else ascii(one)[1:-1] for one in text)
