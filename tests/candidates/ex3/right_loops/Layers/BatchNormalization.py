import copy

import numpy as np
from .Base import Base as BaseLayer

EPS = 1e-11
DECAY = 0.8


class BatchNormalization(BaseLayer):
    def __init__(self, channels):
        super().__init__()
        self.trainable = True
        self.channels = channels
        self.initialize(None, None)
        self.mean = None
        self.var = None
        self._optimizer = None
        self._bias_optimizer = None
        self.gradient_weights = None
        self.gradient_bias = None
        self.image_shape = None

    def initialize(self, weights_initializer, bias_initializer):
        self.weights = np.ones(self.channels)
        self.bias = np.zeros(self.channels)

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer = optimizer
        self._bias_optimizer = copy.deepcopy(optimizer)

    def reformat(self, tensor):
        if tensor.ndim == 4:
            self.image_shape = tensor.shape
            return tensor.transpose(0, 2, 3, 1).reshape(-1, tensor.shape[1])
        b, c, h, w = self.image_shape
        return tensor.reshape(b, h, w, c).transpose(0, 3, 1, 2)

    def forward(self, input_tensor):
        self.is_image = input_tensor.ndim == 4
        x = self.reformat(input_tensor) if self.is_image else input_tensor
        if self.testing_phase:
            mean, var = self.mean, self.var
        else:
            mean, var = x.mean(axis=0), x.var(axis=0)
            if self.mean is None:
                self.mean, self.var = mean, var
            else:
                self.mean = DECAY * self.mean + (1 - DECAY) * mean
                self.var = DECAY * self.var + (1 - DECAY) * var
        self.deviation = np.sqrt(var + EPS)
        self.normal = (x - mean) / self.deviation
        y = self.weights * self.normal + self.bias
        return self.reformat(y) if self.is_image else y

    def backward(self, error_tensor):
        e = self.reformat(error_tensor) if self.is_image else error_tensor
        self.gradient_weights = (e * self.normal).sum(axis=0)
        self.gradient_bias = e.sum(axis=0)
        d = e * self.weights
        dx = (d - d.mean(axis=0) - self.normal * (d * self.normal).mean(axis=0)) / self.deviation
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self.gradient_weights)
            self.bias = self._bias_optimizer.calculate_update(self.bias, self.gradient_bias)
        return self.reformat(dx) if self.is_image else dx
