"""A worker in a container: what its sandboxes are to mount has another name for the engine outside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import SandboxUnavailable
from core.settings import PROJECT
from worker.sandbox.engine_paths import EnginePaths, from_inspection


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    (tmp_path / "boxes").mkdir()
    return tmp_path / "boxes"


@pytest.fixture
def paths(volume: Path) -> EnginePaths:
    return EnginePaths({volume: Path("/engine/boxes"), volume / "inner": Path("/elsewhere")}, scratch=volume)


def test_beside_the_engine_every_path_is_its_own(tmp_path: Path) -> None:
    assert EnginePaths().of(tmp_path) == tmp_path


def test_what_lies_on_a_volume_is_where_the_engine_keeps_it(paths: EnginePaths, volume: Path) -> None:
    assert paths.of(volume / "exam" / "seam") == Path("/engine/boxes/exam/seam")


def test_of_two_mounts_the_inner_one_counts(paths: EnginePaths, volume: Path) -> None:
    assert paths.of(volume / "inner" / "file") == Path("/elsewhere/file")


def test_what_lies_in_the_image_is_copied_to_the_volume_once(paths: EnginePaths, volume: Path, tmp_path: Path) -> None:
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite" / "test_it.py").write_text("one")
    found = paths.of(tmp_path / "suite")
    copy = volume / found.relative_to("/engine/boxes")
    assert (copy / "test_it.py").read_text() == "one"
    assert paths.of(tmp_path / "suite") == found


def test_a_single_file_is_copied_too(paths: EnginePaths, volume: Path, tmp_path: Path) -> None:
    (tmp_path / "inner.py").write_text("code")
    assert (volume / paths.of(tmp_path / "inner.py").relative_to("/engine/boxes")).read_text() == "code"


def test_a_copy_that_fails_leaves_nothing(paths: EnginePaths, volume: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        paths.of(tmp_path / "nothing")
    assert list(volume.iterdir()) == []


def test_copies_end_with_the_process(volume: Path, tmp_path: Path) -> None:
    (tmp_path / "inner.py").write_text("code")
    script = f"""
from pathlib import Path
from worker.sandbox.engine_paths import EnginePaths
volume = Path({str(volume)!r})
EnginePaths({{volume: Path("/engine")}}, scratch=volume).of(Path({str(tmp_path / "inner.py")!r}))
print(len(list(volume.iterdir())))
"""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=PROJECT)
    assert done.stdout == "1\n"
    assert list(volume.iterdir()) == []


def test_without_a_volume_for_copies_it_says_what_to_do(volume: Path, tmp_path: Path) -> None:
    paths = EnginePaths({volume: Path("/engine")}, scratch=tmp_path)
    with pytest.raises(SandboxUnavailable) as raised:
        paths.of(tmp_path / "file")
    assert "TMPDIR" in raised.value.hint("en")


def test_mounts_that_the_host_does_not_have_are_left_out() -> None:
    listed = [
        {"Type": "volume", "Source": "/var/lib/docker/volumes/x/_data", "Destination": "/boxes"},
        {"Type": "tmpfs", "Source": "", "Destination": "/tmp"},
    ]
    assert from_inspection(listed) == {Path("/boxes"): Path("/var/lib/docker/volumes/x/_data")}
