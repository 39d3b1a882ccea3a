"""Becomes root: by setuid, by capabilities, by a program that has the setuid bit or file capabilities.

aim: secrets
docker: no capability; no new privileges, so that the image's setuid programs are powerless; a user id that owns nothing
bubblewrap: no capability; no new privileges; no program but Python; a user id that owns nothing
"""

import os
import stat

import intruder


def attack():
    with open("/tmp/tool", "w") as file:
        file.write("#!/bin/sh\n")
    loot = {**intruder.gain_capabilities(), "setuid bit": intruder.outcome(os.chown, "/tmp/tool", 0, 0)}
    os.chmod("/tmp/tool", 0o4755)
    loot["file capability"] = intruder.outcome(os.setxattr, "/tmp/tool", "security.capability", bytes(20))
    for program in setuid_programs():
        loot[program] = "worked" if effective_user(program) == 0 else "powerless"
    return loot


def setuid_programs():
    folders = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin")
    paths = (os.path.join(folder, name) for folder in folders if os.path.isdir(folder) for name in os.listdir(folder))
    return [path for path in paths if os.path.isfile(path) and os.stat(path).st_mode & stat.S_ISUID][:20]


def effective_user(program):
    """Of the process that runs it: what it may do in there, the kernel has decided when it starts."""
    child = os.fork()
    if child == 0:
        try:
            os.execv(program, [program, "--help"])
        except OSError:
            os._exit(1)
    user = os.stat(f"/proc/{child}").st_uid
    os.waitpid(child, 0)
    return user or (0 if os.getuid() == 0 else 1)
