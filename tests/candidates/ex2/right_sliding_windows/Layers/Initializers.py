import numpy as np


class _Initializer:
    def initialize(self, weights_shape, fan_in, fan_out):
        return self.draw(fan_in, fan_out, weights_shape)


class Constant(_Initializer):
    def __init__(self, const=0.1):
        self.const = const

    def draw(self, fan_in, fan_out, shape):
        return self.const * np.ones(shape)


class UniformRandom(_Initializer):
    def draw(self, fan_in, fan_out, shape):
        return np.random.default_rng().random(shape)


class Xavier(_Initializer):
    def draw(self, fan_in, fan_out, shape):
        return np.random.randn(*shape) * np.sqrt(2.0 / (fan_in + fan_out))


class He(_Initializer):
    def draw(self, fan_in, fan_out, shape):
        return np.random.randn(*shape) * np.sqrt(2.0 / fan_in)
