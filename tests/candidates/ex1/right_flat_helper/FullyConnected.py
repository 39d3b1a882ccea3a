import numpy as np
from Layers.Base import BaseLayer
from Layers.tensor_tools import add_ones


class FullyConnected(BaseLayer):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.trainable = True
        rng = np.random.RandomState(np.random.randint(2**31))
        self.weights = rng.rand(input_size + 1, output_size)
        self._optimizer = None

    def forward(self, input_tensor):
        self.x = add_ones(input_tensor)
        return self.x.dot(self.weights)

    def backward(self, error_tensor):
        self.gradient_weights = self.x.T.dot(error_tensor)
        old = self.weights
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(old, self.gradient_weights)
        return error_tensor.dot(old.T)[:, :-1]

    optimizer = property(lambda self: self._optimizer, lambda self, o: setattr(self, "_optimizer", o))
