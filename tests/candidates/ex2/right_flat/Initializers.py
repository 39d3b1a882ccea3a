import numpy as np


class Constant:
    def __init__(self, constant=0.1):
        self.constant = constant

    def initialize(self, shape, fan_in, fan_out):
        weights = np.empty(shape)
        weights.fill(self.constant)
        return weights


class UniformRandom:
    def initialize(self, shape, fan_in=None, fan_out=None):
        return np.random.rand(*shape)


class Xavier:
    def initialize(self, shape, fan_in, fan_out):
        return np.random.normal(loc=0, scale=(2 / (fan_in + fan_out)) ** 0.5, size=shape)


class He:
    def initialize(self, shape, fan_in, fan_out):
        return np.random.normal(loc=0, scale=(2 / fan_in) ** 0.5, size=shape)
