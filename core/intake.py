"""From an upload to the exercise's canonical tree, or to a clear refusal. Nothing is ever unpacked to disk.

``pack`` turns what a person handed in into the one blob that is stored; ``read`` turns that blob into the tree. Storing
and grading call the same ``read``, a pure function of blob, suite and limits: a regrade sees the same bytes.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, BinaryIO, Self, cast

from core import intake_names as names
from core import intake_texts as say
from core.errors import UploadRefused
from core.intake_archive import HEAD_BYTES, Found, Limits, is_zip, not_a_zip, python_files
from core.intake_source import MAX_COMPILED_CHARS, decode, syntax_error
from core.intake_texts import TOO_LARGE, Notice
from core.intake_tree import Placing

if TYPE_CHECKING:  # at home, what practice.exercise reads stands in for a suite
    from core.suites import Suite

__all__ = ["TOO_LARGE", "Intake", "Limits", "Notice", "Upload", "pack", "read"]

DEFAULTS = Limits()
PRACTICE = ("practise.py", "cases", "lib")
"""What the folder that is made of the practice zip holds; in ``lib`` our own package ``exam``."""


class Upload:
    """What one person handed in: parts with the names they gave, each a seekable binary file. Close it after use."""

    def __init__(self, parts: Sequence[tuple[str, BinaryIO]]) -> None:
        self.parts = tuple(parts)

    @classmethod
    def from_paths(cls, paths: Iterable[Path], limits: Limits = DEFAULTS) -> Upload:
        """One zip, several files, or folders, of which the .py files are taken. Raises UploadRefused."""
        chosen = list(paths)
        named = [pair for path in chosen for pair in _files_at(path, with_folder=len(chosen) > 1)]
        if len(named) > limits.max_files:
            raise UploadRefused(say.TOO_MANY, limit=limits.max_files)
        with ExitStack() as opened:
            upload = cls([(name, cast(BinaryIO, opened.enter_context(path.open("rb")))) for name, path in named])
            opened.pop_all()
            return upload

    @property
    def filename(self) -> str:
        """How to call it where it is listed: ``submission.zip``, ``Base.py (+6)``."""
        name = say.shown(re.split(r"[/\\]", self.parts[0][0])[-1]) if self.parts else ""
        return f"{name} (+{len(self.parts) - 1})" if len(self.parts) > 1 else name

    def close(self) -> None:
        for _, file in self.parts:
            file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _files_at(path: Path, with_folder: bool) -> Iterator[tuple[str, Path]]:
    """Name within the upload and path of every file that ``path`` stands for."""
    if not path.is_dir():
        if not path.is_file():
            raise UploadRefused(say.NO_SUCH_FILE, name=say.shown(path))
        yield path.name, path
        return
    top = path.resolve()
    for folder, subfolders, filenames in os.walk(top):
        subfolders[:] = sorted(name for name in subfolders if not names.is_litter(PurePosixPath(name)))
        for name in sorted(filenames):
            found = Path(folder, name)
            if found.suffix.casefold() == ".py" and not names.is_litter(PurePosixPath(name)):
                if found.is_symlink():
                    raise UploadRefused(say.SPECIAL, name=say.shown(name))
                yield found.relative_to(top.parent if with_folder else top).as_posix(), found


def pack(upload: Upload, limits: Limits = DEFAULTS) -> BinaryIO:
    """The blob to store: the zip itself if it is one, else a zip of the files that is the same for the same files.

    The caller closes it; a zip's is the upload's own file. Whether the blob is any good, only ``read`` says.
    """
    if sum(_size(file) for _, file in upload.parts) > limits.max_upload_bytes:
        raise UploadRefused(TOO_LARGE, limit_mib=limits.max_upload_bytes // (1024 * 1024))
    if not any(_size(file) for _, file in upload.parts):
        raise _nothing(upload)
    zips = [part for part in upload.parts if _is_zip(*part)]
    if zips and len(upload.parts) > 1:
        raise UploadRefused(say.MIXED)
    if zips:
        return _rewound(zips[0][1])
    first_name, first_file = upload.parts[0]
    if len(upload.parts) == 1 and PurePosixPath(first_name).suffix.casefold() != ".py":
        raise not_a_zip(first_name, _head(first_file))
    return _pack_files(upload, limits)


def _nothing(upload: Upload) -> UploadRefused:
    """Says which file is empty, where there is one."""
    name = next((name for name, _ in upload.parts if name), "")
    return UploadRefused(say.EMPTY_FILE, name=say.shown(name)) if name else UploadRefused(say.EMPTY)


def _size(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)


def _rewound(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file


def _head(file: BinaryIO) -> bytes:
    return _rewound(file).read(HEAD_BYTES)


def _is_zip(name: str, file: BinaryIO) -> bool:
    """By content; a Python file that begins like a zip is left to be refused as no text."""
    suffix = PurePosixPath(name).suffix.casefold()
    if suffix == ".zip" and not is_zip(_head(file)):
        raise not_a_zip(name, _head(file))
    return suffix != ".py" and is_zip(_head(file))


def _pack_files(upload: Upload, limits: Limits) -> BinaryIO:
    """Stored, not compressed: the bytes then do not depend on the version of zlib."""
    parts = _distinct(upload)
    if len(parts) > limits.max_files:
        raise UploadRefused(say.TOO_MANY, limit=limits.max_files)
    blob = tempfile.SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115, the caller closes it
    with zipfile.ZipFile(cast(IO[bytes], blob), "w", zipfile.ZIP_STORED) as archive:
        for path, file in sorted(parts.items(), key=lambda part: str(part[0])):
            info = zipfile.ZipInfo(str(path), date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100644 << 16
            with archive.open(info, "w") as entry:
                shutil.copyfileobj(_rewound(file), entry)
    return _rewound(cast(BinaryIO, blob))


def _distinct(upload: Upload) -> Mapping[PurePosixPath, BinaryIO]:
    """The parts by their names, without loose ``__init__.py``: they come once from each package and name none."""
    parts: dict[PurePosixPath, BinaryIO] = {}
    for name, file in upload.parts:
        path = names.inside(name)
        names.check_name(path)
        if path in parts:
            raise UploadRefused(say.DUPLICATE, first=say.shown(path), second=say.shown(path))
        if str(path) != "__init__.py":
            parts[path] = file
    return parts


@dataclass(frozen=True)
class Intake:
    """A hand-in as the candidate gets it, and what its author should know before it is graded."""

    files: dict[str, bytes]
    """The canonical tree: place -> content, what the course provides included, in the order of the places."""
    missing: tuple[str, ...]
    """Required files that were not handed in."""
    notices: tuple[Notice, ...]


def read(archive: BinaryIO, suite: Suite, limits: Limits = DEFAULTS) -> Intake:
    """The hand-in in ``archive`` as ``suite`` wants it. Raises UploadRefused, and nothing else for any bytes."""
    found = _without_practice(python_files(archive, suite.tree.ignored, limits))
    _refuse_other_exercise(found, suite)
    texts = {path: decode(path, data) for path, data in found.files.items()}
    placing = Placing(found.files, texts, suite)
    placing.place()
    if not set(map(str, placing.sources)) & {*suite.tree.required, *suite.tree.optional}:
        raise UploadRefused(say.NOTHING, names=", ".join(suite.tree.required))
    submitted = {str(place): path for place, path in placing.sources.items()}
    files = {place: found.files[path] for place, path in submitted.items()} | suite.provided_files()
    syntax = _syntax_notices({place: texts[path] for place, path in sorted(submitted.items())})
    return Intake(dict(sorted(files.items())), placing.missing, (*_notices(found, placing), *syntax))


def _without_practice(found: Found) -> Found:
    """Who works beside the practice folder packs it along: its tests and modules are ours and nobody's hand-in."""
    folders = {path.parent for path in found.files if path.name == PRACTICE[0]}
    folders &= {path.parents[2] for path in found.files if path.parts[-3:-1] == ("lib", "exam")}
    places = [folder / part for folder in folders for part in PRACTICE]
    ours = [path for path in found.files if any(path.is_relative_to(place) for place in places)]
    files = {path: data for path, data in found.files.items() if path not in set(ours)}
    return replace(found, files=files, other=(*found.other, *ours)) if files else found


def _refuse_other_exercise(found: Found, suite: Suite) -> None:
    """A mix-up shows in files that only another exercise asks for: two and half of them, or any if none is ours."""
    handed_in = {names.fold(path.name): path.name for path in found.files}
    ours = {names.fold(PurePosixPath(path).name) for path in (*suite.tree.required, *suite.tree.optional)}
    enough = []
    for exercise, base_names in suite.tree.elsewhere.items():
        hits = [name for name in base_names if names.fold(name) in handed_in.keys() - ours]
        if hits and (not ours & handed_in.keys() or (len(hits) >= 2 and 2 * len(hits) >= len(base_names))):
            enough.append((len(hits), exercise, hits))
    if enough:
        _, exercise, hits = max(enough)
        looks_like, wanted = (re.sub(r"^ex(?=\d)", "", name) for name in (exercise, suite.id))
        raise UploadRefused(say.WRONG_EXERCISE, looks_like=looks_like, wanted=wanted, names=say.listing(hits))


def _notices(found: Found, placing: Placing) -> list[Notice]:
    notices = [Notice("intake.inner_zip", {"name": say.shown(found.inner_zip)})] if found.inner_zip else []
    notices += placing.notices
    if placing.missing:
        notices.append(Notice("intake.missing", {"names": ", ".join(placing.missing)}))
    course = sorted({*found.course, *placing.course})
    ignored = sorted({*found.other, *placing.left_out})
    for code, paths in (("intake.extra", placing.extra), ("intake.course", course), ("intake.ignored", ignored)):
        if paths:
            notices.append(Notice(code, {"names": say.listing(paths), "count": len(paths)}))
    return notices


def _syntax_notices(sources: Mapping[str, str]) -> Iterator[Notice]:
    """A remark on each file that does not compile; nobody waits for a compiler because of a huge one."""
    left = MAX_COMPILED_CHARS
    for place, source in sources.items():
        if len(source) <= left:
            left -= len(source)
            if error := syntax_error(source):
                yield Notice("intake.syntax", {"file": place, "line": error[0], "reason": error[1]})
