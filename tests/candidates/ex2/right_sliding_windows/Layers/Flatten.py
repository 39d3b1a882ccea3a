import numpy as np

from Layers.Base import BaseLayer


class Flatten(BaseLayer):
    def forward(self, input_tensor):
        self.shape = np.shape(input_tensor)
        return np.array([sample.flatten() for sample in input_tensor])

    def backward(self, error_tensor):
        return np.reshape(error_tensor, self.shape)
