import numpy as np
from .Base import BaseLayer


class SoftMax(BaseLayer):
    def forward(self, input_tensor):
        e = np.exp(input_tensor - input_tensor.max(1)[:, None])
        self.y = e / e.sum(1)[:, None]
        return self.y

    def backward(self, error_tensor):
        return self.y * (error_tensor - (error_tensor * self.y).sum(1)[:, None])
