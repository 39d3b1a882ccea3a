"""Opens raw, UDP, IPv6, netlink, packet, vsock, crypto and Bluetooth sockets.

aim: secrets
stopped by: seccomp refuses every socket but Unix ones
"""

import socket

import intruder


def attack():
    more = {f"family {number}": intruder.outcome(socket.socket, number, 1) for number in (4, 9, 29, 31, 39, 44)}
    udp = intruder.outcome(socket.socket, socket.AF_INET, socket.SOCK_DGRAM)
    return {**intruder.open_sockets(), **more, "udp": udp}
