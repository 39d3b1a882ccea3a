from __future__ import annotations

import numpy as np

from src_to_implement.Layers.Base import BaseLayer


class ReLU(BaseLayer):
    def forward(self, input_tensor: np.ndarray) -> np.ndarray:
        self._active = np.heaviside(input_tensor, 0.0)
        return input_tensor * self._active

    def backward(self, error_tensor: np.ndarray) -> np.ndarray:
        return np.multiply(error_tensor, self._active)
