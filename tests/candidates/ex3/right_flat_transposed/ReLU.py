import numpy as np
from Layers.Base import BaseLayer


class ReLU(BaseLayer):
    def forward(self, input_tensor):
        self.positive = input_tensor > 0
        return np.where(self.positive, input_tensor, 0)

    def backward(self, error_tensor):
        return np.where(self.positive, error_tensor, 0)
