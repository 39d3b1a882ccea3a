"""y = max(0, x)."""

import numpy as np

from Layers.Base import BaseLayer


class ReLU(BaseLayer):
    """The positive part of each element."""

    def forward(self, input_tensor):
        """y_i = x_i where x_i > 0, else 0."""
        self._positive = input_tensor > 0  # (B, N)
        return np.where(self._positive, input_tensor, 0.0)  # (B, N)

    def backward(self, error_tensor):
        """dL/dx_i = dy_i where x_i > 0, else 0."""
        return np.where(self._positive, error_tensor, 0.0)  # (B, N)
