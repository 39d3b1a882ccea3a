"""Connects to a service of the host, over TCP.

aim: answer
ends: forbidden
docker: a container without a network; seccomp refuses every socket but Unix ones
bubblewrap: a network namespace with nothing but a loopback; seccomp refuses every socket but Unix ones
"""

import socket

import targets


def attack(x):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.connect(("127.0.0.1", targets.TCP))
    return 2 * x
