import copy

import numpy as np
from Layers.Base import BaseLayer


class Conv(BaseLayer):
    """Cross-correlation with zero padding; a 1-D signal is an image of width 1."""

    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        self.one_dimensional = len(convolution_shape) == 2
        stride = np.atleast_1d(stride_shape)
        self.stride = (int(stride[0]), 1 if self.one_dimensional else int(stride[-1]))
        self.convolution_shape = tuple(convolution_shape)
        self.num_kernels = num_kernels
        self.weights = np.random.uniform(0, 1, (num_kernels, *self.convolution_shape))
        self.bias = np.random.uniform(0, 1, num_kernels)
        self._optimizer = None
        self._bias_optimizer = None
        self._gradient_weights = None
        self._gradient_bias = None

    def initialize(self, weights_initializer, bias_initializer):
        fan_in = int(np.prod(self.convolution_shape))
        fan_out = self.num_kernels * int(np.prod(self.convolution_shape[1:]))
        self.weights = weights_initializer.initialize(self.weights.shape, fan_in, fan_out)
        self.bias = bias_initializer.initialize(self.bias.shape, fan_in, fan_out)

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer = optimizer
        self._bias_optimizer = copy.deepcopy(optimizer)

    @property
    def gradient_weights(self):
        return self._gradient_weights

    @property
    def gradient_bias(self):
        return self._gradient_bias

    def forward(self, input_tensor):
        x = input_tensor[..., None] if self.one_dimensional else input_tensor
        self.kernel = self.weights[..., None] if self.one_dimensional else self.weights
        m, n = self.kernel.shape[2:]
        top, left = (m - 1) // 2, (n - 1) // 2
        self.crop = (slice(None), slice(None), slice(top, top + x.shape[2]), slice(left, left + x.shape[3]))
        self.padded = np.pad(x, ((0, 0), (0, 0), (top, m - 1 - top), (left, n - 1 - left)))
        windows = np.lib.stride_tricks.sliding_window_view(self.padded, (m, n), axis=(2, 3))
        self.windows = windows[:, :, :: self.stride[0], :: self.stride[1]]
        out = np.tensordot(self.windows, self.kernel, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)
        out = out + self.bias.reshape(1, -1, 1, 1)
        return out[..., 0] if self.one_dimensional else out

    def backward(self, error_tensor):
        e = error_tensor[..., None] if self.one_dimensional else error_tensor
        gradient = np.tensordot(e, self.windows, axes=((0, 2, 3), (0, 2, 3)))
        self._gradient_weights = gradient.reshape(self.weights.shape)
        self._gradient_bias = e.sum(axis=(0, 2, 3))
        dx = np.zeros_like(self.padded)
        spread = np.tensordot(e, self.kernel, axes=((1,), (0,)))
        rows, columns = e.shape[2] * self.stride[0], e.shape[3] * self.stride[1]
        for i in range(self.kernel.shape[2]):
            for j in range(self.kernel.shape[3]):
                target = dx[:, :, i : i + rows : self.stride[0], j : j + columns : self.stride[1]]
                target += spread[..., i, j].transpose(0, 3, 1, 2)[:, :, : target.shape[2], : target.shape[3]]
        dx = dx[self.crop]
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self._gradient_weights)
            self.bias = self._bias_optimizer.calculate_update(self.bias, self._gradient_bias)
        return dx[..., 0] if self.one_dimensional else dx
