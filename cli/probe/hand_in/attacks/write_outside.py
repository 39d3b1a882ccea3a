"""Makes a file in every folder of the disk.

aim: secrets
docker: the image and all mounts are read-only; only the scratch disks can be written
bubblewrap: a root remounted read-only; only the scratch disks can be written
"""

import intruder


def attack():
    return dict.fromkeys(intruder.write_everywhere(["/dev/mqueue"]), "worked")
