"""Connects to the host's services through socket files: Docker, containerd, D-Bus, systemd, a service of the worker's.

aim: secrets
docker: the image holds no socket, and no folder of the host's with one is mounted
bubblewrap: a root built from nothing holds no socket
"""

import intruder
import targets

PATHS = ["/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/dbus/system_bus_socket"]
PATHS += ["/run/systemd/private", "/run/user/0/bus", "/run/podman/podman.sock", "/run/snapd.socket", "/dev/log"]


def attack():
    return {path: intruder.connect(path) for path in (*PATHS, targets.UNIX)}
