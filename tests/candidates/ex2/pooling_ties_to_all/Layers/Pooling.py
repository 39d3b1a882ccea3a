import numpy as np
from Layers.Base import BaseLayer


class Pooling(BaseLayer):
    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.stride_shape = (stride_shape, stride_shape) if isinstance(stride_shape, int) else stride_shape
        self.pooling_shape = pooling_shape

    def windows(self, rows, columns):
        for i in range((rows - self.pooling_shape[0]) // self.stride_shape[0] + 1):
            for j in range((columns - self.pooling_shape[1]) // self.stride_shape[1] + 1):
                y, x = i * self.stride_shape[0], j * self.stride_shape[1]
                yield i, j, slice(y, y + self.pooling_shape[0]), slice(x, x + self.pooling_shape[1])

    def forward(self, input_tensor):
        self.input_tensor = input_tensor
        places = list(self.windows(*input_tensor.shape[2:]))
        self.output = np.zeros((*input_tensor.shape[:2], places[-1][0] + 1, places[-1][1] + 1))
        for i, j, y, x in places:
            self.output[:, :, i, j] = input_tensor[:, :, y, x].max(axis=(2, 3))
        return self.output

    def backward(self, error_tensor):
        previous_error = np.zeros(self.input_tensor.shape)
        for i, j, y, x in self.windows(*self.input_tensor.shape[2:]):
            mask = self.input_tensor[:, :, y, x] == self.output[:, :, i : i + 1, j : j + 1]
            previous_error[:, :, y, x] += mask * error_tensor[:, :, i : i + 1, j : j + 1]
        return previous_error
