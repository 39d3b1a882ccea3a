import numpy as np
from Layers.Base import BaseLayer


class Pooling(BaseLayer):
    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.stride = tuple(int(s) for s in np.resize(stride_shape, 2))
        self.size = tuple(int(p) for p in np.resize(pooling_shape, 2))

    def forward(self, input_tensor):
        self.shape = input_tensor.shape
        windows = np.lib.stride_tricks.sliding_window_view(input_tensor, self.size, axis=(2, 3))
        windows = windows[:, :, :: self.stride[0], :: self.stride[1]]
        flat = windows.reshape(*windows.shape[:4], -1)
        self.where = flat.argmax(axis=-1)
        return flat.max(axis=-1)

    def backward(self, error_tensor):
        dx = np.zeros(self.shape)
        b, c, y, x = np.indices(self.where.shape)
        rows = y * self.stride[0] + self.where // self.size[1]
        columns = x * self.stride[1] + self.where % self.size[1]
        np.add.at(dx, (b, c, rows, columns), error_tensor)
        return dx
