import numpy as np

from .Base import Base


class Pooling(Base):
    def __init__(self, stride_shape, pooling_shape):
        self.stride_shape = stride_shape
        self.pooling_shape = pooling_shape

    def forward(self, input_tensor):
        self.input_shape = input_tensor.shape
        b, c, h, w = input_tensor.shape
        rows = (h - self.pooling_shape[0]) // self.stride_shape[0] + 1
        cols = (w - self.pooling_shape[1]) // self.stride_shape[1] + 1
        out = np.zeros((b, c, rows, cols))
        self.places = {}
        for i in range(b):
            for j in range(c):
                for y in range(rows):
                    for x in range(cols):
                        top, left = y * self.stride_shape[0], x * self.stride_shape[1]
                        window = input_tensor[
                            i, j, top : top + self.pooling_shape[0], left : left + self.pooling_shape[1]
                        ]
                        flat = window.argmax()
                        dy, dx = divmod(flat, window.shape[1])
                        out[i, j, y, x] = window[dy, dx]
                        self.places[i, j, y, x] = (top + dy, left + dx)
        return out

    def backward(self, error_tensor):
        result = np.zeros(self.input_shape)
        for (i, j, y, x), (row, col) in self.places.items():
            result[i, j, row, col] += error_tensor[i, j, y, x]
        return result
