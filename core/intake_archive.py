"""Reads the Python files out of a zip that nobody vouches for: streamed, counted, and never written to a path.

Headers are read for what they may refuse, never for what they may grant: the limits hold for the bytes that really come
out. Only what can be a hand-in is unpacked at all; a bomb among the litter stays folded.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO, BinaryIO, cast

from core import intake_names as names
from core import intake_texts as say
from core.errors import UploadRefused

CHUNK_BYTES = 64 * 1024
HEAD_BYTES = 512
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8_NAME = 0x800
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The only two that every zip tool writes; the others also unpack without a bound on memory."""

_BROKEN = (zipfile.BadZipFile, struct.error, zlib.error, EOFError, ValueError, RuntimeError, OverflowError)
"""What zipfile raises on odd bytes; NotImplementedError is a RuntimeError, UnicodeDecodeError a ValueError."""

_KINDS = {
    b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7z", b"Rar!": "rar",
    b"\x28\xb5\x2f\xfd": "zstd",
}  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What one upload may hold. The defaults leave the largest real hand-ins room ten times over."""

    max_upload_bytes: int = 10 * 1024 * 1024
    max_directory_bytes: int = 1024 * 1024
    """The zip's own table of contents, which has to be read in one piece."""
    max_entries: int = 4000
    """Everything in the zip, litter included."""
    max_files: int = 400
    """Python files that are read."""
    max_file_bytes: int = 1024 * 1024
    max_total_bytes: int = 4 * 1024 * 1024
    max_unpacked_bytes: int = 256 * 1024 * 1024
    """What the zip claims to unpack to, files that are left out included."""
    max_ratio: int = 200
    ratio_from_bytes: int = 256 * 1024
    """Below this size no ratio is suspicious: a page of blank lines packs very well."""


@dataclass(frozen=True)
class Found:
    """The Python files of an upload by their safe names, and the names of what was left out."""

    files: dict[PurePosixPath, bytes] = field(default_factory=dict)
    course: tuple[PurePosixPath, ...] = ()
    """Tests, dispatch.py and whatever else the suite ignores."""
    other: tuple[PurePosixPath, ...] = ()
    """No Python files."""
    inner_zip: str = ""
    """The zip within the zip that was read, if it was one."""


def python_files(archive: BinaryIO, ignored: Sequence[str], limits: Limits) -> Found:
    """What ``archive`` holds, without the base names that match ``ignored``.

    A zip without Python files that holds exactly one further zip stands for that one (StudOn wraps hand-ins so); below
    that nothing is opened, and beside Python files a further zip is as good as a picture. Raises UploadRefused.
    """
    found = _read(archive, ignored, limits)
    inner = [path for path in found.other if path.suffix.casefold() == ".zip"]
    if found.files or found.course or not inner:
        return found
    if len(inner) > 1:
        raise UploadRefused(say.NESTED, names=say.listing(inner))
    with tempfile.SpooledTemporaryFile(max_size=1024 * 1024) as spool:
        _copy_inner(archive, inner[0], cast(IO[bytes], spool), limits)
        found = _read(cast(BinaryIO, spool), ignored, limits)
    deeper = [path for path in found.other if path.suffix.casefold() == ".zip"]
    if deeper and not (found.files or found.course):
        raise UploadRefused(say.NESTED, names=say.listing(deeper))
    return Found(found.files, found.course, found.other, inner_zip=str(inner[0]))


def _read(archive: BinaryIO, ignored: Sequence[str], limits: Limits) -> Found:
    with _opened(archive, limits) as zip_file:
        entries = _entries(zip_file, limits)
        course = {path: None for path in entries if names.matches_any(path.name, ignored)}
        wanted = [path for path in entries if path.suffix.casefold() == ".py" and path not in course]
        if len(wanted) > limits.max_files:
            raise UploadRefused(say.TOO_MANY, limit=limits.max_files)
        files: dict[PurePosixPath, bytes] = {}
        left = limits.max_total_bytes
        for path in wanted:
            files[path] = b"".join(_content(zip_file, entries[path], path, min(left, limits.max_file_bytes), limits))
            left -= len(files[path])
        return Found(files, tuple(course), tuple(path for path in entries if path not in files and path not in course))


def _copy_inner(archive: BinaryIO, path: PurePosixPath, into: IO[bytes], limits: Limits) -> None:
    with _opened(archive, limits) as zip_file:
        for chunk in _content(zip_file, _entries(zip_file, limits)[path], path, limits.max_upload_bytes, limits):
            into.write(chunk)


@contextmanager
def _opened(archive: BinaryIO, limits: Limits) -> Iterator[zipfile.ZipFile]:
    try:
        zip_file = zipfile.ZipFile(cast(IO[bytes], _Frugal(archive, limits)))
    except _BROKEN as error:
        raise _not_a_zip(archive) from error
    with zip_file:
        yield zip_file


def _not_a_zip(archive: BinaryIO) -> UploadRefused:
    archive.seek(0)
    head = archive.read(HEAD_BYTES)
    if is_zip(head):
        return UploadRefused(say.CORRUPT, name="central directory")
    return not_a_zip("upload", head)


def is_zip(head: bytes) -> bool:
    """True for a file that begins like a zip; whether it is one, only reading it can tell."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def not_a_zip(name: str, head: bytes) -> UploadRefused:
    """Says what the file that begins with ``head`` is instead."""
    if not head:
        return UploadRefused(say.EMPTY)
    kind = "tar" if head[257:262] == b"ustar" else ""
    kind = next((kind for magic, kind in _KINDS.items() if head.startswith(magic)), kind)
    if kind:
        return UploadRefused(say.OTHER_ARCHIVE, name=say.shown(name), kind=kind)
    return UploadRefused(say.NOT_ZIP, name=say.shown(name))


def _entries(zip_file: zipfile.ZipFile, limits: Limits) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """The files of the zip that are no litter, in the order of their names. Raises UploadRefused for a hostile one."""
    infos = zip_file.infolist()
    if len(infos) > limits.max_entries:
        raise UploadRefused(say.TOO_MANY, limit=limits.max_entries)
    if sum(info.file_size for info in infos) > limits.max_unpacked_bytes:
        raise UploadRefused(say.BOMB, name="*")
    entries: dict[PurePosixPath, zipfile.ZipInfo] = {}
    taken: dict[str, PurePosixPath] = {}
    for info in infos:
        path = names.inside(_name(info))
        if names.is_litter(path):
            continue
        _check_kind(info, path)
        names.check_name(path)
        if _is_folder(info):
            continue
        twin = taken.setdefault(names.fold(path), path)
        if path in entries or twin != path:
            raise UploadRefused(say.DUPLICATE, first=say.shown(twin), second=say.shown(path))
        entries[path] = info
    if not entries:
        raise UploadRefused(say.EMPTY)
    return dict(sorted(entries.items(), key=lambda entry: str(entry[0])))


def _name(info: zipfile.ZipInfo) -> str:
    """The name as packed, beyond a NUL too. macOS writes UTF-8 without saying so, which zipfile reads as cp437."""
    raw = info.orig_filename
    if info.flag_bits & _UTF8_NAME:
        return raw
    try:
        return raw.encode("cp437").decode("utf-8")
    except UnicodeError:
        return raw


def _is_folder(info: zipfile.ZipInfo) -> bool:
    """By the name as packed; ZipInfo.is_dir fails on one that begins with a NUL."""
    return info.orig_filename.endswith("/")


def _check_kind(info: zipfile.ZipInfo, path: PurePosixPath) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise UploadRefused(say.ENCRYPTED, name=say.shown(path))
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in ((0, stat.S_IFDIR, stat.S_IFREG) if _is_folder(info) else (0, stat.S_IFREG)):
        raise UploadRefused(say.SPECIAL, name=say.shown(path))


def _content(
    zip_file: zipfile.ZipFile, info: zipfile.ZipInfo, path: PurePosixPath, max_bytes: int, limits: Limits
) -> Iterator[bytes]:
    """The unpacked entry in chunks, until it ends or has become more than ``max_bytes``."""
    if info.compress_type not in _METHODS:
        raise UploadRefused(say.METHOD, name=say.shown(path))
    _check_growth(info.file_size, info, path, max_bytes, limits)
    got = 0
    try:
        with zip_file.open(info) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                got += len(chunk)
                _check_growth(got, info, path, max_bytes, limits)
                yield chunk
    except _BROKEN as error:
        raise UploadRefused(say.CORRUPT, name=say.shown(path)) from error
    if got != info.file_size:
        raise UploadRefused(say.CORRUPT, name=say.shown(path))


def _check_growth(got: int, info: zipfile.ZipInfo, path: PurePosixPath, max_bytes: int, limits: Limits) -> None:
    if got > limits.ratio_from_bytes and got > limits.max_ratio * max(info.compress_size, 1):
        raise UploadRefused(say.BOMB, name=say.shown(path))
    if got > max_bytes == limits.max_file_bytes:
        raise UploadRefused(say.FILE_TOO_LARGE, name=say.shown(path), limit_kib=limits.max_file_bytes // 1024)
    if got > max_bytes:
        raise UploadRefused(say.BOMB, name=say.shown(path))


class _OutsideError(zipfile.BadZipFile, OSError):
    """zipfile tries some places and goes on if that is an OSError; elsewhere it means a broken zip."""


class _Frugal(io.BufferedIOBase):
    """``file`` for zipfile, which believes every size it reads: no huge single read, no seek outside."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._file = file
        self._limits = limits
        self._size = file.seek(0, os.SEEK_END)

    def read(self, size: int | None = -1) -> bytes:
        wanted = self._size - self._file.tell() if size is None or size < 0 else size
        if wanted > self._limits.max_directory_bytes:
            raise UploadRefused(say.TOO_MANY, limit=self._limits.max_entries)
        return self._file.read(wanted)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._file.tell(), os.SEEK_END: self._size}[whence]
        if not 0 <= start + offset <= self._size:
            raise _OutsideError("points outside of the file")
        return self._file.seek(start + offset)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True
