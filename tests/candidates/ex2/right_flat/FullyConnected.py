import numpy as np
from Layers import Base, Initializers


class FullyConnected(Base.Base):
    def __init__(self, input_size, output_size):
        super().__init__(trainable=True)
        self.input_size, self.output_size = input_size, output_size
        self.optimizer = None
        self.initialize(Initializers.UniformRandom(), Initializers.UniformRandom())

    def initialize(self, weights_initializer, bias_initializer):
        bias = bias_initializer.initialize([self.output_size], self.input_size, self.output_size)
        weights = weights_initializer.initialize([self.input_size, self.output_size], self.input_size, self.output_size)
        self.weights = np.vstack((weights, bias))

    def forward(self, input_tensor):
        self.x = np.c_[input_tensor, np.ones(len(input_tensor))]
        return self.x.dot(self.weights)

    def backward(self, error_tensor):
        self.gradient_weights = self.x.T.dot(error_tensor)
        back = error_tensor.dot(self.weights.T)[:, :-1]
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return back
