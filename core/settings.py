"""Every setting of an installation: one documented field each, read from ``ABGABE_…`` variables or secret files.

A secret need not stand in the environment: a file ``abgabe_database_url`` below ``/run/secrets`` (or the folder that
``ABGABE_SECRETS_DIR`` names) sets ``database_url``, as Docker and systemd hand secrets over.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from core.errors import OurError, texts

SETTINGS_INVALID = texts(
    "settings.invalid",
    en=("A setting is not valid. {reasons}.", "Correct the variable, or the secret file of the same name."),
    de=("Eine Einstellung ist ungültig. {reasons}.", "Bitte die Variable oder die gleichnamige Geheimnisdatei ändern."),
)

# read by this module, by abgabe submit, and by scripts/parts.sh
ELSEWHERE = ("ABGABE_SECRETS_DIR", "ABGABE_SERVER", "ABGABE_TOKEN", "ABGABE_BASE_IMAGE")
PROJECT = Path(__file__).resolve().parent.parent
LEAST_TOKEN = 16
DATABASES = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")


class Settings(BaseSettings):
    """Immutable once read. Units stand in the names; a relative path is relative to where the process was started."""

    model_config = SettingsConfigDict(env_prefix="ABGABE_", frozen=True, extra="ignore")

    data_dir: Path = Field(Path("data"), description="Blobs, the SQLite database and the secret key; back this up.")
    database_url: str = Field("", repr=False, description="sqlite:///… or postgresql://…; empty: SQLite in data_dir.")
    broker_url: str = Field(
        "memory://", repr=False, description="memory:// (a worker in this process) or redis://host:port/0."
    )
    suites_dir: Path = Field(PROJECT / "test_suites", description="Folder of the suites, one folder per exercise.")

    sandbox: Literal["auto", "docker", "bubblewrap"] = Field("auto", description="What keeps the student's code in.")
    docker_runtime: str = Field("", description="Another container runtime than the engine's own, such as runsc.")
    sandbox_env_dir: Path = Field(PROJECT / ".venv" / "sandbox", description="Python of the bubblewrap sandbox.")

    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the server listens on.")
    trusted_proxies: str = Field(
        "", description="TLS proxies whose X-Forwarded-For is believed: addresses or networks, with commas; * for all."
    )
    base_url: str | None = Field(None, description="Where users reach the server, e.g. https://abgabe.example.org.")
    secret_key_file: Path | None = Field(None, description="File with the key that signs; empty: in data_dir.")
    session_hours: float = Field(12.0, gt=0, description="A login lasts this long.")
    secure_cookies: Literal["auto", "yes", "no"] = Field("auto", description="auto: yes where base_url is https.")
    time_zone: str = Field("Europe/Berlin", description="Whose clocks the pages show, e.g. Europe/Berlin.")
    max_upload_mib: int = Field(10, ge=1, description="Largest upload.")
    min_free_mib: int = Field(256, ge=0, description="With less disk space than this, hand-ins are refused.")

    max_waiting: int = Field(100, ge=1, description="Hand-ins of a student that may wait for their exam at a time.")
    max_hand_ins: int = Field(2000, ge=1, description="Hand-ins of a student, over all exercises.")
    max_stored_mib: int = Field(1000, ge=1, description="What all hand-ins of a student may weigh together.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    log_format: Literal["auto", "text", "json"] = Field("auto", description="auto: text on a terminal, else JSON.")
    metrics_token: str = Field("", repr=False, description="Who sends it as a bearer token may read /metrics.")
    metrics_host: str = Field("127.0.0.1", description="Address of a worker process's own /metrics.")
    metrics_port: int = Field(0, ge=0, le=65535, description="Port of a worker process's own /metrics; 0: none.")

    workers: int = Field(
        default_factory=lambda: max(1, (os.cpu_count() or 2) // 2), ge=1, description="Exams at a time per process."
    )
    lease_s: float = Field(30.0, gt=0, description="A worker that is silent for so long has lost its attempt.")
    heartbeat_s: float = Field(5.0, gt=0, description="How often a worker renews its lease.")
    reconcile_s: float = Field(5.0, gt=0, description="How often lost work is looked for.")
    requeue_s: float = Field(30.0, gt=0, description="A queued submission is suspected lost after so long.")
    max_attempts: int = Field(3, ge=1, description="Attempts that may fail through no fault of the student's.")
    retry_backoff_s: float = Field(10.0, ge=0, description="Pause before the second attempt; doubles each time.")

    @field_validator("database_url")
    @classmethod
    def _is_a_database_of_ours(cls, url: str) -> str:
        try:
            known = not url or make_url(url).drivername in DATABASES
        except (ArgumentError, ValueError):
            known = False
        if not known:
            raise ValueError("must begin with sqlite:/// or postgresql:// and be a valid address")
        return url

    @field_validator("metrics_token")
    @classmethod
    def _is_hard_to_guess(cls, token: str) -> str:
        if token and len(token) < LEAST_TOKEN:
            raise ValueError(f"must have {LEAST_TOKEN} characters or more")
        return token

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise ValueError("must be an address such as https://abgabe.example.org")
        return url

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (LookupError, ValueError, OSError):  # unknown, no name at all, a folder
            raise ValueError("must be a time zone such as Europe/Berlin") from None
        return name

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, proxies: str) -> str:
        """The server would take any other word for a name that no request ever comes from."""
        for one in () if proxies.strip() in ("", "*") else proxies.split(","):
            try:
                ipaddress.ip_network(one.strip())
            except ValueError:
                reason = "must be addresses or networks, such as 127.0.0.1 or 10.0.0.0/8, separated by commas, or *"
                raise ValueError(reason) from None
        return proxies.strip()

    @property
    def database(self) -> str:
        """The database to use: ``database_url``, or SQLite in ``data_dir``."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'abgabe.sqlite3'}"

    @property
    def blobs_dir(self) -> Path:
        return self.data_dir / "blobs"

    @property
    def embedded(self) -> bool:
        """Whether this process grades by itself, without a broker beside it."""
        return self.broker_url.startswith("memory:")

    @property
    def cookies_are_secure(self) -> bool:
        if self.secure_cookies == "auto":
            return (self.base_url or "").startswith("https://")
        return self.secure_cookies == "yes"

    def secret_key(self) -> bytes:
        """The key in ``secret_key_file``; made at the first call where there is none yet."""
        path = self.secret_key_file or self.data_dir / "secret_key"
        if not path.exists():
            _create_key(path)
        return path.read_bytes()


def _create_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_hex(32))
    try:
        # link, not rename: where two processes start at once, the first key stays
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


@cache
def get_settings() -> Settings:
    """The settings of this process, read once. Raises OurError with the variable's name where one is not valid."""
    folder = Path(os.environ.get("ABGABE_SECRETS_DIR", "/run/secrets"))
    try:
        return Settings(_secrets_dir=folder if folder.is_dir() else None)
    except ValidationError as error:
        # the value itself is not repeated: it may be a secret
        reasons = (f"{_variable(one['loc'][0])}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors())
        raise OurError(SETTINGS_INVALID, reasons="; ".join(reasons)) from None


def _variable(field: object) -> str:
    """The environment variable that sets a field."""
    return f"ABGABE_{field}".upper()


def variables() -> list[str]:
    """Every environment variable that is read."""
    return [*map(_variable, Settings.model_fields), *ELSEWHERE]


def unknown_variables(environment: Iterable[str]) -> list[str]:
    """Those that look like ours and are read by nothing: misspelt, or of another version."""
    return sorted(
        name for name in environment if name.upper().startswith("ABGABE_") and name.upper() not in variables()
    )
