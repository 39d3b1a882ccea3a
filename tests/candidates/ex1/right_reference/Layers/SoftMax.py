"""y_k = exp(x_k) / sum_j exp(x_j)."""

import numpy as np

from Layers.Base import BaseLayer


class SoftMax(BaseLayer):
    """Scores become probabilities, in each row."""

    def forward(self, input_tensor):
        """The row's maximum cancels in the fraction, and keeps exp from overflowing."""
        powers = np.exp(input_tensor - np.max(input_tensor, axis=1, keepdims=True))  # (B, N)
        self._y = powers / np.sum(powers, axis=1, keepdims=True)  # (B, N)
        return self._y

    def backward(self, error_tensor):
        """dL/dx_j = y_j (dy_j - sum_k dy_k y_k)."""
        mean = np.sum(error_tensor * self._y, axis=1, keepdims=True)  # (B, 1)
        return self._y * (error_tensor - mean)  # (B, N)
