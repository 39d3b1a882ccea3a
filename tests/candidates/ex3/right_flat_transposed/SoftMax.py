import numpy as np
from Layers.Base import BaseLayer


class SoftMax(BaseLayer):
    def forward(self, input_tensor):
        powers = np.exp(input_tensor - input_tensor.max(axis=1, keepdims=True))
        self.y = powers / powers.sum(axis=1, keepdims=True)
        return self.y

    def backward(self, error_tensor):
        return self.y * (error_tensor - (error_tensor * self.y).sum(axis=1, keepdims=True))
