"""Opens the host's files by handle, past every mount namespace, as in the first escape from Docker.

aim: secrets
stopped by: seccomp refuses name_to_handle_at and open_by_handle_at; no capability CAP_DAC_READ_SEARCH
"""

from tools import refusals


def attack():
    return refusals("name_to_handle_at", "open_by_handle_at")
