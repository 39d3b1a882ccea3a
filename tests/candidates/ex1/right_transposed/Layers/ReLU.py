import numpy as np
from .Base import BaseLayer


class ReLU(BaseLayer):
    def forward(self, input_tensor):
        self.mask = np.where(input_tensor >= 0, 1, 0)  # slope 1 at the kink
        return input_tensor * self.mask

    def backward(self, error_tensor):
        return error_tensor * self.mask
