from copy import deepcopy

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from Layers import Base


class Conv(Base.BaseLayer):
    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super(Conv, self).__init__()
        self.trainable = True
        self.dimensions = len(convolution_shape) - 1
        stride = (stride_shape,) if np.ndim(stride_shape) == 0 else tuple(stride_shape)
        if len(stride) == 1:
            stride = stride * self.dimensions
        self.channels, self.kernel = convolution_shape[0], tuple(convolution_shape[1:])
        if self.dimensions == 1:
            stride, self.kernel = stride + (1,), self.kernel + (1,)
        self.stride = stride
        self.weights = np.random.uniform(size=(num_kernels,) + tuple(convolution_shape))
        self.bias = np.random.uniform(size=(num_kernels,))
        self.optimizers = None

    @property
    def optimizer(self):
        return None if self.optimizers is None else self.optimizers["weights"]

    @optimizer.setter
    def optimizer(self, optimizer):
        self.optimizers = {name: deepcopy(optimizer) for name in ("weights", "bias")}

    def initialize(self, weights_initializer, bias_initializer):
        number = self.weights.shape[0]
        fans = self.channels * np.prod(self.kernel), number * np.prod(self.kernel)
        self.weights = weights_initializer.initialize(self.weights.shape, *fans)
        self.bias = bias_initializer.initialize((number,), number, 1)

    def four_axes(self, tensor):
        return tensor[:, :, :, np.newaxis] if self.dimensions == 1 else tensor

    def like_the_input(self, tensor):
        return tensor[:, :, :, 0] if self.dimensions == 1 else tensor

    def windows(self, padded):
        return sliding_window_view(padded, self.kernel, axis=(2, 3))

    def forward(self, input_tensor):
        x = self.four_axes(input_tensor)
        before = [(size - 1) // 2 for size in self.kernel]
        after = [size // 2 for size in self.kernel]
        padding = ((0, 0), (0, 0), (before[0], after[0]), (before[1], after[1]))
        self.shape, self.before = x.shape, before
        self.patches = self.windows(np.pad(x, padding))[:, :, ::self.stride[0], ::self.stride[1]]
        output = np.einsum("bcyxij,kcij->bkyx", self.patches, self.four_axes(self.weights), optimize=True)
        return self.like_the_input(output + self.bias[:, None, None])

    def backward(self, error_tensor):
        e = self.four_axes(error_tensor)
        weights = self.four_axes(self.weights)
        gradient = np.einsum("bkyx,bcyxij->kcij", e, self.patches, optimize=True)
        self.gradient_weights = self.like_the_input(gradient)
        self.gradient_bias = e.sum(axis=(0, 2, 3))

        b, c, rows, columns = self.shape
        spread = np.zeros((b, e.shape[1], rows, columns))
        spread[:, :, ::self.stride[0], ::self.stride[1]] = e
        # mirror the padding: what was before comes after
        front = [size - 1 - left for size, left in zip(self.kernel, self.before)]
        spread = np.pad(spread, ((0, 0), (0, 0), (front[0], self.before[0]), (front[1], self.before[1])))
        mirrored = weights[:, :, ::-1, ::-1]
        previous = np.einsum("bkyxij,kcij->bcyx", self.windows(spread), mirrored, optimize=True)

        if self.optimizers is not None and self.optimizers["weights"] is not None:
            for name, optimizer in self.optimizers.items():
                updated = optimizer.calculate_update(getattr(self, name), getattr(self, "gradient_" + name))
                setattr(self, name, updated)
        return self.like_the_input(previous)
