"""Names in an upload: which are safe, which are litter, and which were probably meant as a wanted one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from core.errors import UploadRefused
from core.intake_texts import ABSOLUTE, BACKSLASH, BAD_NAME, TRAVERSAL, shown

MAX_PARTS = 16
MAX_PART_BYTES = 255
MAX_PATH_CHARS = 400

_LITTER = re.compile(
    r"\..*|__macosx|__pycache__|venv|env|site-packages|dist-packages|node_modules|.*\.egg-info|thumbs\.db|ehthumbs\.db"
    r"|desktop\.ini|icon\r|.*\.py[co]|.*~|~\$.*",
    re.IGNORECASE | re.DOTALL,
)
"""What systems, editors and version control leave behind; a hidden name (``.git``, ``._x``) is always that."""

_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_CHANGED_BEFORE = re.compile(r"(?:copy of|kopie von|my|mein|new|neu|final)[ _-]+")
_CHANGED_AFTER = re.compile(
    r"(?:[ _.-]+(?:copy|kopie|final|fixed|new|neu|solution|lösung|v\d+|version\d*|\d+)|[ _-]*\(\d+\)|\d+)"
)


def inside(raw: str) -> PurePosixPath:
    """``raw`` as a relative path that stays inside. Raises UploadRefused for any that does not."""
    parts = [part for part in re.split(r"[/\\]", unicodedata.normalize("NFC", raw)) if part not in ("", ".")]
    if ".." in parts:
        raise UploadRefused(TRAVERSAL, name=shown(raw))
    if raw.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", raw):
        raise UploadRefused(ABSOLUTE, name=shown(raw))
    if "\\" in raw:
        raise UploadRefused(BACKSLASH, name=shown(raw))
    if not parts:
        raise _bad_name(raw, "it is empty", "er ist leer")
    return PurePosixPath(*parts)


def is_litter(path: PurePosixPath) -> bool:
    """True for what is not the student's work at all and not worth a remark."""
    return any(_LITTER.fullmatch(part) for part in path.parts)


def check_name(path: PurePosixPath) -> None:
    """Raises UploadRefused for a name that would lie on the screen or break on some system."""
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in str(path)):
        raise _bad_name(path, "it contains invisible characters", "er enthält unsichtbare Zeichen")
    if len(str(path)) > MAX_PATH_CHARS or any(len(part.encode()) > MAX_PART_BYTES for part in path.parts):
        raise _bad_name(path, "it is too long", "er ist zu lang")
    if len(path.parts) > MAX_PARTS:
        raise _bad_name(path, "it is nested too deeply", "er ist zu tief verschachtelt")
    for part in path.parts:
        if _DEVICES.fullmatch(part) or part != part.rstrip(" ."):
            raise _bad_name(path, "Windows reserves it", "Windows behält ihn sich vor")
    # A folder may not be named as a file could be: then no two files of a tree can want the same place.
    if any(part.casefold().endswith(".py") for part in path.parent.parts):
        raise _bad_name(path, "a folder is named like a Python file", "ein Ordner heißt wie eine Python-Datei")


def _bad_name(name: object, reason: str, grund: str) -> UploadRefused:
    return UploadRefused(BAD_NAME, name=shown(name), reason=reason, grund=grund)


def fold(name: object) -> str:
    """Equal for names that some system takes for the same: case and Unicode's compatible spellings do not count."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", str(name)).casefold())


def matches_any(name: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(fold(name), fold(pattern)) for pattern in globs)


def resembles(name: str, wanted: str) -> bool:
    """True if a file called ``name`` may be meant as ``wanted``: ``ReLU (1).py``, ``my_model.py``, ``Optimizer.py``.

    A name that ends with the wanted one counts too (``DataBase.py`` for ``Base.py``): dispatch.py packs by that rule.
    """
    if fold(name).endswith(fold(wanted)):
        return True
    if len(name) > 2 * len(wanted) + 30:
        return False
    stem, meant = (fold(PurePosixPath(n).stem) for n in (name, wanted))
    return _bare(stem) == _bare(meant) or (len(meant) >= 5 and _one_slip(_bare(stem), meant))


def _bare(stem: str) -> str:
    """``stem`` without what copying, versioning and pride put around it, and without separators."""
    before = None
    while stem != before:
        before = stem
        stem = re.sub(rf"{_CHANGED_AFTER.pattern}$", "", re.sub(rf"^{_CHANGED_BEFORE.pattern}", "", stem)) or before
    return re.sub(r"[ _.-]", "", stem)


def _one_slip(typed: str, meant: str) -> bool:
    """True if one letter was left out, added, mistaken, or swapped with the next."""
    short, long = sorted((typed, meant), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = typed[:at] + typed[at : at + 2][::-1] + typed[at + 2 :]
    return typed[at + 1 :] == meant[at + 1 :] or swapped == meant
