"""The life of an installation, told once by the commands of docs/operating.md on a real engine, and what there was to
see. It begins with a backup of the first schema: whatever the schema is today, the data of an old version live on.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.database import MIGRATIONS
from tests.compose.installation import PROJECT, Machine, Student, blocks, free_ports, private_address

pytestmark = pytest.mark.timeout(900)
OLD_BACKUP = Path(__file__).with_name("backup_0001")
OLD_SUBMISSION = "01a20fb8-33c8-730c-a1ad-666ef48896f5"
OLD_SHA256 = "e39de0e9f5aac8425f01a78bbf1bd5ff53eb581f0ff3f434dd392b992acb3d7f"
PASSWORD = "correct horse"  # of alice, in the old backup
RIGHT = PROJECT / "tests" / "candidates" / "ex1" / "right_plain"
STRANGER = "203.0.113.7"
SERVICES = ("postgres", "redis", "server", "worker")
IMAGES = {"SERVER_IMAGE": "abgabe-test/server", "WORKER_IMAGE": "abgabe-test/worker"}


@dataclass
class Seen:
    """What there was to see at each station."""

    containers: dict[str, dict[str, Any]] = field(default_factory=dict)
    secret_texts: set[str] = field(default_factory=set)
    schema_after_upgrade: str = ""
    old_after_upgrade: bytes = b""
    results: dict[str, dict[str, float | None]] = field(default_factory=dict)
    download_before: bytes = b""
    downloads_after: dict[str, bytes] = field(default_factory=dict)
    refusal: str = ""
    admin_address: str = ""
    graded_by: str = ""
    second_worker: str = ""
    left_over_is_gone: bool = False
    blocks_run: set[str] = field(default_factory=set)


@dataclass
class Story:
    """Plays it; ``seen`` is what tests look at."""

    machine: Machine
    second: Machine
    student: Student
    seen: Seen = field(default_factory=Seen)

    def follow(self, heading: str, only: int | None = None, on: Machine | None = None) -> str:
        """Run the manual's commands below ``heading``, or one block of them; what they print."""
        printed = []
        for number, commands in enumerate(blocks()[heading]):
            if only in (None, number):
                printed.append((on or self.machine).run(commands))
                self.seen.blocks_run.add(f"{heading} {number}")
        return "".join(printed)

    def hand_in(self) -> None:
        command = [str(Path(sys.executable).with_name("abgabe")), "submit", "ex1", str(RIGHT)]
        options = ["--server", self.student.url, "--login", self.student.login]
        done = subprocess.run([*command, *options], input=f"{PASSWORD}\n", capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def look(self, station: str) -> None:
        self.seen.results[station] = self.student.results()

    def sql(self, query: str) -> str:
        return self.machine.run("docker compose exec -T postgres psql -At -U abgabe -d abgabe", query).strip()

    def play(self) -> None:
        self._install_and_upgrade()
        self._look_around()
        self._grade()
        self._rotate_and_join()
        self._lose_everything_and_restore()

    def _install_and_upgrade(self) -> None:
        self.follow("Install", 0)
        self.machine.run(f"scripts/restore.sh {OLD_BACKUP}")
        self.machine.wait_until_healthy(*SERVICES)
        self.seen.schema_after_upgrade = self.sql("SELECT version_num FROM alembic_version")
        self.look("upgraded")
        self.seen.old_after_upgrade = self.student.download(OLD_SUBMISSION)
        self.follow("Install", 1)
        self._log_in_through_a_proxy(self.follow("Install", 2))
        self.follow("Install", 3)

    def _log_in_through_a_proxy(self, printed: str) -> None:
        password = re.search(r"admin ada  password: (\S+)", printed)
        assert password, printed
        account = {"login": "ada", "password": password[1]}
        answer = httpx.post(f"{self.student.url}/api/v1/tokens", json=account, headers={"X-Forwarded-For": STRANGER})
        assert answer.status_code == 201, answer.text
        self.seen.admin_address = self.sql(
            "SELECT address FROM audit_entry WHERE actor = 'ada' ORDER BY id DESC LIMIT 1"
        )

    def _look_around(self) -> None:
        self.seen.containers = self.machine.containers()
        files = (self.machine.folder / "secrets").iterdir()
        self.seen.secret_texts = {file.read_text() for file in files}
        self.follow("What to watch")

    def _grade(self) -> None:
        self.hand_in()
        self.look("graded")

    def _rotate_and_join(self) -> None:
        """Goes down and up with new secrets; then only the second machine's worker is there to grade."""
        self.machine.set(COMPOSE_FILE="docker-compose.yml:docker-compose.share.yml")
        self.follow("Rotate secrets")
        self.follow("A worker on another machine", 0)
        shutil.copytree(self.machine.folder / "for-worker", self.second.folder / "secrets")
        self.second.set(DATA=self._mountpoint("data"))
        self.follow("A worker on another machine", 1, self.second)
        self.machine.run("docker compose stop worker")
        self.hand_in()
        self.look("rotated")
        self.seen.graded_by = self.sql("SELECT worker FROM attempt ORDER BY started_at DESC LIMIT 1")
        self.seen.second_worker = self.second.containers()["worker"]["Id"]
        self.second.remove()

    def _mountpoint(self, volume: str) -> str:
        shown = ["docker", "volume", "inspect", "-f", "{{.Mountpoint}}", f"{self.machine.project}_{volume}"]
        return subprocess.run(shown, check=True, capture_output=True, text=True).stdout.strip()

    def _lose_everything_and_restore(self) -> None:
        newest = max(self.seen.results["rotated"])
        self.seen.download_before = self.student.download(newest)
        self.follow("Back up")
        self.follow("Upgrade")
        self.seen.refusal = self.machine.run("scripts/restore.sh backups/nightly", expect=1)
        left_over = ["--label", "abgabe.host=gone", "--label", f"abgabe.container={'0' * 64}"]
        image = self.seen.containers["redis"]["Image"]
        made = subprocess.run(["docker", "create", *left_over, image], check=True, capture_output=True, text=True)
        self.machine.run("docker compose down -v && docker compose up -d")
        self.follow("Restore")
        self.machine.wait_until_healthy("server", "worker")
        self.look("restored")
        self.seen.left_over_is_gone = (
            subprocess.run(["docker", "rm", made.stdout.strip()], capture_output=True).returncode != 0
        )
        self.seen.downloads_after = {one: self.student.download(one) for one in (OLD_SUBMISSION, newest)}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    if shutil.which("docker-compose") is None and subprocess.run(["docker", "compose", "version"]).returncode != 0:
        pytest.skip("no Docker Compose: apt-get install -y docker-compose")
    # a worker in a container would build them, with an index of packages that it can reach
    ready = [sys.executable, "-m", "worker.sandbox.setup_docker", "candidate-numpy", "examiner"]
    subprocess.run(ready, cwd=PROJECT, check=True)
    name = f"abgabe-test-{secrets.token_hex(3)}"
    http, postgres, redis = free_ports(3)
    shared = {"PRIVATE_ADDRESS": private_address(), "POSTGRES_PORT": postgres, "REDIS_PORT": redis}
    folder = tmp_path_factory.mktemp("compose")
    machine = Machine(folder / "first", name, {"HTTP_PORT": http, "ABGABE_WORKERS": "1", **shared, **IMAGES})
    second = Machine(folder / "second", f"{name}-second", IMAGES)
    with ExitStack() as stack:
        stack.callback(machine.remove)
        stack.callback(second.run, "docker compose -f docker-compose.worker.yml down -v -t 5 || true")
        story = Story(machine, second, Student(f"http://127.0.0.1:{http}", "alice", PASSWORD))
        story.play()
        yield story


@pytest.fixture(scope="module")
def seen(story: Story) -> Seen:
    return story.seen


class TestContainers:
    def test_only_the_server_is_published_and_to_this_machine_alone(self, seen: Seen) -> None:
        published = {
            name: [where["HostIp"] for port in one["NetworkSettings"]["Ports"].values() for where in port or ()]
            for name, one in seen.containers.items()
        }
        assert {name: where for name, where in published.items() if where} == {"server": ["127.0.0.1"]}

    @pytest.mark.parametrize("service", [*SERVICES, "migrate"])
    def test_it_runs_with_no_more_than_it_needs(self, seen: Seen, service: str) -> None:
        found = seen.containers[service]
        config = found["HostConfig"]
        assert found["Config"]["User"] not in ("", "0", "root")
        assert config["ReadonlyRootfs"]
        assert not config["Privileged"]
        assert config["CapDrop"] == ["ALL"]
        assert "no-new-privileges:true" in config["SecurityOpt"]
        assert config["Memory"] > 0

    @pytest.mark.parametrize("service", ["server", "worker"])
    def test_large_files_for_a_while_lie_on_a_disk(self, seen: Seen, service: str) -> None:
        """Those in /tmp count as memory."""
        found = seen.containers[service]
        environment = dict(line.split("=", 1) for line in found["Config"]["Env"])
        volumes = {mount["Destination"] for mount in found["Mounts"] if mount["Type"] == "volume"}
        assert environment["TMPDIR"] in volumes

    def test_only_the_worker_has_the_engines_socket(self, seen: Seen) -> None:
        holders = [
            name for name, one in seen.containers.items() if any("docker.sock" in m["Source"] for m in one["Mounts"])
        ]
        assert holders == ["worker"]

    def test_no_secret_is_shown_by_the_engine(self, seen: Seen) -> None:
        assert len(seen.secret_texts) == 6
        for found in seen.containers.values():
            shown = str((found["Config"], found["Args"], found["Path"]))
            assert not [text for text in seen.secret_texts if text in shown]


def test_data_of_the_first_version_live_on(seen: Seen) -> None:
    newest = max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert seen.schema_after_upgrade == newest
    assert seen.results["upgraded"] == {OLD_SUBMISSION: 100}
    assert hashlib.sha256(seen.old_after_upgrade).hexdigest() == OLD_SHA256


def test_a_hand_in_is_graded(seen: Seen) -> None:
    assert sorted(seen.results["graded"].values()) == [100, 100]


def test_new_secrets_lose_nothing(seen: Seen) -> None:
    assert seen.results["rotated"].items() > seen.results["graded"].items()


def test_a_worker_of_another_machine_grades(seen: Seen) -> None:
    assert list(seen.results["rotated"].values()) == [100, 100, 100]
    assert seen.second_worker.startswith(seen.graded_by.partition("/")[0])


def test_a_restored_installation_is_as_it_was(seen: Seen) -> None:
    assert seen.results["restored"] == seen.results["rotated"]
    old, new = seen.downloads_after.values()
    assert hashlib.sha256(old).hexdigest() == OLD_SHA256
    assert new == seen.download_before


def test_a_backup_does_not_overwrite_accounts(seen: Seen) -> None:
    assert "has 2 accounts" in seen.refusal


def test_the_server_learns_from_the_proxy_who_asks(seen: Seen) -> None:
    assert seen.admin_address == STRANGER


def test_a_new_worker_removes_sandboxes_of_a_container_that_is_gone(seen: Seen) -> None:
    assert seen.left_over_is_gone


def test_every_command_of_the_manual_was_run(seen: Seen) -> None:
    assert seen.blocks_run == {f"{heading} {n}" for heading, found in blocks().items() for n in range(len(found))}
