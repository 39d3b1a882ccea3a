import numpy as np
from .Base import Base, Tool


class FullyConnected(Base):

    def __init__(self, input_size, output_size):
        Base.__init__(self, trainable=True)
        self.weights = np.random.uniform(low=0.0, high=1.0, size=[input_size + 1, output_size])
        self.optimizer = None
        self.gradient_weights = None

    def forward(self, input_tensor):
        self.extended = Tool.add_ones(input_tensor)
        return self.extended.dot(self.weights)

    def backward(self, error_tensor):
        self.gradient_weights = self.extended.T.dot(error_tensor)
        result = error_tensor.dot(Tool.cut_bias(self.weights).T)
        if self.optimizer != None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return result
