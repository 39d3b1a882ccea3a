from Base import BaseLayer
import numpy as np


class SoftMax(BaseLayer):
    def forward(self, input_tensor):
        e = np.exp(input_tensor - input_tensor.max(1, keepdims=True))
        self.y = e / e.sum(1, keepdims=True)
        return self.y

    def backward(self, error_tensor):
        return self.y * (error_tensor - np.einsum("bk,bk->b", error_tensor, self.y)[:, None])
