import copy

import numpy as np
from Layers.Base import BaseLayer
from scipy import signal


class Conv(BaseLayer):
    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        self.stride_shape = stride_shape
        self.convolution_shape = convolution_shape
        self.num_kernels = num_kernels
        self.weights = np.random.random_sample((num_kernels, *convolution_shape))
        self.bias = np.random.random_sample(num_kernels)
        self._optimizer = None
        self._b_optimizer = None

    def initialize(self, weights_initializer, bias_initializer):
        fan_in = np.prod(self.convolution_shape)
        fan_out = np.prod(self.convolution_shape[1:]) * self.num_kernels
        self.weights = weights_initializer.initialize(self.weights.shape, fan_in, fan_out)
        self.bias = bias_initializer.initialize((self.num_kernels,), fan_in, fan_out)

    def get_optimizer(self):
        return self._optimizer

    def set_optimizer(self, optimizer):
        self._optimizer = copy.deepcopy(optimizer)
        self._b_optimizer = copy.deepcopy(optimizer)

    optimizer = property(get_optimizer, set_optimizer)

    def _slices(self):
        steps = tuple(self.stride_shape) if len(self.convolution_shape) == 3 else (self.stride_shape[0],)
        return tuple(slice(None, None, s) for s in steps)

    def forward(self, input_tensor):
        self.input_tensor = input_tensor
        maps = []
        for kernel, bias in zip(self.weights, self.bias):
            # a kernel of one sample slides over all samples at once
            total = sum(signal.correlate(input_tensor[:, c], kernel[None, c], mode="same") for c in range(len(kernel)))
            maps.append(total[(slice(None), *self._slices())] + bias)
        return np.stack(maps, axis=1)

    def backward(self, error_tensor):
        x = self.input_tensor
        kernel_shape = self.convolution_shape[1:]
        full = np.zeros((len(x), self.num_kernels, *x.shape[2:]))
        full[(slice(None), slice(None), *self._slices())] = error_tensor
        before = [k // 2 for k in kernel_shape]
        after = [k - 1 - k // 2 for k in kernel_shape]
        padded = np.pad(x, [(0, 0), (0, 0), *zip(before, after)])
        self.gradient_weights = np.zeros_like(self.weights)
        result = np.zeros(x.shape)
        grown = np.pad(full, [(0, 0), (0, 0), *zip(after, before)])
        for k in range(self.num_kernels):
            for c in range(x.shape[1]):
                self.gradient_weights[k, c] = signal.correlate(padded[:, c], full[:, k], mode="valid")[0]
                result[:, c] += signal.convolve(grown[:, k], self.weights[k, c][None], mode="valid")
        self.gradient_bias = full.sum(axis=tuple(i for i in range(full.ndim) if i != 1))
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self.gradient_weights)
            self.bias = self._b_optimizer.calculate_update(self.bias, self.gradient_bias)
        return result
