import numpy as np
from Layers.Base import BaseLayer


class FullyConnected(BaseLayer):

    def __init__(self, input_size: int, output_size: int) -> None:
        super().__init__(trainable=True)
        kernel = np.random.rand(input_size, output_size)
        bias = np.random.rand(1, output_size)
        self._weights = np.vstack((kernel, bias))
        self._optimizer = None

    @property
    def weights(self) -> np.ndarray:
        return self._weights

    @weights.setter
    def weights(self, value: np.ndarray) -> None:
        self._weights = value

    @property
    def gradient_weights(self) -> np.ndarray:
        return self._gradient

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, value):
        self._optimizer = value

    def forward(self, input_tensor: np.ndarray) -> np.ndarray:
        self._padded = np.pad(input_tensor, ((0, 0), (0, 1)), constant_values=1.0)
        return np.einsum("bn,nm->bm", self._padded, self._weights)

    def backward(self, error_tensor: np.ndarray) -> np.ndarray:
        error_previous = np.einsum("bm,nm->bn", error_tensor, self._weights)[:, :-1]
        self._gradient = np.einsum("bn,bm->nm", self._padded, error_tensor)
        if self._optimizer is not None:
            self._weights = self._optimizer.calculate_update(self._weights, self._gradient)
        return error_previous
