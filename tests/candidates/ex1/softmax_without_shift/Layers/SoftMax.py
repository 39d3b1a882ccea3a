import numpy as np
from Layers.Base import BaseLayer


class SoftMax(BaseLayer):
    def __init__(self):
        super().__init__()
        self.output = None

    def forward(self, input_tensor):
        exp = np.exp(input_tensor)
        self.output = exp / np.sum(exp, axis=1, keepdims=True)
        return self.output

    def backward(self, error_tensor):
        weighted = np.sum(error_tensor * self.output, axis=1, keepdims=True)
        return self.output * (error_tensor - weighted)
