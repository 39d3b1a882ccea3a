"""Sends small frames without end.

aim: answer
ends: garbled
stopped by: an answer that does not decode ends the case; nobody reads what follows
"""

from tools import send


def attack(x):
    frame = b"\x00\x00\x00\x01N" * 10_000
    while True:
        send(frame)
