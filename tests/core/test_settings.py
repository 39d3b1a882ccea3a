"""Settings: where they come from, and what follows from them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.errors import OurError
from core.settings import Settings, get_settings
from tests.core.state_makers import together


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABGABE_PORT", "9000")
    assert Settings().port == 9000


def test_a_file_can_hold_a_secret(tmp_path: Path) -> None:
    (tmp_path / "abgabe_database_url").write_text("postgresql://abgabe:pass@db/abgabe\n")
    assert Settings(_secrets_dir=tmp_path).database == "postgresql://abgabe:pass@db/abgabe"


def test_each_field_is_documented() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValidationError):
        Settings(lease_s=0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ABGABE_PORT", "abc"),
        ("ABGABE_SANDBOX", "none"),
        ("ABGABE_BASE_URL", "foo"),
        ("ABGABE_DATABASE_URL", "foo"),
        ("ABGABE_DATABASE_URL", "mysql://a:topsecret@b/c"),
        ("ABGABE_DATABASE_URL", "postgresql://a:topsecret@127.0.0.1:port/c"),
        ("ABGABE_TIME_ZONE", "Mars/X"),
        ("ABGABE_TIME_ZONE", "Europe"),
        ("ABGABE_TIME_ZONE", "/etc/localtime"),
        ("ABGABE_TIME_ZONE", ""),
        ("ABGABE_TRUSTED_PROXIES", "notanip"),
        ("ABGABE_TRUSTED_PROXIES", "127.0.0.1,proxy.example.org"),
        ("ABGABE_TRUSTED_PROXIES", "127.0.0.1,*"),
        ("ABGABE_TRUSTED_PROXIES", "10.0.0.5/8"),
    ],
)
def test_a_variable_that_is_not_valid_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(OurError) as caught:
        get_settings.__wrapped__()  # past the cache
    assert caught.value.text().startswith(f"A setting is not valid. {name}: ")
    assert "topsecret" not in str(caught.value)


@pytest.mark.parametrize("proxies", ["", "*", "127.0.0.1", "127.0.0.1, ::1", "10.0.0.0/8,fd00::/8"])
def test_proxies_are_addresses_networks_or_all(proxies: str) -> None:
    assert Settings(trusted_proxies=proxies).trusted_proxies == proxies


def test_by_default_everything_is_in_the_data_directory(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert settings.database == f"sqlite:///{tmp_path}/abgabe.sqlite3"
    assert settings.blobs_dir == tmp_path / "blobs"
    assert settings.embedded


def test_the_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    keys = set(together(*[lambda: Settings(data_dir=tmp_path / "new").secret_key()] * 6))
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    (file,) = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_given_secret_key_is_used(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("given")
    assert Settings(data_dir=tmp_path, secret_key_file=tmp_path / "key").secret_key() == b"given"


@pytest.mark.parametrize(
    ("chosen", "base_url", "secure"),
    [
        ("auto", None, False),
        ("auto", "http://localhost", False),
        ("auto", "https://abgabe.example.org", True),
        ("yes", None, True),
        ("no", "https://abgabe.example.org", False),
    ],
)
def test_cookies_are_secure_where_users_come_by_https(chosen: str, base_url: str | None, secure: bool) -> None:
    assert Settings(secure_cookies=chosen, base_url=base_url).cookies_are_secure is secure
