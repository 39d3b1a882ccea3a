"""Takes away every right on the scratch disks and on its own folder.

aim: traces
stopped by: the sweep gives the rights back; the files are written afresh for each case
"""

import contextlib
import os


def attack(x):
    for folder in ("/tmp/src_to_implement", "/tmp", "/dev/shm"):
        with contextlib.suppress(PermissionError):
            os.chmod(folder, 0)
    return 2 * x
