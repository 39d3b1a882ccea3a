"""y = x W + b."""

import numpy as np

from Layers.Base import BaseLayer


class FullyConnected(BaseLayer):
    """An affine map of each row. W and b lie in one matrix; the last row is b."""

    def __init__(self, input_size, output_size):
        super().__init__()
        self.trainable = True
        self.optimizer = None
        self.weights = np.random.rand(input_size + 1, output_size)  # (N+1, M)
        self.gradient_weights = None

    def forward(self, input_tensor):
        """y_m = sum_n x_n w_nm + b_m."""
        ones = np.ones((len(input_tensor), 1))  # (B, 1)
        self._x1 = np.hstack([input_tensor, ones])  # (B, N+1)
        return self._x1 @ self.weights  # (B, M)

    def backward(self, error_tensor):
        """dL/dw_nm = sum over the batch of x_n dy_m; dL/dx_n = sum_m w_nm dy_m, with the weights of forward."""
        dx = error_tensor @ self.weights[:-1].T  # (B, N)
        self.gradient_weights = self._x1.T @ error_tensor  # (N+1, M)
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return dx
