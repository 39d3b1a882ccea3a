"""What ``make setup`` installs is enough: no module that an installation loads comes only with the tests' packages."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from core.settings import PROJECT

LOADED = """
import sys
import kombu.transport.redis, cli.doctor, cli.up, cli.demo, cli.grade, cli.submit, cli.accounts, cli.courses
print(*{name.split(".")[0] for name in sys.modules})
"""

# SQLAlchemy and kombu do without the first two; the other belongs to the environment itself.
OPTIONAL = {"greenlet", "yaml", "_distutils_hack"}


def installed_with(declared: list[str]) -> set[str]:
    """The names of the packages that these requirements bring, with their own requirements."""
    found: set[tuple[str, str]] = set()
    wanted = [(Requirement(line), "") for line in declared]
    while wanted:
        requirement, extra = wanted.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        for one in {"", *requirement.extras}:
            key = (canonicalize_name(requirement.name), one)
            if key not in found:
                found.add(key)
                wanted += [(Requirement(line), one) for line in requires(requirement.name) or ()]
    return {name for name, _ in found}


def test_every_module_comes_with_a_declared_dependency() -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    there = installed_with(declared) | {"abgabe"}
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, cwd=PROJECT)
    owners = packages_distributions()
    loaded = {
        module: {canonicalize_name(name) for name in owners[module]}
        for module in done.stdout.split()
        if module in owners
    }
    assert "kombu" in loaded
    assert {module for module, names in loaded.items() if not names & there} <= OPTIONAL
