"""The proxies of docs/operating.md, as they stand there: real ones, with TLS, in front of a server."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from getpass import getuser
from pathlib import Path

import httpx
import pytest

from core import metrics
from core.audit import entries
from core.models import Role
from tests.real_parts import free_port, wait_until
from tests.server.conftest import Stage
from tests.server.makers import PASSWORD, Browser, House

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "operating.md"
NAME = "abgabe.example.org"
UPSTREAM = "127.0.0.1:8000"
CLIENT = "127.0.0.2"
FORGED = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http"}


def _of_the_manual(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", MANUAL.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def _changed(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


def _nginx(folder: Path, port: int, upstream: str) -> list[str]:
    cert, key = folder / "cert.pem", folder / "key.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    make += ["-subj", f"/CN={NAME}", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(make, check=True, capture_output=True)
    site = _changed(
        _of_the_manual("nginx"),
        {
            "listen 443": f"listen 127.0.0.1:{port}",
            "/etc/ssl/certs/abgabe.pem": str(cert),
            "/etc/ssl/private/abgabe.key": str(key),
            UPSTREAM: upstream,
        },
    )
    paths = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"user {getuser()}; daemon off; pid {folder}/pid; error_log {folder}/log; events {{}}"
    (folder / "nginx.conf").write_text(f"{main} http {{ access_log off; {paths} {site} }}")
    return ["nginx", "-e", str(folder / "log"), "-c", str(folder / "nginx.conf")]


def _caddy(folder: Path, port: int, upstream: str) -> list[str]:
    ours = f"{{\n admin off\n auto_https disable_redirects\n skip_install_trust\n storage file_system {folder}\n"
    text = _of_the_manual("caddy").replace("{\n", ours, 1)
    site = f"https://{NAME}:{port} {{\n bind 127.0.0.1\n tls internal\n"
    (folder / "Caddyfile").write_text(_changed(text, {f"{NAME} {{\n": site, UPSTREAM: upstream}))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


PROXIES: dict[str, Callable[[Path, int, str], list[str]]] = {"nginx": _nginx, "caddy": _caddy}


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request: pytest.FixtureRequest, stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    if shutil.which(request.param) is None:
        pytest.skip(f"no {request.param}: apt-get install -y nginx-light caddy")
    folder, port = tmp_path_factory.mktemp(request.param), free_port()
    command = PROXIES[request.param](folder, port, stage.url.removeprefix("http://"))
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={"HOME": str(folder), "PATH": PATH})
    url = f"https://127.0.0.1:{port}"
    with client(url) as probe:
        wait_until("the proxy's start", lambda: _answers(probe))
    yield url
    process.terminate()
    process.wait(10)


PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def client(url: str, **options: object) -> httpx.Client:
    """Of the address CLIENT, asking for the name that the manual's proxies serve, and lying about who asks."""

    def name(request: httpx.Request) -> None:
        request.extensions["sni_hostname"] = NAME

    transport = httpx.HTTPTransport(verify=False, local_address=CLIENT)
    headers = {"Host": NAME, "Accept-Language": "en", **FORGED}
    hooks = {"request": [name]}
    return httpx.Client(base_url=url, transport=transport, headers=headers, event_hooks=hooks, timeout=10)


def _answers(probe: httpx.Client) -> bool:
    try:
        return probe.get("/nothing").status_code < 600
    except httpx.TransportError:
        return False


@pytest.fixture
def house(house: House, proxy: str) -> House:
    """Told that it is reached through the proxy."""
    settings = house.deps.settings.model_copy(update={"base_url": f"https://{NAME}"})
    house.serve(replace(house.deps, settings=settings))
    return house


def visitor(proxy: str, house: House | None = None) -> Browser:
    """Somebody behind the proxy; with a house, ada, who is logged in."""
    browser = Browser(proxy)
    browser.http = client(proxy)
    if house:
        secret = house.browser("ada").http.cookies["abgabe_session"]
        browser.http.cookies.set("__Host-abgabe_session", secret)
    return browser


def test_whoever_asks_is_known_and_cannot_say_otherwise(house: House, proxy: str) -> None:
    house.person("root", Role.ADMIN)
    assert visitor(proxy).log_in("root", PASSWORD).status_code == 303
    (entry,) = entries(house.deps.database, actor="root").entries
    assert entry.address == CLIENT


def test_a_browser_keeps_its_cookies_to_tls(house: House, proxy: str) -> None:
    stranger = visitor(proxy)
    assert stranger.get("/").headers["location"].startswith("/login")
    answer = stranger.get("/login")
    assert "strict-transport-security" in answer.headers
    assert answer.headers["set-cookie"].startswith("__Host-")
    assert "; secure" in answer.headers["set-cookie"].lower()


def test_verdicts_are_told_one_by_one(house: House, proxy: str) -> None:
    ada = visitor(proxy, house)
    grader = house.grader(ada.hand_in())
    ada.http.headers["Authorization"] = house.api("ada").headers["Authorization"]
    with ada.http.stream("GET", f"/api/v1/submissions/{grader.submission_id}/events") as answer:
        events = (line.removeprefix("event: ") for line in answer.iter_lines() if line.startswith("event: "))
        assert next(events) == "state"
        grader.start().plan()
        assert next(events) == "state"
        grader.record(0)
        # the next is read before anything else happens: held back by the proxy, it would not come
        assert next(event for event in events if event != "state") == "case"
        grader.record(1)
        assert next(events) == "case"


def test_a_reader_who_leaves_is_let_go(house: House, proxy: str) -> None:
    ada, before = visitor(proxy, house), _ended()
    with ada.http.stream("GET", f"/submissions/{ada.hand_in()}/live") as answer:
        assert next(answer.iter_lines())
    wait_until("the end of the stream at the server", lambda: _ended() > before, timeout_s=5)


def _ended() -> float:
    """How many streams of pages the server has ended."""
    route = {"route": "/submissions/{submission_id}/live"}
    return metrics.REGISTRY.get_sample_value("abgabe_http_request_seconds_count", route) or 0.0


def test_files_come_through_and_what_is_too_large_is_told_by_us(house: House, proxy: str) -> None:
    ada = visitor(proxy, house)
    assert ada.hand_in()
    answer = ada.upload({"submission.zip": bytes(3 << 20)})
    assert answer.status_code == 413
    assert "Abgabe" in answer.text
