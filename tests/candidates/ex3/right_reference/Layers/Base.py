"""The reference's layers behind the interface of the exercises."""

import copy

import numpy as np


def rng():
    """The reference never draws from NumPy's global generator, the exercises' tests seed that one."""
    return np.random.default_rng(np.random.randint(1 << 31))


def parameter(name):
    """A parameter of the reference's layer as an attribute."""

    def read(self):
        return self.layer.params[name]

    def write(self, value):
        self.layer.params[name] = value

    return property(read, write)


def gradient(name):
    """Its gradient, which nothing sets from outside; none before the first backward pass."""
    return property(lambda self: self.layer.grads.get(name))


class BaseLayer:
    """One layer of the reference; each of its parameters has an optimizer of its own."""

    def __init__(self, layer=None):
        self.layer = layer
        self.trainable = layer is not None and bool(layer.params)
        self._optimizers = {}

    @property
    def testing_phase(self):
        return self.layer is not None and self.layer.testing_phase

    @testing_phase.setter
    def testing_phase(self, testing):
        if self.layer is not None:
            self.layer.testing_phase = testing

    @property
    def optimizer(self):
        return self._optimizers.get("weights")

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizers = {name: copy.deepcopy(optimizer) for name in self.layer.params}
        self._optimizers["weights"] = optimizer

    def initialize(self, weights_initializer, bias_initializer):
        self.layer.initialize(weights_initializer, bias_initializer)

    def forward(self, input_tensor):
        return self.layer.forward(input_tensor)

    def backward(self, error_tensor):
        error = self.layer.backward(error_tensor)
        for name, optimizer in self._optimizers.items():
            if optimizer is not None:
                self.layer.params[name] = optimizer.calculate_update(self.layer.params[name], self.layer.grads[name])
        return error

    def norm(self, regularizer):
        """What the regularizer finds all parameters to cost."""
        return sum(regularizer.norm(value) for value in self.layer.params.values())
