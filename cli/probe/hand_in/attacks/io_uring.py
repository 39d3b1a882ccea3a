"""Opens files and sockets through io_uring, whose work no system call filter sees.

aim: secrets
stopped by: seccomp refuses io_uring_setup, io_uring_enter and io_uring_register
"""

from tools import refusals


def attack():
    return refusals("io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "io_submit")
