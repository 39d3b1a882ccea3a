import copy
from math import ceil

import numpy as np
from Layers.Base import BaseLayer


def im2col(padded, kernel, stride, out):
    b, c = padded.shape[:2]
    col = np.empty((b, c, kernel[0], kernel[1], out[0], out[1]))
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            col[:, :, i, j] = padded[:, :, i :: stride[0], j :: stride[1]][:, :, : out[0], : out[1]]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(b * out[0] * out[1], -1)


def col2im(col, shape, kernel, stride, out):
    b, c, h, w = shape
    col = col.reshape(b, out[0], out[1], c, kernel[0], kernel[1]).transpose(0, 3, 4, 5, 1, 2)
    image = np.zeros((b, c, h + stride[0], w + stride[1]))
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            rows = slice(i, i + stride[0] * out[0], stride[0])
            cols = slice(j, j + stride[1] * out[1], stride[1])
            image[:, :, rows, cols] += col[:, :, i, j]
    return image[:, :, :h, :w]


class Conv(BaseLayer):
    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        self.is_1d = len(convolution_shape) == 2
        self.c = convolution_shape[0]
        self.kernel = tuple(convolution_shape[1:]) + ((1,) if self.is_1d else ())
        if isinstance(stride_shape, int):
            stride_shape = (stride_shape,) * 2
        self.stride = tuple(stride_shape[:1]) + (1,) if self.is_1d else tuple(stride_shape)
        self.num_kernels = num_kernels
        self.weights = np.random.uniform(size=(num_kernels,) + tuple(convolution_shape))
        self.bias = np.random.uniform(size=num_kernels)
        self.optimizers = None

    def initialize(self, weights_initializer, bias_initializer):
        size = self.kernel[0] * self.kernel[1]
        shape = self.weights.shape
        self.weights = weights_initializer.initialize(shape, self.c * size, self.num_kernels * size)
        self.bias = bias_initializer.initialize((self.num_kernels,), self.c * size, self.num_kernels * size)

    @property
    def optimizer(self):
        return None if self.optimizers is None else self.optimizers["weights"]

    @optimizer.setter
    def optimizer(self, optimizer):
        self.optimizers = {name: copy.deepcopy(optimizer) for name in ("weights", "bias")}

    def forward(self, input_tensor):
        self.given = input_tensor.shape
        x = input_tensor.reshape(*self.given, 1) if self.is_1d else input_tensor
        (h, w), (m, n) = x.shape[2:], self.kernel
        self.pad = ((m - 1) // 2, (n - 1) // 2)
        padded = np.pad(
            x, ((0, 0), (0, 0), (self.pad[0], m - 1 - self.pad[0]), (self.pad[1], n - 1 - self.pad[1])), "constant"
        )
        self.padded_shape = padded.shape
        self.out = (ceil(h / self.stride[0]), ceil(w / self.stride[1]))
        self.col = im2col(padded, self.kernel, self.stride, self.out)
        y = self.col @ self.weights.reshape(self.num_kernels, -1).T + self.bias
        y = y.reshape(x.shape[0], *self.out, self.num_kernels).transpose(0, 3, 1, 2)
        return y[..., 0] if self.is_1d else y

    def backward(self, error_tensor):
        e = error_tensor.reshape(*error_tensor.shape, 1) if self.is_1d else error_tensor
        e = e.transpose(0, 2, 3, 1).reshape(-1, self.num_kernels)
        self.gradient_weights = (e.T @ self.col).reshape(self.weights.shape)
        self.gradient_bias = e.sum(0)
        dcol = e @ self.weights.reshape(self.num_kernels, -1)
        dx = col2im(dcol, self.padded_shape, self.kernel, self.stride, self.out)
        h, w = self.given[2], 1 if self.is_1d else self.given[3]
        dx = dx[:, :, self.pad[0] : self.pad[0] + h, self.pad[1] : self.pad[1] + w]
        if self.optimizer is not None:
            for name, gradient in (("weights", self.gradient_weights), ("bias", self.gradient_bias)):
                setattr(self, name, self.optimizers[name].calculate_update(getattr(self, name), gradient))
        return dx.reshape(self.given)
