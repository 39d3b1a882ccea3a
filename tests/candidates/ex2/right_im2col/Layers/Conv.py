import copy

import numpy as np
from Layers.Base import BaseLayer


class Conv(BaseLayer):
    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        self.one_dimensional = len(convolution_shape) == 2
        self.stride_shape = np.atleast_1d(stride_shape)
        self.convolution_shape = convolution_shape
        self.num_kernels = num_kernels
        self.weights = np.random.uniform(0, 1, (num_kernels, *convolution_shape))
        self.bias = np.random.uniform(0, 1, num_kernels)
        self.gradient_weights = None
        self.gradient_bias = None
        self._optimizer = None
        self._bias_optimizer = None

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer = copy.deepcopy(optimizer)
        self._bias_optimizer = copy.deepcopy(optimizer)

    def initialize(self, weights_initializer, bias_initializer):
        fan_in = np.prod(self.convolution_shape)
        fan_out = self.num_kernels * np.prod(self.convolution_shape[1:])
        self.weights = weights_initializer.initialize((self.num_kernels, *self.convolution_shape), fan_in, fan_out)
        self.bias = bias_initializer.initialize((self.num_kernels,), fan_in, fan_out)

    def strides(self):
        if self.one_dimensional:
            return int(self.stride_shape[0]), 1
        return int(self.stride_shape[0]), int(self.stride_shape[-1])

    def kernels(self):
        return self.weights[..., None] if self.one_dimensional else self.weights

    def padding(self, height, width):
        # the extra zero of an even kernel goes to the top and to the left
        return height // 2, (height - 1) // 2, width // 2, (width - 1) // 2

    def forward(self, input_tensor):
        if self.one_dimensional:
            input_tensor = input_tensor[..., None]
        batch, channels, rows, columns = input_tensor.shape
        _, _, height, width = self.kernels().shape
        top, bottom, left, right = self.padding(height, width)
        padded = np.pad(input_tensor, ((0, 0), (0, 0), (top, bottom), (left, right)))
        stride_y, stride_x = self.strides()
        out_rows = (rows - 1) // stride_y + 1
        out_columns = (columns - 1) // stride_x + 1
        self.input_shape, self.padded_shape = input_tensor.shape, padded.shape
        self.columns = np.zeros((batch, channels, height, width, out_rows, out_columns))
        for y in range(height):
            for x in range(width):
                part = padded[:, :, y : y + rows : stride_y, x : x + columns : stride_x]
                self.columns[:, :, y, x] = part
        matrix = self.columns.reshape(batch, channels * height * width, -1)
        output = self.weights.reshape(len(self.weights), -1) @ matrix
        output = output + self.bias.reshape(1, -1, 1)
        output = output.reshape(batch, -1, out_rows, out_columns)
        return output[..., 0] if self.one_dimensional else output

    def backward(self, error_tensor):
        if self.one_dimensional:
            error_tensor = error_tensor[..., None]
        batch, channels, height, width, out_rows, out_columns = self.columns.shape
        error = error_tensor.reshape(batch, error_tensor.shape[1], -1)
        matrix = self.columns.reshape(batch, channels * height * width, -1)
        gradient = np.sum(error @ matrix.transpose(0, 2, 1), axis=0)
        self.gradient_weights = gradient.reshape(self.weights.shape)
        self.gradient_bias = np.sum(error_tensor, axis=(0, 2, 3))

        spread = self.weights.reshape(len(self.weights), -1).T @ error
        spread = spread.reshape(self.columns.shape)
        _, _, rows, columns = self.input_shape
        stride_y, stride_x = self.strides()
        padded = np.zeros(self.padded_shape)
        for y in range(height):
            for x in range(width):
                padded[:, :, y : y + rows : stride_y, x : x + columns : stride_x] += spread[:, :, y, x]
        top, _, left, _ = self.padding(height, width)
        previous_error = padded[:, :, top : top + rows, left : left + columns]

        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self.gradient_weights)
            self.bias = self._bias_optimizer.calculate_update(self.bias, self.gradient_bias)
        return previous_error[..., 0] if self.one_dimensional else previous_error
