import numpy as np
from Layers.Base import BaseLayer


class FullyConnected(BaseLayer):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.trainable = True
        self.optimizer = None
        self.sizes = output_size, input_size
        self.weights = np.random.rand(output_size, input_size + 1)

    def initialize(self, weights_initializer, bias_initializer):
        output_size, input_size = self.sizes
        self.weights[:, :-1] = weights_initializer.initialize((output_size, input_size), input_size, output_size)
        self.weights[:, -1] = bias_initializer.initialize((output_size,), 1, output_size)

    def forward(self, input_tensor):
        self.input_tensor = np.vstack([input_tensor.T, np.ones(len(input_tensor))])
        return (self.weights @ self.input_tensor).T

    def backward(self, error_tensor):
        self.gradient_weights = error_tensor.T @ self.input_tensor.T
        previous = error_tensor @ self.weights[:, :-1]
        if self.optimizer:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return previous
