import numpy as np
from Layers.Base import BaseLayer


class ReLU(BaseLayer):
    def forward(self, input_tensor):
        self.x = input_tensor
        return np.clip(input_tensor, 0, None)

    def backward(self, error_tensor):
        return np.where(self.x > 0, error_tensor, 0)
