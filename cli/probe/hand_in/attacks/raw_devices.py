"""Makes device nodes for the host's disks and memory and opens those that are there.

aim: secrets
docker: no capability to make a device; the device control group; nodev on scratch disks
bubblewrap: no capability to make a device; a read-only /dev with four harmless ones
"""

import intruder

HARMLESS = ("full", "null", "ptmx", "random", "tty", "urandom", "zero", "pts/ptmx")


def attack():
    there = [path for path in intruder.devices() if path not in {f"/dev/{name}" for name in HARMLESS}]
    memory = intruder.readable(["/dev/mem", "/dev/kmem", "/dev/port", "/dev/kvm", "/dev/fuse", "/dev/net/tun"])
    return {"made": intruder.make_device(), **dict.fromkeys(there + memory, "worked")}
