import numpy as np
from Layers import Base


class ReLU(Base.BaseLayer):
    def forward(self, input_tensor):
        self.out = (np.abs(input_tensor) + input_tensor) / 2
        return self.out

    def backward(self, error_tensor):
        dx = error_tensor.copy()
        dx[self.out <= 0] = 0
        return dx
