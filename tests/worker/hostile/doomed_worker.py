"""A worker that starts a box and is then killed: ``doomed_worker.py KIND TOKEN`` prints the box's name and waits."""

import sys
import time

from tests.worker.conftest import Lab, make_sandbox


def main() -> None:
    kind, token = sys.argv[1:]
    lab = Lab(make_sandbox(kind))
    lab.token = token
    print(lab.start("leave_processes", token, wall_time_s=600.0).name, flush=True)
    time.sleep(600)


if __name__ == "__main__":
    main()
