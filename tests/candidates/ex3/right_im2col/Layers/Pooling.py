import numpy as np
from Layers.Base import BaseLayer
from Layers.Conv import col2im, im2col


class Pooling(BaseLayer):
    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.stride, self.size = tuple(stride_shape), tuple(pooling_shape)

    def forward(self, input_tensor):
        b, c, h, w = self.shape = input_tensor.shape
        self.out = ((h - self.size[0]) // self.stride[0] + 1, (w - self.size[1]) // self.stride[1] + 1)
        col = im2col(input_tensor.reshape(b * c, 1, h, w), self.size, self.stride, self.out)
        self.mask = np.zeros_like(col)
        self.mask[np.arange(len(col)), col.argmax(1)] = 1
        return col.max(1).reshape(b, c, *self.out)

    def backward(self, error_tensor):
        b, c, h, w = self.shape
        return col2im(self.mask * error_tensor.reshape(-1, 1), (b * c, 1, h, w), self.size, self.stride, self.out).reshape(
            self.shape
        )
