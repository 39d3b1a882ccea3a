import copy
import math

import numpy as np

from .Base import BaseLayer


class Conv(BaseLayer):
    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        self.is_1d = len(convolution_shape) == 2
        if isinstance(stride_shape, int):
            stride_shape = [stride_shape] * (len(convolution_shape) - 1)
        self.stride_shape = list(stride_shape)
        self.convolution_shape = list(convolution_shape)
        self.num_kernels = num_kernels
        self.weights = np.random.rand(num_kernels, *convolution_shape)
        self.bias = np.random.rand(num_kernels)
        self._gradient_weights = np.zeros_like(self.weights)
        self._gradient_bias = np.zeros_like(self.bias)
        self._optimizer = None
        self._optimizer_bias = None

    @property
    def gradient_weights(self):
        return self._gradient_weights

    @property
    def gradient_bias(self):
        return self._gradient_bias

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, value):
        self._optimizer = value
        self._optimizer_bias = copy.deepcopy(value)

    def initialize(self, weights_initializer, bias_initializer):
        size = math.prod(self.convolution_shape[1:])
        fan_in = self.convolution_shape[0] * size
        fan_out = self.num_kernels * size
        self.weights = weights_initializer.initialize(self.weights.shape, fan_in, fan_out)
        self.bias = bias_initializer.initialize(self.bias.shape, 1, self.num_kernels)

    def forward(self, input_tensor):
        self.input_tensor = input_tensor
        if self.is_1d:
            return self.forward_1d(input_tensor)
        batch, channels, height, width = input_tensor.shape
        kernel_h, kernel_w = self.weights.shape[2:]
        stride_h, stride_w = self.stride_shape
        top, left = kernel_h // 2, kernel_w // 2
        self.padded = np.zeros((batch, channels, height + kernel_h - 1, width + kernel_w - 1))
        self.padded[:, :, top:top + height, left:left + width] = input_tensor
        out_h, out_w = math.ceil(height / stride_h), math.ceil(width / stride_w)
        output = np.zeros((batch, self.weights.shape[0], out_h, out_w))
        for b in range(batch):
            for k in range(self.weights.shape[0]):
                for i in range(out_h):
                    for j in range(out_w):
                        y, x = i * stride_h, j * stride_w
                        window = self.padded[b, :, y:y + kernel_h, x:x + kernel_w]
                        output[b, k, i, j] = np.sum(window * self.weights[k]) + self.bias[k]
        return output

    def forward_1d(self, input_tensor):
        batch, channels, length = input_tensor.shape
        kernel = self.weights.shape[2]
        stride = self.stride_shape[0]
        left = kernel // 2
        self.padded = np.zeros((batch, channels, length + kernel - 1))
        self.padded[:, :, left:left + length] = input_tensor
        output = np.zeros((batch, self.weights.shape[0], math.ceil(length / stride)))
        for b in range(batch):
            for k in range(self.weights.shape[0]):
                for i in range(output.shape[2]):
                    window = self.padded[b, :, i * stride:i * stride + kernel]
                    output[b, k, i] = np.sum(window * self.weights[k]) + self.bias[k]
        return output

    def backward(self, error_tensor):
        self._gradient_weights = np.zeros(self.weights.shape)
        self._gradient_bias = np.zeros(self.weights.shape[0])
        padded_error = np.zeros(self.padded.shape)
        for b in range(error_tensor.shape[0]):
            for k in range(error_tensor.shape[1]):
                for place in np.ndindex(error_tensor.shape[2:]):
                    error = error_tensor[(b, k) + place]
                    starts = [p * s for p, s in zip(place, self.stride_shape)]
                    window = tuple(slice(s, s + n) for s, n in zip(starts, self.weights.shape[2:]))
                    self._gradient_weights[k] += error * self.padded[(b, slice(None)) + window]
                    self._gradient_bias[k] += error
                    padded_error[(b, slice(None)) + window] += error * self.weights[k]
        cut = [slice(n // 2, n // 2 + size) for n, size in zip(self.weights.shape[2:], self.input_tensor.shape[2:])]
        previous = padded_error[(slice(None), slice(None)) + tuple(cut)]
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self._gradient_weights)
            self.bias = self._optimizer_bias.calculate_update(self.bias, self._gradient_bias)
        return previous
