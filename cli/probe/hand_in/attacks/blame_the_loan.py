"""Reads what cannot cross from an object of the test, and lets the refusal through: the test is to look broken.

aim: lent
ends: unusable
stopped by: what cannot cross after the hand-in has answered is put down to what it answered
"""


def attack(vault):
    return repr(vault.rng)
