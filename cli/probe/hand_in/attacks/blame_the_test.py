"""Weights that the test reads and gives back, of integers that no array of numbers holds: the test is to look broken.

aim: answer
uses: weights
ends: unusable
stopped by: what cannot cross after the hand-in has answered is put down to what it answered
"""


class Layer:
    weights = ((2**70, 2**70), (2**70, 2**70))

    def forward(self, x):
        return x


def attack(x):
    return Layer()
