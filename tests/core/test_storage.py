"""Blobs: content-addressed, durable, checked when read."""

from __future__ import annotations

import hashlib
import io
import os
import resource
from pathlib import Path

import pytest

from core.errors import StorageFailed
from core.storage import LEFTOVER_AGE_S, Blobs, Staged
from tests.core.state_makers import together


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def put(blobs: Blobs, stream: io.IOBase) -> Staged:
    with blobs.staged(stream) as staged:  # type: ignore[arg-type]
        staged.keep()
    return staged


def test_what_was_put_comes_back(blobs: Blobs) -> None:
    stored = put(blobs, io.BytesIO(b"hello"))
    assert (stored.sha256, stored.size_bytes) == (hashlib.sha256(b"hello").hexdigest(), 5)
    with blobs.open(stored.sha256) as blob:
        assert blob.read() == b"hello"


def test_equal_content_is_stored_once(blobs: Blobs) -> None:
    first, second = put(blobs, io.BytesIO(b"hello")), put(blobs, io.BytesIO(b"hello"))
    assert first.sha256 == second.sha256
    assert [path for path in blobs.root.rglob("*") if path.is_file()] == [blobs.path(first.sha256)]


def test_only_the_rest_of_the_stream_counts(blobs: Blobs) -> None:
    stream = io.BytesIO(b"headbody")
    stream.seek(4)
    with blobs.open(put(blobs, stream).sha256) as blob:
        assert blob.read() == b"body"


def test_a_damaged_blob_is_not_handed_out(blobs: Blobs) -> None:
    sha256 = put(blobs, io.BytesIO(b"hello")).sha256
    blobs.path(sha256).write_bytes(b"hellp")
    with pytest.raises(StorageFailed, match="damaged"):
        blobs.open(sha256)


def test_putting_again_mends_a_damaged_blob(blobs: Blobs) -> None:
    sha256 = put(blobs, io.BytesIO(b"hello")).sha256
    blobs.path(sha256).write_bytes(b"")
    put(blobs, io.BytesIO(b"hello"))
    with blobs.open(sha256) as blob:
        assert blob.read() == b"hello"


def test_an_unknown_blob_is_our_failure(blobs: Blobs) -> None:
    with pytest.raises(StorageFailed):
        blobs.open("0" * 64)


def test_a_place_that_cannot_be_written_is_our_failure(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file where a folder should be")
    with pytest.raises(StorageFailed, match="could not be stored"):
        put(Blobs(tmp_path / "blobs"), io.BytesIO(b"hello"))


def test_a_full_disk_is_our_failure_and_leaves_nothing(blobs: Blobs) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))  # fails where a full disk does: flushing, then closing
    try:
        with pytest.raises(StorageFailed, match="could not be stored"):
            put(blobs, io.BytesIO(b"hello"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not [path for path in blobs.root.rglob("*") if path.is_file()]


def test_a_stream_that_breaks_leaves_nothing(blobs: Blobs) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise ConnectionResetError("the client went away")

    with pytest.raises(StorageFailed):
        put(blobs, Broken())
    assert not [path for path in blobs.root.rglob("*") if path.is_file()]


def test_what_is_not_kept_leaves_nothing(blobs: Blobs) -> None:
    with blobs.staged(io.BytesIO(b"refused")) as staged:
        pass
    assert not [path for path in blobs.root.rglob("*") if path.is_file()]
    with pytest.raises(StorageFailed):
        blobs.open(staged.sha256)


def test_many_threads_may_put_the_same_content(blobs: Blobs) -> None:
    results = together(*[lambda: put(blobs, io.BytesIO(b"same"))] * 8)
    assert len({one.sha256 for one in results}) == 1


def test_leftovers_of_killed_processes_are_removed_when_old(blobs: Blobs) -> None:
    put(blobs, io.BytesIO(b"hello"))
    old, young = blobs.root / "tmp" / "old", blobs.root / "tmp" / "young"
    for path in (old, young):
        path.write_bytes(b"half")
    long_ago = young.stat().st_mtime - LEFTOVER_AGE_S - 1
    os.utime(old, (long_ago, long_ago))
    assert blobs.clean_up() == 1
    assert young.exists()


def test_file_and_folders_are_on_the_disk_before_the_answer(tmp_path: Path) -> None:
    """A power cut cannot be tested; that every new file and name is synced, and in which order, can."""
    synced: list[Path] = []
    root = tmp_path / "blobs"
    blobs = Blobs(root, fsync=lambda handle: synced.append(Path(f"/proc/self/fd/{handle}").readlink()))
    place = blobs.path(put(blobs, io.BytesIO(b"hello")).sha256).parent
    content = [path.parent == root / "tmp" for path in synced].index(True)
    assert content < synced.index(place) == len(synced) - 1  # first the content, then the name
    assert {tmp_path, root, place.parent.parent, place.parent} <= set(synced)  # each folder is named in its parent
