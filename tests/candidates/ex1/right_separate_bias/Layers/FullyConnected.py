import numpy as np
from Layers import Base


def split(folded):
    return folded[:-1], folded[-1]


class FullyConnected(Base.BaseLayer):
    def __init__(self, input_size, output_size):
        super().__init__(trainable=True)
        self.kernel = np.random.uniform(0.0, 1.0, size=(input_size, output_size))
        self.bias = np.random.uniform(0.0, 1.0, size=output_size)
        self.d_kernel = np.zeros_like(self.kernel)
        self.d_bias = np.zeros_like(self.bias)
        self._optimizer = None

    # the course wants one matrix
    @property
    def weights(self):
        return np.vstack([self.kernel, self.bias])

    @weights.setter
    def weights(self, folded):
        self.kernel, self.bias = split(folded)

    @property
    def gradient_weights(self):
        return np.vstack([self.d_kernel, self.d_bias])

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, new):
        self._optimizer = new

    def forward(self, input_tensor):
        self.x = input_tensor
        return input_tensor @ self.kernel + self.bias

    def backward(self, error_tensor):
        self.d_kernel = self.x.T @ error_tensor
        self.d_bias = error_tensor.sum(axis=0)
        dx = error_tensor @ self.kernel.T
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self.gradient_weights)
        return dx
