import numpy as np
from Layers.Base import BaseLayer


class ReLU(BaseLayer):

    def forward(self, input_tensor: np.ndarray) -> np.ndarray:
        self._sign = np.heaviside(input_tensor, 0.0)
        return self._sign * input_tensor

    def backward(self, error_tensor: np.ndarray) -> np.ndarray:
        return self._sign * error_tensor
