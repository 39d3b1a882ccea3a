import numpy as np
from Layers.Base import BaseLayer


class SoftMax(BaseLayer):

    def __init__(self):
        super().__init__()
        self.y = None

    def forward(self, input_tensor):
        shifted = input_tensor - np.max(input_tensor, axis=1, keepdims=True)
        e = np.exp(shifted)
        self.y = e / np.sum(e, axis=1, keepdims=True)
        return self.y

    def backward(self, error_tensor):
        weighted = np.sum(error_tensor * self.y, axis=1, keepdims=True)
        return self.y * (error_tensor - weighted)
