"""The practice zip: an exercise's visible cases, what they need to run at home, and how to run them. The same suite
gives the same bytes.

README.md, practise.py     what to do, and what does it
cases/                     suite.toml, test files, provided files
lib/                       our own modules that they use, and the harmless part of the reference network
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from core.practice_choice import REFERENCE, Choice, choose, harmless, imports
from core.settings import PROJECT
from core.suites import Suite

DATA = (".npz", ".npy", ".json", ".csv")
"""Files beside the test files, such as expected values; given out with those that name them."""
OURS = ("core", "exam", "practice")
ENTRIES = ("practice.main", "practice.cases", "exam.plain")
_OLDEST = (1980, 1, 1, 0, 0, 0)


def practice_name(suite: Suite) -> str:
    """The zip's name without its ending, and the folder in it."""
    return f"practice-{suite.id}"


def has_practice(suite: Suite) -> bool:
    """Whether any case of the suite is given out."""
    return bool(_chosen(_Key(suite)).tests)


def practice_zip(suite: Suite) -> bytes:
    """The zip; made once for each state of the suite."""
    return _made(_Key(suite))


class _Key:
    """A suite that is equal to another one with the same files."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self._digest = suite.digest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._digest == other._digest

    def __hash__(self) -> int:
        return hash(self._digest)


@lru_cache(maxsize=64)
def _chosen(key: _Key) -> Choice:
    return choose(key.suite)


@lru_cache(maxsize=16)
def _made(key: _Key) -> bytes:
    blob = io.BytesIO()
    with zipfile.ZipFile(blob, "w") as archive:
        for path, content in sorted(practice_files(key.suite).items()):
            info = zipfile.ZipInfo(f"{practice_name(key.suite)}/{path}", date_time=_OLDEST)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, content)  # stored: the bytes then do not depend on the version of zlib
    return blob.getvalue()


def practice_files(suite: Suite) -> dict[str, bytes]:
    """Path in the zip's folder -> content."""
    choice = choose(suite)
    cases = {path: (suite.folder / path).read_bytes() for path in (*choice.tests, *choice.helpers)}
    cases |= {f"{suite.tree.provided}/{path}": content for path, content in suite.provided_files().items()}
    sources = b"\n".join(cases[path] for path in (*choice.tests, *choice.helpers))
    data = [path for path in suite.folder.iterdir() if path.suffix in DATA and path.name not in suite.hidden]
    cases |= {path.name: path.read_bytes() for path in data if path.name.encode() in sources}
    cases["suite.toml"] = _suite_toml(suite, choice).encode()
    reference = harmless(PROJECT / REFERENCE)
    lib = _our_modules(content.decode() for path, content in cases.items() if path.endswith(".py"))
    lib |= {f"{REFERENCE}/{path}": text.encode() for path, text in reference.items()}
    files = {f"cases/{path}": content for path, content in cases.items()}
    files |= {f"lib/{path}": content for path, content in lib.items()}
    for name in ("README.md", "practise.py"):
        template = (PROJECT / "practice" / "handed_out" / name).read_text("utf-8")
        files[name] = template.replace("EXERCISE", suite.id).encode()
    return files


def _our_modules(sources: Iterable[str]) -> dict[str, bytes]:
    """Path below lib/ -> content of each module of ours that the program or one of the cases imports."""
    waiting = [name for source in sources for name in _named(source)] + list(ENTRIES)
    found: dict[str, bytes] = {}
    while waiting:
        path = _path_of(waiting.pop())
        if path is not None and path not in found:
            found[path] = (PROJECT / path).read_bytes()
            waiting += [*_named(found[path].decode()), path.partition("/")[0]]
    return found


def _named(source: str) -> list[str]:
    """Every dotted name that an import in ``source`` may mean."""
    found = [(module, names) for module, names in imports(source) if module.partition(".")[0] in OURS]
    return [dotted for module, names in found for dotted in (module, *(f"{module}.{name}" for name in names))]


def _path_of(module: str) -> str | None:
    if module in OURS:
        return f"{module}/__init__.py"
    path = module.replace(".", "/") + ".py"
    return path if (PROJECT / path).is_file() else None


def _suite_toml(suite: Suite, choice: Choice) -> str:
    """What of suite.toml is needed at home. ``more`` names the groups that have further cases on the server."""
    groups, more = [], []
    for group in suite.groups:
        tests = [test for test in group.tests if test.partition("::")[0] in choice.tests]
        more += [group.id] if len(tests) < len(group.tests) else []
        groups.append({**group.model_dump(), "tests": tests})
    top = {"id": suite.id, "version": suite.version, "title": suite.title, "more": more}
    tables = {name: _toml(table.model_dump()) for name, table in (("tree", suite.tree), ("limits", suite.limits))}
    parts = [_toml(top), *(f"[{name}]\n{text}" for name, text in tables.items())]
    return "\n".join([*parts, *(f"[[group]]\n{_toml(group)}" for group in groups)])


def _toml(table: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    """A TOML value; for what a suite holds, texts, numbers and lists are written as in JSON."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
