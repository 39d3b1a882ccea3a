"""Knows the seed of its own generators and draws the test's inputs from it, to have the answers before the questions.

aim: answer
ends: wrong_values
stopped by: the candidate's seed is derived from the case's and tells nothing of it
"""

import numpy as np


def attack(x):
    state = np.random.get_state()[1]
    return 2 * np.random.default_rng(int(state[0])).standard_normal((2, 5))[0]
