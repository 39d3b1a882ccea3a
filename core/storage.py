"""Blobs: what was handed in, kept under the SHA-256 of its content. Written durably, never changed, read checked.

``BlobStore`` is the seam: shared folders work with ``Blobs`` as it is, an object store needs these two verbs.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from core.errors import StorageFailed, texts

BLOB_NOT_WRITTEN = texts(
    "storage.not_written",
    en=("Your files could not be stored ({reason}).", "Nothing was accepted; please try again in a few minutes."),
    de=(
        "Deine Dateien konnten nicht gespeichert werden ({reason}).",
        "Es wurde nichts angenommen; bitte in einigen Minuten noch einmal versuchen.",
    ),
)
BLOB_NOT_READ = texts(
    "storage.not_read",
    en=(
        "The stored files {sha256} cannot be read ({reason}).",
        "Check the data directory, or restore it from a backup.",
    ),
    de=(
        "Die gespeicherten Dateien {sha256} sind nicht lesbar ({reason}).",
        "Bitte das Datenverzeichnis prüfen oder aus einer Sicherung zurückholen.",
    ),
)
NOT_WRITABLE = texts(
    "storage.not_writable",
    en=("The folder {path} cannot be written ({reason}).", "Is the disk mounted writable, and the folder this user's?"),
    de=(
        "Der Ordner {path} ist nicht beschreibbar ({reason}).",
        "Ist die Platte beschreibbar eingehängt, und gehört der Ordner diesem Benutzer?",
    ),
)
NEARLY_FULL = texts(
    "storage.nearly_full",
    en=(
        "The server's disk is nearly full ({free_mib} MiB left); nothing was accepted.",
        "Please try again later: whoever runs the server must make room at the data directory.",
    ),
    de=(
        "Die Platte des Servers ist fast voll (noch {free_mib} MiB); es wurde nichts angenommen.",
        "Bitte später noch einmal versuchen: Wer den Server betreibt, muss am Datenverzeichnis Platz schaffen.",
    ),
)

CHUNK_BYTES = 1 << 20
LEFTOVER_AGE_S = 24 * 3600.0


def make_private_folder(path: Path) -> None:
    """Make ``path``, for this user alone: password hashes and hand-ins will lie in it. One that is there stays as it
    is, as whoever made it wanted it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def check_writable(folder: Path) -> None:
    """Try it, for permissions alone do not tell. Raises StorageFailed."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StorageFailed(NOT_WRITABLE, path=str(folder), reason=error.strerror or str(error)) from error


def check_free(folder: Path, least_mib: int) -> None:
    """Raises StorageFailed where less space is left: a database on a full disk fails in worse ways."""
    try:
        free_mib = shutil.disk_usage(folder).free >> 20
    except OSError as error:
        raise StorageFailed(NOT_WRITABLE, path=str(folder), reason=error.strerror or str(error)) from error
    if free_mib < least_mib:
        raise StorageFailed(NEARLY_FULL, free_mib=free_mib)


@dataclass(frozen=True)
class Staged:
    """Content that a power cut cannot lose any more, but that is no blob before it is kept."""

    sha256: str
    size_bytes: int
    keep: Callable[[], None]
    """Make it one. When this returns, a power cut cannot lose the blob. Raises StorageFailed."""


class BlobStore(Protocol):
    def staged(self, stream: BinaryIO) -> AbstractContextManager[Staged]:
        """The rest of ``stream``; what is not kept by the end of the block is gone. Raises StorageFailed."""

    def open(self, sha256: str) -> BinaryIO:
        """A file with exactly the content that was kept. Raises StorageFailed."""


class Blobs:
    """A BlobStore in a folder: ``ab/cd/abcd…``, two levels so that no folder grows large."""

    def __init__(self, root: Path, fsync: Callable[[int], None] = os.fsync) -> None:
        self.root = root
        self._fsync = fsync

    def path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4] / sha256

    @contextmanager
    def staged(self, stream: BinaryIO) -> Iterator[Staged]:
        with ExitStack() as stack:
            with _storing():
                self._make_dir(self.root / "tmp")
                # closed within: on a full disk it is the close that fails, once more
                with tempfile.NamedTemporaryFile(dir=self.root / "tmp", delete=False) as fresh:
                    stack.callback(Path(fresh.name).unlink, missing_ok=True)
                    sha256, size_bytes = _copy(stream, fresh.file)
                    self._fsync(fresh.fileno())
            yield Staged(sha256, size_bytes, partial(self._keep, Path(fresh.name), self.path(sha256)))

    def _keep(self, fresh: Path, place: Path) -> None:
        with _storing():
            self._publish(fresh, place)

    def _publish(self, fresh: Path, place: Path) -> None:
        # also where the blob exists already: the old copy may be damaged, or not yet safe from a power cut
        self._make_dir(place.parent)
        fresh.replace(place)
        self._sync_dir(place.parent)

    def _make_dir(self, folder: Path) -> None:
        if not folder.is_dir():
            self._make_dir(folder.parent)
            folder.mkdir(exist_ok=True)
            self._sync_dir(folder.parent)

    def _sync_dir(self, folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._fsync(handle)
        finally:
            os.close(handle)

    def open(self, sha256: str) -> BinaryIO:
        try:
            blob = self.path(sha256).open("rb")
        except OSError as error:
            raise StorageFailed(BLOB_NOT_READ, sha256=sha256, reason=error.strerror or str(error)) from error
        if hashlib.file_digest(blob, "sha256").hexdigest() != sha256:
            blob.close()
            raise StorageFailed(BLOB_NOT_READ, sha256=sha256, reason="damaged")
        blob.seek(0)
        return blob

    def clean_up(self) -> int:
        """Remove what killed processes left half-written long ago; returns how many files."""
        old = [file for file in (self.root / "tmp").glob("*") if time.time() - file.stat().st_mtime > LEFTOVER_AGE_S]
        for file in old:
            file.unlink(missing_ok=True)
        return len(old)


@contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailed(BLOB_NOT_WRITTEN, reason=error.strerror or str(error)) from error


def _copy(source: BinaryIO, target: IO[bytes]) -> tuple[str, int]:
    """The content's SHA-256 in hex, and its size in bytes."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK_BYTES):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    target.flush()
    return digest.hexdigest(), size
