"""Moves itself to another control group, raises its limits, or names a release agent that the host would run.

aim: secrets
docker: control groups are mounted read-only, and their files belong to root
bubblewrap: no control group is mounted
"""

import os

import intruder


def attack():
    names = ("cgroup.procs", "release_agent", "memory.max", "memory.limit_in_bytes", "pids.max", "tasks")
    places = ["/sys/fs/cgroup", *[folder for folder, _, _ in os.walk("/sys/fs/cgroup")][:50]]
    paths = [os.path.join(folder, name) for folder in places for name in names]
    return {path: intruder.outcome(os.open, path, os.O_WRONLY) for path in paths}
