import numpy as np
from .Base import BaseLayer


class SoftMax(BaseLayer):
    def forward(self, input_tensor):
        e = np.exp(input_tensor - input_tensor.max(0))
        self.y = e / e.sum(0)
        return self.y

    def backward(self, error_tensor):
        return self.y * (error_tensor - (error_tensor * self.y).sum(0))
