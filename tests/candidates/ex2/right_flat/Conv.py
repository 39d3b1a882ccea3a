import copy
import numpy as np
from Layers.Base import BaseLayer
from Layers import Initializers


class Conv(BaseLayer):
    """Matrix products place by place of the kernel; a signal is an image of one row."""

    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__(trainable=True)
        self.signal = len(convolution_shape) == 2
        stride = [stride_shape] * 2 if isinstance(stride_shape, int) else list(stride_shape)
        self.stride = [1, stride[0]] if self.signal else stride
        self.shape = (num_kernels, *convolution_shape)
        self._optimizer = self._bias_optimizer = None
        self.initialize(Initializers.UniformRandom(), Initializers.UniformRandom())

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer, self._bias_optimizer = copy.deepcopy(optimizer), copy.deepcopy(optimizer)

    def initialize(self, weights_initializer, bias_initializer):
        places = int(np.prod(self.shape[2:]))
        fan_in, fan_out = self.shape[1] * places, self.shape[0] * places
        self.weights = weights_initializer.initialize(self.shape, fan_in, fan_out)
        self.bias = bias_initializer.initialize((self.shape[0],), fan_in, fan_out)

    def places(self, rows, columns):
        k = self.image(self.weights).shape[2:]
        ends = [(-(-n // s) - 1) * s + 1 for n, s in zip((rows, columns), self.stride)]
        for y in range(k[0]):
            for x in range(k[1]):
                yield y, x, slice(y, y + ends[0], self.stride[0]), slice(x, x + ends[1], self.stride[1])

    def image(self, tensor):
        return tensor[:, :, None, :] if self.signal else tensor

    def signal_again(self, tensor):
        return tensor[:, :, 0, :] if self.signal else tensor

    def forward(self, input_tensor):
        x = self.image(input_tensor)
        weights = self.image(self.weights)
        self.size, self.before = x.shape[2:], [(k - 1) // 2 for k in weights.shape[2:]]
        self.padded = np.pad(x, [(0, 0), (0, 0)] + [((k - 1) // 2, k // 2) for k in weights.shape[2:]])
        out = 0
        for y, z, rows, columns in self.places(*self.size):
            out = out + np.tensordot(self.padded[:, :, rows, columns], weights[:, :, y, z], axes=(1, 1))
        return self.signal_again((out + self.bias).transpose(0, 3, 1, 2))

    def backward(self, error_tensor):
        error = self.image(error_tensor)
        weights = self.image(self.weights)
        gradient, back = np.empty(weights.shape), np.zeros(self.padded.shape)
        for y, z, rows, columns in self.places(*self.size):
            gradient[:, :, y, z] = np.tensordot(error, self.padded[:, :, rows, columns], axes=((0, 2, 3), (0, 2, 3)))
            back[:, :, rows, columns] += np.tensordot(error, weights[:, :, y, z], axes=(1, 0)).transpose(0, 3, 1, 2)
        self.gradient_weights = self.signal_again(gradient)
        self.gradient_bias = error.sum((0, 2, 3))
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self.gradient_weights)
            self.bias = self._bias_optimizer.calculate_update(self.bias, self.gradient_bias)
        top, left = self.before
        return self.signal_again(back[:, :, top:top + self.size[0], left:left + self.size[1]])
