import numpy as np
from Layers.Base import BaseLayer


class FullyConnected(BaseLayer):
    def __init__(self, input_size, output_size):
        super().__init__()
        self.trainable = True
        self.input_size = input_size
        self.output_size = output_size
        # last row = bias
        self.weights = np.random.uniform(0, 1, (input_size + 1, output_size))
        self._optimizer = None
        self._gradient_weights = None
        self.input_tensor = None

    def initialize(self, weights_initializer, bias_initializer):
        shape = (self.input_size, self.output_size)
        weights = weights_initializer.initialize(shape, self.input_size, self.output_size)
        bias = bias_initializer.initialize((1, self.output_size), self.input_size, self.output_size)
        self.weights = np.concatenate((weights, bias), axis=0)

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer = optimizer

    @property
    def gradient_weights(self):
        return self._gradient_weights

    def forward(self, input_tensor):
        bias_column = np.ones((input_tensor.shape[0], 1))
        self.input_tensor = np.concatenate((input_tensor, bias_column), axis=1)
        return np.dot(self.input_tensor, self.weights)

    def backward(self, error_tensor):
        self._gradient_weights = np.dot(self.input_tensor.T, error_tensor)
        previous_error = np.dot(error_tensor, self.weights[:-1].T)
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self._gradient_weights)
        return previous_error
