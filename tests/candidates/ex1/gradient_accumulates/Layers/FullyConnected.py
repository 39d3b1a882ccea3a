import numpy as np
from .Base import BaseLayer


class FullyConnected(BaseLayer):
    """y = W [x; 1], one column of W per input and one more for the bias"""

    def __init__(self, input_size, output_size):
        self.trainable = True
        self.weights = np.random.rand(output_size, input_size + 1)
        self.optimizer = None
        self.gradient_weights = np.zeros_like(self.weights)

    def forward(self, input_tensor):
        self.x = np.hstack([input_tensor, np.ones((len(input_tensor), 1))])
        return self.x @ self.weights.T

    def backward(self, error_tensor):
        dx = error_tensor @ self.weights[:, :-1]
        self.gradient_weights += error_tensor.T @ self.x
        if self.optimizer:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
            self.gradient_weights = np.zeros_like(self.weights)
        return dx
