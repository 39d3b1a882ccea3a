import numpy as np

from .Base import BaseLayer


class Pooling(BaseLayer):
    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.stride = (stride_shape, stride_shape) if np.isscalar(stride_shape) else stride_shape
        self.pool = pooling_shape
        self.maxima = []

    def forward(self, input_tensor):
        self.shape = input_tensor.shape
        self.maxima = []
        batch, channels, height, width = input_tensor.shape
        out_h = int(np.floor((height - self.pool[0]) / self.stride[0])) + 1
        out_w = int(np.floor((width - self.pool[1]) / self.stride[1])) + 1
        output = np.zeros((batch, channels, out_h, out_w))
        for b in range(batch):
            for c in range(channels):
                for i in range(out_h):
                    for j in range(out_w):
                        best = None
                        for y in range(i * self.stride[0], i * self.stride[0] + self.pool[0]):
                            for x in range(j * self.stride[1], j * self.stride[1] + self.pool[1]):
                                if best is None or input_tensor[b, c, y, x] > input_tensor[b, c, best[0], best[1]]:
                                    best = (y, x)
                        output[b, c, i, j] = input_tensor[b, c, best[0], best[1]]
                        self.maxima.append((b, c, i, j, best))
        return output

    def backward(self, error_tensor):
        previous = np.zeros(self.shape)
        for b, c, i, j, (y, x) in self.maxima:
            previous[b, c, y, x] += error_tensor[b, c, i, j]
        return previous
