import numpy as np
from Layers.Base import BaseLayer


class Pooling(BaseLayer):
    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.sy, self.sx = stride_shape if hasattr(stride_shape, "__len__") else (stride_shape, stride_shape)
        self.py, self.px = pooling_shape

    def windows(self, rows, columns):
        for i, y in enumerate(range(0, rows - self.py + 1, self.sy)):
            for j, x in enumerate(range(0, columns - self.px + 1, self.sx)):
                yield i, j, slice(y, y + self.py), slice(x, x + self.px)

    def forward(self, input_tensor):
        self.x = input_tensor
        b, c, rows, columns = input_tensor.shape
        self.out = np.empty((b, c, (rows - self.py) // self.sy + 1, (columns - self.px) // self.sx + 1))
        for i, j, y, x in self.windows(rows, columns):
            self.out[:, :, i, j] = input_tensor[:, :, y, x].max(axis=(2, 3))
        return self.out

    def backward(self, error_tensor):
        back = np.zeros_like(self.x)
        for i, j, y, x in self.windows(*self.x.shape[2:]):
            hit = self.x[:, :, y, x] == self.out[:, :, i, j][:, :, None, None]
            share = hit / hit.sum(axis=(2, 3), keepdims=True)
            back[:, :, y, x] += share * error_tensor[:, :, i, j][:, :, None, None]
        return back
