"""What the scripts for operators do where something is amiss: the real tar, and a Compose that does as it is told."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.compose.installation import PROJECT

# ``docker compose``: a command for the server runs here, on the folder data; a file down/NAME stops what NAME says
COMPOSE = """#!/bin/bash
there=$(dirname "$0")
fails() { [ -e "$there/down/$1" ] && echo "$1 is down" >&2; }
[[ $* != *" stop "* ]] && [[ $* = *server* ]] && fails server && exit 1
[[ $* = *" postgres true" ]] && fails postgres && exit 1
[[ $* = *" server true" ]] && exit 0
[[ $* = *tar* ]] && fails tar && exit 1
case "$*" in
*pg_dump*) echo "SELECT 1;" ;;
*" server "*" -cf "*) shift 4; cd "$there/data"; exec "${@//-C \\/data/-C .}" ;;
*" server "*" -xf "*) tar -C "$there/data" -xf - ;;
*pg_isready*) echo 0 ;;
*--single-transaction*) cat >/dev/null; fails psql && exit 3; touch "$there/database" ;;
esac
"""


@dataclass
class Place:
    """A folder with the scripts, and what its containers hold."""

    folder: Path

    def run(self, *command: str, expect: int = 0) -> str:
        done = subprocess.run(
            ["bash", *command],
            cwd=self.folder,
            env=os.environ | {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == expect, done.stdout
        return done.stdout

    def stop(self, what: str) -> None:
        (self.folder / "bin" / "down" / what).touch()

    def mend(self, what: str) -> None:
        (self.folder / "bin" / "down" / what).unlink()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    shutil.copytree(PROJECT / "scripts", tmp_path / "scripts")
    for folder in ("bin/down", "bin/data", "secrets"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "bin" / "docker").write_text(COMPOSE)
    (tmp_path / "bin" / "docker").chmod(0o755)
    (tmp_path / "bin" / "data" / "hand_in").write_text("code")
    (tmp_path / "secrets" / "secret_key").write_text("key")
    return Place(tmp_path)


class TestBackup:
    def test_it_holds_the_files(self, place: Place) -> None:
        place.run("scripts/backup.sh", "kept")
        listed = subprocess.run(["tar", "-tf", place.folder / "kept" / "data.tar"], capture_output=True, text=True)
        assert "./hand_in" in listed.stdout

    def test_a_server_that_is_down_gives_none(self, place: Place) -> None:
        """Compose answers 1, as tar does where a folder grew."""
        place.stop("tar")
        place.run("scripts/backup.sh", "kept", expect=1)
        assert not list(place.folder.glob("kept*"))

    @pytest.mark.parametrize("service", ["postgres", "server"])
    def test_an_installation_that_does_not_run_is_told_in_a_line(self, place: Place, service: str) -> None:
        place.stop(service)
        told = place.run("scripts/backup.sh", "kept", expect=1)
        assert told == f"No {service} of this installation answers; start it: docker compose up -d\n"
        assert not list(place.folder.glob("kept*"))


class TestWorkerSecrets:
    @pytest.fixture(autouse=True)
    def secrets(self, place: Place) -> None:
        (place.folder / ".env").write_text("PRIVATE_ADDRESS=10.0.0.5\n")
        for name in ("abgabe_database_url", "abgabe_broker_url", "abgabe_metrics_token"):
            (place.folder / "secrets" / name).write_text(f"a@postgres:5432/{name}")

    def test_the_folder_is_the_callers(self, place: Place) -> None:
        place.run("-c", "mkdir elsewhere && cd elsewhere && ../scripts/installation.sh worker-secrets for-worker")
        made = place.folder / "elsewhere" / "for-worker"
        assert len(list(made.iterdir())) == 3
        assert "@10.0.0.5:5432/" in (made / "abgabe_database_url").read_text()

    @pytest.mark.parametrize("folder", ["secrets", ".", "kept"])
    def test_what_is_there_stays(self, place: Place, folder: str) -> None:
        (place.folder / "kept").mkdir()
        (place.folder / "kept" / "thesis").touch()
        told = place.run("scripts/installation.sh", "worker-secrets", folder, expect=2)
        assert "is there already" in told
        assert (place.folder / "kept" / "thesis").exists()
        assert (place.folder / "secrets" / "secret_key").exists()


class TestRestore:
    @pytest.fixture
    def backup(self, place: Place) -> Path:
        place.run("scripts/backup.sh", "kept")
        shutil.rmtree(place.folder / "bin" / "data")
        (place.folder / "bin" / "data").mkdir()
        (place.folder / "secrets" / "secret_key").write_text("another")
        return place.folder / "kept"

    @pytest.mark.parametrize("part", ["server", "psql"])
    def test_one_that_failed_can_be_repeated(self, place: Place, backup: Path, part: str) -> None:
        """Its database comes last: accounts that are there would forbid a second try."""
        place.stop(part)
        with pytest.raises(AssertionError, match=f"{part} is down"):
            place.run("scripts/restore.sh", "kept")
        assert not (place.folder / "bin" / "database").exists()
        place.mend(part)
        place.run("scripts/restore.sh", "kept")
        assert (place.folder / "bin" / "database").exists()
        assert (place.folder / "bin" / "data" / "hand_in").read_text() == "code"
        assert (place.folder / "secrets" / "secret_key").read_text() == "key"

    @pytest.mark.parametrize("name", ["data.tar", "SHA256SUMS", ""])
    def test_what_is_missing_is_named(self, place: Place, backup: Path, name: str) -> None:
        shutil.rmtree(backup) if not name else (backup / name).unlink()
        told = place.run("scripts/restore.sh", "kept", expect=2)
        assert told == (
            f"{backup} is no whole backup: it has no {name}.\n" if name else f"There is no folder {backup}.\n"
        )

    @pytest.mark.parametrize("name", ["data.tar", "secret_key"])
    def test_half_a_backup_changes_nothing(self, place: Place, backup: Path, name: str) -> None:
        """Also where its checksums are right."""
        (backup / name).write_bytes(b"")
        sums = [f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in backup.iterdir()]
        (backup / "SHA256SUMS").write_text("".join(line for line in sums if "SHA256SUMS" not in line))
        assert "not whole" in place.run("scripts/restore.sh", "kept", expect=2)
        assert not (place.folder / "bin" / "database").exists()
        assert (place.folder / "secrets" / "secret_key").read_text() == "another"


@pytest.mark.parametrize(
    ("engine", "user_group", "expected"),
    [("seccomp", "4242", "own"), ("seccomp rootless", "own", "0"), ("seccomp rootless", "4242", "777")],
)
def test_the_engines_group_is_as_a_container_sees_it(place: Place, engine: str, user_group: str, expected: str) -> None:
    socket = place.folder / "docker.sock"
    socket.touch()
    own = str(socket.stat().st_gid)
    said = {"docker": f"[{engine}]", "id": user_group.replace("own", own), "getent": "docker:x:777:"}
    for name, words in said.items():
        command = place.folder / "bin" / name
        command.write_text(f"#!/bin/sh\necho '{words}'\n")
        command.chmod(0o755)
    (place.folder / ".env").write_text(f"DOCKER_SOCKET={socket}\n")
    place.run("scripts/installation.sh")
    assert f"DOCKER_GID={expected.replace('own', own)}\n" in (place.folder / ".env").read_text()
