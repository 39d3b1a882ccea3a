"""Looks for memory that others share: /dev/shm, System V segments and semaphores, the message queues.

aim: secrets
docker: an IPC namespace and a /dev/shm of its own, message queues read-only; seccomp refuses System V's calls
bubblewrap: an IPC namespace and a /dev/shm of its own, no message queues; seccomp refuses System V's calls
"""

import os

from tools import content, libc_call, secrets_in


def attack():
    files = [os.path.join("/dev/shm", name) for name in os.listdir("/dev/shm")]
    loot = {name: libc_call(name, 0x1234, 4096, 0o666) for name in ("shmget", "msgget", "semget")}
    return {**loot, "shm": secrets_in(files), "mqueue": content("/dev/mqueue")}
