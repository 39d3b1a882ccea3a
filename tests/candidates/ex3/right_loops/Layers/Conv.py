import copy

import numpy as np

from .Base import Base


class Conv(Base):
    def __init__(self, stride_shape, convolution_shape, num_kernels):
        self.trainable = True
        self.stride_shape = stride_shape
        self.convolution_shape = convolution_shape
        self.num_kernels = num_kernels
        self.weights = np.random.rand(num_kernels, *convolution_shape)
        self.bias = np.random.rand(num_kernels)
        self.optimizer_w = None
        self.optimizer_b = None

    def initialize(self, weights_initializer, bias_initializer):
        kernel_size = np.prod(self.convolution_shape[1:])
        fan_in = self.convolution_shape[0] * kernel_size
        fan_out = self.num_kernels * kernel_size
        self.weights = weights_initializer.initialize(self.weights.shape, fan_in, fan_out)
        self.bias = bias_initializer.initialize(self.bias.shape, 1, self.num_kernels)

    @property
    def optimizer(self):
        return self.optimizer_w

    @optimizer.setter
    def optimizer(self, value):
        self.optimizer_w = copy.deepcopy(value)
        self.optimizer_b = copy.deepcopy(value)

    def forward(self, input_tensor):
        self.input_shape = input_tensor.shape
        image = input_tensor
        kernels = self.weights
        if len(self.convolution_shape) == 2:
            image = image[:, :, :, np.newaxis]
            kernels = kernels[:, :, :, np.newaxis]
            self.sy, self.sx = self.stride_shape[0], 1
        else:
            self.sy, self.sx = self.stride_shape
        m, n = kernels.shape[2], kernels.shape[3]
        # even kernels: the extra zero goes before
        self.py, self.px = m // 2, n // 2
        b, c, h, w = image.shape
        self.padded = np.zeros((b, c, h + m - 1, w + n - 1))
        self.padded[:, :, self.py : self.py + h, self.px : self.px + w] = image
        rows = int(np.ceil(h / self.sy))
        cols = int(np.ceil(w / self.sx))
        out = np.zeros((b, self.num_kernels, rows, cols))
        for y in range(rows):
            for x in range(cols):
                top, left = y * self.sy, x * self.sx
                window = self.padded[:, :, top : top + m, left : left + n]
                for k in range(self.num_kernels):
                    out[:, k, y, x] = (window * kernels[k]).sum(axis=(1, 2, 3)) + self.bias[k]
        self.kernels = kernels
        if len(self.convolution_shape) == 2:
            return out[:, :, :, 0]
        return out

    def backward(self, error_tensor):
        if len(self.convolution_shape) == 2:
            error_tensor = error_tensor[:, :, :, np.newaxis]
        b, _, rows, cols = error_tensor.shape
        m, n = self.kernels.shape[2], self.kernels.shape[3]
        gradient = np.zeros(self.kernels.shape)
        padded_error = np.zeros(self.padded.shape)
        for y in range(rows):
            for x in range(cols):
                top, left = y * self.sy, x * self.sx
                window = self.padded[:, :, top : top + m, left : left + n]
                for k in range(self.num_kernels):
                    e = error_tensor[:, k, y, x].reshape(b, 1, 1, 1)
                    gradient[k] += (window * e).sum(axis=0)
                    padded_error[:, :, top : top + m, left : left + n] += e * self.kernels[k]
        self.gradient_weights = gradient.reshape(self.weights.shape)
        self.gradient_bias = error_tensor.sum(axis=(0, 2, 3))
        h = self.input_shape[2]
        w = self.input_shape[3] if len(self.input_shape) == 4 else 1
        result = padded_error[:, :, self.py : self.py + h, self.px : self.px + w].reshape(self.input_shape)
        if self.optimizer_w is not None:
            self.weights = self.optimizer_w.calculate_update(self.weights, self.gradient_weights)
            self.bias = self.optimizer_b.calculate_update(self.bias, self.gradient_bias)
        return result
