import numpy as np
from Layers import Base


class FullyConnected(Base.BaseLayer):
    def __init__(self, input_size, output_size):
        Base.BaseLayer.__init__(self)
        self.trainable = True
        self.n, self.m = input_size, output_size
        self.weights = np.random.rand(output_size, input_size + 1)
        self.optimizer = None
        self.gradient_weights = None

    def initialize(self, weights_initializer, bias_initializer):
        w = weights_initializer.initialize((self.m, self.n), self.n, self.m)
        b = bias_initializer.initialize((self.m, 1), 1, self.m)
        self.weights = np.concatenate((w, b), axis=1)

    def forward(self, input_tensor):
        self.x = np.concatenate((input_tensor.T, np.ones((1, len(input_tensor)))), axis=0)
        return self.weights.dot(self.x).T

    def backward(self, error_tensor):
        e = error_tensor.T
        self.gradient_weights = e.dot(self.x.T)
        result = self.weights[:, :-1].T.dot(e).T
        if self.optimizer:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return result
