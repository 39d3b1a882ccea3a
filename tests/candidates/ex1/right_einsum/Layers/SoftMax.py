from __future__ import annotations

import numpy as np

from src_to_implement.Layers.Base import BaseLayer


class SoftMax(BaseLayer):
    def forward(self, input_tensor: np.ndarray) -> np.ndarray:
        shifted = input_tensor - input_tensor.max(axis=-1, keepdims=True)
        log_sum = np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        self._y = np.exp(shifted - log_sum)
        return self._y

    def backward(self, error_tensor: np.ndarray) -> np.ndarray:
        inner = np.einsum("bk,bk->b", error_tensor, self._y)
        return self._y * (error_tensor - inner[:, np.newaxis])
