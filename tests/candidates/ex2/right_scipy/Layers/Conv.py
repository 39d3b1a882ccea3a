import copy

import numpy as np
from scipy import signal

from Layers.Base import BaseLayer


class Conv(BaseLayer):
    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        self.axes = len(convolution_shape) - 1
        if isinstance(stride_shape, int):
            stride_shape = (stride_shape,) * self.axes
        self.steps = tuple(slice(None, None, s) for s in stride_shape)
        self.convolution_shape = convolution_shape
        self.num_kernels = num_kernels
        self.weights = np.random.random_sample((num_kernels,) + tuple(convolution_shape))
        self.bias = np.random.random_sample(num_kernels)
        self._optimizer = None
        self._bias_optimizer = None
        self.gradient_weights = None
        self.gradient_bias = None

    def get_optimizer(self):
        return self._optimizer

    def set_optimizer(self, optimizer):
        self._optimizer = optimizer
        self._bias_optimizer = copy.deepcopy(optimizer)

    optimizer = property(get_optimizer, set_optimizer)

    def initialize(self, weights_initializer, bias_initializer):
        fan_in = np.prod(self.convolution_shape)
        fan_out = np.prod(self.convolution_shape[1:]) * self.num_kernels
        self.weights = weights_initializer.initialize(self.weights.shape, fan_in, fan_out)
        self.bias = bias_initializer.initialize(self.bias.shape, fan_in, fan_out)

    def forward(self, input_tensor):
        self.input_tensor = input_tensor
        outputs = []
        for image in input_tensor:
            maps = []
            for kernel, bias in zip(self.weights, self.bias):
                total = sum(signal.correlate(channel, part, mode="same", method="direct") for channel, part in zip(image, kernel))
                maps.append(total[self.steps] + bias)
            outputs.append(maps)
        return np.array(outputs)

    def backward(self, error_tensor):
        size = self.input_tensor.shape[2:]
        kernel = self.weights.shape[2:]
        # signal.correlate(..., "same") looks k // 2 back and (k - 1) // 2 ahead
        padding = [(0, 0), (0, 0)] + [(k // 2, (k - 1) // 2) for k in kernel]
        padded = np.pad(self.input_tensor, padding)
        inside = tuple(slice(k // 2, k // 2 + n) for k, n in zip(kernel, size))
        previous = np.zeros(self.input_tensor.shape)
        gradient = np.zeros(self.weights.shape)
        for b in range(error_tensor.shape[0]):
            for k in range(error_tensor.shape[1]):
                spread = np.zeros(size)
                spread[self.steps] = error_tensor[b, k]
                for c in range(previous.shape[1]):
                    full = signal.convolve(spread, self.weights[k, c], mode="full", method="direct")
                    previous[b, c] += full[inside]
                    gradient[k, c] += signal.correlate(padded[b, c], spread, mode="valid", method="direct")
        self.gradient_weights = gradient
        self.gradient_bias = error_tensor.sum(axis=0).reshape(error_tensor.shape[1], -1).sum(axis=1)
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, gradient)
            self.bias = self._bias_optimizer.calculate_update(self.bias, self.gradient_bias)
        return previous
