"""Raises what the test might take for its own: pytest's skip, an assertion that passed, SystemExit with code 0.

aim: answer
ends: raised
stopped by: exceptions cross as names and text; the test sees an exception of the student's and nothing else
"""


class Skipped(BaseException):
    """Named as pytest's own."""


Skipped.__module__ = "_pytest.outcomes"
Skipped.__qualname__ = "Skipped"


def attack(x):
    raise Skipped("all is well")
