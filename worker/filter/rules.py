"""What the worker asks of the engine, and in which words. Everything else is refused: whoever has taken over a worker
may make boxes as the worker makes them, and is not root for that.

A container's description is not searched for what is dangerous: it has to be, field by field, what the worker says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from worker.sandbox import seccomp
from worker.sandbox.inside import VARIABLES
from worker.sandbox.uids import FIRST, LAST

BOX_LABEL = "abgabe.host"
MOST_CONFIG_BYTES = 1 << 20
_CONTAINER = r"(?P<container>[A-Za-z0-9][A-Za-z0-9_.-]{0,127})"
_IMAGE = r"abgabe/[a-z-]+:[0-9a-f]{16}"
_BOX = r"abgabe-\d+-\d+-[a-z]+-[0-9a-f]{8}"


class Refused(Exception):
    """The worker does not ask for this; the text says for what."""


@dataclass(frozen=True)
class Rule:
    """A call that may pass, with the parameters it may have: name -> what its value has to match."""

    method: str
    path: str
    parameters: Mapping[str, str]
    required: tuple[str, ...] = ()
    of_a_box: bool = False
    """Only where the container is one of the worker's boxes."""

    def matches(self, method: str, path: str) -> re.Match[str] | None:
        return re.fullmatch(self.path, path) if method == self.method else None


_WORD = r"[\w.-]*"
_BUILD = dict.fromkeys(("q", "nocache", "rm", "forcerm", "pull"), _WORD) | {"t": _IMAGE, "networkmode": "none"}
CREATE = Rule("POST", "/containers/create", {"name": _BOX}, required=("name",))
BUILD = Rule("POST", "/build", _BUILD, required=("t", "networkmode"))
_STAGES = r'\{"dangling": ?\["true"\], ?"label": ?\["abgabe\.stage"\]\}'
INSPECT = Rule("GET", f"/containers/{_CONTAINER}/json", {})
RULES = (
    CREATE,
    BUILD,
    INSPECT,
    Rule("GET", "/version", {}),
    Rule("GET", "/info", {}),
    Rule("GET", f"/images/{_IMAGE}/json", {}),
    Rule("POST", "/images/prune", {"filters": _STAGES}, required=("filters",)),
    Rule("GET", "/containers/json", dict.fromkeys(("all", "limit", "size", "trunc_cmd", "filters"), r"[^&]*")),
    Rule(
        "GET",
        f"/containers/{_CONTAINER}/logs",
        dict.fromkeys(("stdout", "stderr", "timestamps", "follow", "tail"), _WORD),
        of_a_box=True,
    ),
    Rule("POST", f"/containers/{_CONTAINER}/start", {}, of_a_box=True),
    Rule("POST", f"/containers/{_CONTAINER}/wait", {}, of_a_box=True),
    Rule("POST", f"/containers/{_CONTAINER}/kill", {}, of_a_box=True),
    Rule("DELETE", f"/containers/{_CONTAINER}", dict.fromkeys(("v", "link", "force"), _WORD), of_a_box=True),
)


@dataclass(frozen=True)
class Call:
    """A request that may pass as far as its first line goes."""

    rule: Rule
    version: str
    path: str
    query: str
    container: str = ""


def call_of(method: str, target: str) -> Call:
    """Raises Refused."""
    parts = urlsplit(target)
    found = re.fullmatch(r"(?P<version>/v1\.\d+)?(?P<path>/[\w./:-]*)", parts.path, re.ASCII)
    if found is None:
        raise Refused(f"{method} {parts.path[:200]}")
    for rule in RULES:
        if match := rule.matches(method, found["path"]):
            _check_parameters(rule, parts.query)
            return Call(
                rule, found["version"] or "", found["path"], parts.query, match.groupdict().get("container", "")
            )
    raise Refused(f"{method} {parts.path[:200]}")


def _check_parameters(rule: Rule, query: str) -> None:
    given = parse_qsl(query, keep_blank_values=True)
    names = [name for name, _ in given]
    if len(set(names)) < len(names):
        raise Refused("a parameter twice")
    for name, value in given:
        if not re.fullmatch(rule.parameters.get(name, r"(?!)"), value):
            raise Refused(f"the parameter {name[:50]} of {rule.path}")
    if missing := set(rule.required) - set(names):
        raise Refused(f"{rule.path} without {', '.join(sorted(missing))}")


def is_box(inspected: Mapping[str, Any]) -> bool:
    return BOX_LABEL in (inspected["Config"]["Labels"] or {})


Check = Callable[[Any], bool]


def _is(expected: object) -> Check:
    return lambda value: type(value) is type(expected) and value == expected


def _matches(pattern: str) -> Check:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) is not None


def _is_count(value: Any) -> bool:
    return type(value) is int and value > 0


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _are_labels(value: Any) -> bool:
    texts = isinstance(value, dict) and all(name.startswith("abgabe.") for name in value)
    return texts and _are_texts(list(value.values())) and BOX_LABEL in value


def _is_user_of_a_box(value: Any) -> bool:
    found = re.fullmatch(r"(\d+):\1", value, re.ASCII) if isinstance(value, str) else None
    return found is not None and FIRST <= int(found[1]) <= LAST


@dataclass(frozen=True)
class BoxRules:
    """``folder``: where the sources of mounts must lie, as the engine names it."""

    folder: PurePosixPath
    runtime: str = ""

    def cleaned(self, body: bytes) -> bytes:
        """The description of a container that is a box, written anew: what we have not read, the engine does not
        read. Raises Refused."""
        try:
            config = json.loads(body)
        except ValueError as error:
            raise Refused("a description that is no JSON") from error
        checked = _checked(config, self._fields())
        return json.dumps(checked).encode()

    def _fields(self) -> dict[str, Check | dict[str, Check]]:
        return {
            "Hostname": _is("sandbox"),
            "User": _is_user_of_a_box,
            "Tty": _is(False),
            "OpenStdin": _is(False),
            "StdinOnce": _is(False),
            "AttachStdin": _is(False),
            "AttachStdout": _is(True),
            "AttachStderr": _is(True),
            "NetworkDisabled": _is(False),
            "Env": _is([f"{name}={value}" for name, value in VARIABLES.items()]),
            "Cmd": _are_texts,
            "Entrypoint": _is([]),
            "Image": _matches("sha256:[0-9a-f]{64}"),
            "WorkingDir": _is("/tmp"),  # noqa: S108 - the container's own
            "Labels": _are_labels,
            "HostConfig": self._host_fields(),
        }

    def _host_fields(self) -> dict[str, Check]:
        tmpfs = _matches(r"rw,noexec,nosuid,nodev,mode=1777,size=\d+m,nr_inodes=\d+")
        log = {"Type": "json-file", "Config": {"max-size": "64k", "max-file": "1"}}
        return {
            **dict.fromkeys(("Memory", "MemorySwap", "ShmSize", "PidsLimit", "NanoCpus"), _is_count),
            "IpcMode": _is("private"),
            "ReadonlyRootfs": _is(True),
            "NetworkMode": _is("none"),
            "CapDrop": _is(["ALL"]),
            "SecurityOpt": _is(["no-new-privileges:true", f"seccomp={seccomp.profile()}"]),
            "LogConfig": _is(log),
            "Init": _is(False),
            "Tmpfs": lambda value: (
                isinstance(value, dict)
                and set(value) == {"/tmp", "/dev/mqueue"}  # noqa: S108 - the container's own
                and tmpfs(value["/tmp"])  # noqa: S108 - the container's own
                and value["/dev/mqueue"] == "ro,size=4k,mode=0555"
            ),
            "Mounts": lambda value: isinstance(value, list) and all(map(self._is_mount, value)),
            **({"Runtime": _is(self.runtime)} if self.runtime else {}),
        }

    def _is_mount(self, value: Any) -> bool:
        if not isinstance(value, dict) or set(value) != {"Target", "Source", "Type", "ReadOnly"}:
            return False
        if not _are_texts([value["Target"], value["Source"]]) or type(value["ReadOnly"]) is not bool:
            return False
        source = PurePosixPath(value["Source"])
        return value["Type"] == "bind" and ".." not in source.parts and self.folder in source.parents


def _checked(value: Any, fields: Mapping[str, Check | Mapping[str, Check]], where: str = "") -> dict[str, Any]:
    """All of ``fields`` and no other, each as it has to be; null says as much as nothing. Raises Refused."""
    if not isinstance(value, dict):
        raise Refused(f"a description without {where or 'fields'}")
    given = {name: one for name, one in value.items() if one is not None}
    if wrong := sorted(set(given) ^ set(fields)):
        raise Refused(f"a container with or without {where}{wrong[0][:50]}")
    for name, check in fields.items():
        if isinstance(check, Mapping):
            given[name] = _checked(given[name], check, f"{name}.")
        elif not check(given[name]):
            raise Refused(f"a container with this {where}{name}")
    return given


def folder_of(own: Mapping[str, Any], target: Path) -> PurePosixPath:
    """How the engine names the volume that it has mounted at ``target`` of our own container."""
    return next(PurePosixPath(one["Source"]) for one in own["Mounts"] if one["Destination"] == str(target))
