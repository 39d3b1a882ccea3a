import numpy as np
from Layers.Base import BaseLayer
from Layers.tensor_tools import row_sum


class SoftMax(BaseLayer):
    def forward(self, input_tensor):
        e = np.exp(input_tensor - input_tensor.max(1, keepdims=True))
        self.y = e / row_sum(e)
        return self.y

    def backward(self, error_tensor):
        return self.y * (error_tensor - row_sum(error_tensor * self.y))
