"""Builds the Docker images that are too large to be built while somebody waits; part of setup.

``python -m worker.sandbox.setup_docker NAME…`` builds those that are missing. Where no engine answers, or it cannot
build, a line says so: bubblewrap is there as well.
"""

from __future__ import annotations

import sys

from core.errors import SandboxUnavailable
from worker.sandbox.docker import Docker


def main(names: list[str]) -> None:
    """Build what is missing."""
    try:
        engine = Docker()
        for name in names:
            print(f"building the Docker image {name}, where it is missing (minutes)", flush=True)
            engine.check(name)
    except SandboxUnavailable as error:
        print(f"no Docker image of {', '.join(names)}: {error.params['reason']}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
