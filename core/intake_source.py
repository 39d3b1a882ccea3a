"""A submitted file as Python text: whether it is text at all, where it does not compile, and what it imports."""

from __future__ import annotations

import re
import symtable
from collections.abc import Iterator
from pathlib import PurePosixPath

from core.errors import UploadRefused
from core.intake_texts import NOT_TEXT, shown

PARENT_PACKAGE = "src_to_implement"
"""How the course names the folder above Layers; some students import through it."""

MAX_COMPILED_CHARS = 200_000
"""How much of one hand-in is compiled here; the parser needs 200 bytes of memory and 1 µs for each character."""
MAX_SEARCHED_CHARS = 200_000
"""Up to which length a file's imports are looked at."""

# PEP 263, in one of the first two lines. Only the encodings that old editors write by themselves.
_COOKIE = re.compile(rb"\A(?:[^\n]*\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")
_OLD_ENCODINGS = {
    "latin-1": "latin-1", "latin1": "latin-1", "iso-8859-1": "latin-1", "iso8859-1": "latin-1",
    "iso-8859-15": "iso-8859-15", "cp1252": "cp1252", "windows-1252": "cp1252",
}  # fmt: skip

# Possessive throughout: a line made to be hard to match costs no more than its length.
_FROM = re.compile(
    r"^[ \t]*+from[ \t]++(\.*+)[ \t]*+(?:(?!import\b)(\w[\w.]*+)[ \t]++)?+import\b[ \t]*+(?:\(([^()]*+)\)|([^\n(]*+))",
    re.MULTILINE,
)
_IMPORT = re.compile(r"^[ \t]*+import[ \t]++([^\n]++)", re.MULTILINE)


def decode(path: PurePosixPath, data: bytes) -> str:
    """The text of ``data``. Raises UploadRefused where Python could not read it either."""
    if b"\0" in data:
        raise _not_text(path, data, data.index(b"\0"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        cookie = _COOKIE.match(data)
        encoding = _OLD_ENCODINGS.get(
            cookie.group(1).decode("ascii", "replace").casefold().replace("_", "-") if cookie else ""
        )
        if encoding is None:
            raise _not_text(path, data, error.start) from error
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_text(path, data, error.start) from error


def _not_text(path: PurePosixPath, data: bytes, at: int) -> UploadRefused:
    return UploadRefused(NOT_TEXT, name=shown(path), line=data.count(b"\n", 0, at) + 1)


def syntax_error(source: str) -> tuple[int, str] | None:
    """Line and reason where ``source`` does not compile; None where it does, or is too odd to be judged here.

    A text is parsed, not bytes: no cookie can choose a codec. The parser answers too deep nesting with MemoryError or
    RecursionError; the candidate will have the last word.
    """
    try:
        # not ast.parse: Python 3.11 counts the depth of all threads' trees together and ends with a SystemError where
        # two are made at a time (cpython#106905). This makes no tree, and is faster.
        symtable.symtable(source, "<hand-in>", "exec")
    except SyntaxError as error:
        return error.lineno or 1, str(error.msg)
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def imported_modules(source: str, folder: PurePosixPath) -> Iterator[str]:
    """Dotted names, seen from the root, that a file in ``folder`` may import. By pattern: broken files count too."""
    if len(source) > MAX_SEARCHED_CHARS:
        return
    for dots, module, in_parentheses, on_line in _FROM.findall(source):
        base = ".".join((*_package(folder, len(dots)), *filter(None, module.split("."))))
        yield base.removeprefix(f"{PARENT_PACKAGE}.")
        for name in _names(in_parentheses or on_line):
            yield f"{base}.{name}".removeprefix(".").removeprefix(f"{PARENT_PACKAGE}.")
    for line in _IMPORT.findall(source):
        yield from (name.removeprefix(f"{PARENT_PACKAGE}.") for name in _names(line))


def _package(folder: PurePosixPath, dots: int) -> tuple[str, ...]:
    """The package that ``dots`` leading dots mean within ``folder``; none for an absolute import."""
    return folder.parts[: max(len(folder.parts) - dots + 1, 0)] if dots else ()


def _names(listed: str) -> Iterator[str]:
    """``a, b as c`` -> a, b."""
    return (words[0] for part in re.sub(r"#[^\n]*", "", listed).split(",") if (words := part.split()))
