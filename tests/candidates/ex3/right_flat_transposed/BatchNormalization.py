import copy

import numpy as np
from Layers import Base, Helpers


class BatchNormalization(Base.BaseLayer):
    eps = 1e-15
    alpha = 0.7

    def __init__(self, channels):
        Base.BaseLayer.__init__(self)
        self.trainable = True
        self.channels = channels
        self.gamma = np.ones((1, channels))
        self.beta = np.zeros((1, channels))
        self.running = None
        self._optimizer = self._optimizer2 = None
        self.shape4 = None

    def initialize(self, *_):
        self.gamma = np.ones((1, self.channels))
        self.beta = np.zeros((1, self.channels))

    weights = property(lambda self: self.gamma, lambda self, w: setattr(self, "gamma", w))
    bias = property(lambda self: self.beta, lambda self, b: setattr(self, "beta", b))

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, o):
        self._optimizer, self._optimizer2 = o, copy.deepcopy(o)

    def reformat(self, t):
        if len(t.shape) == 4:
            self.shape4 = t.shape
            b, c, m, n = t.shape
            return t.reshape(b, c, m * n).swapaxes(1, 2).reshape(b * m * n, c)
        b, c, m, n = self.shape4
        return t.reshape(b, m * n, c).swapaxes(1, 2).reshape(b, c, m, n)

    def forward(self, input_tensor):
        self.four = len(input_tensor.shape) == 4
        x = self.reformat(input_tensor) if self.four else input_tensor
        if not self.testing_phase:
            self.mu, self.var = np.mean(x, 0, keepdims=True), np.var(x, 0, keepdims=True)
            if self.running is None:
                self.running = [self.mu, self.var]
            self.running = [self.alpha * r + (1 - self.alpha) * n for r, n in zip(self.running, (self.mu, self.var))]
            mu, var = self.mu, self.var
        else:
            mu, var = self.running
        self.x = x
        self.hat = (x - mu) / np.sqrt(var + self.eps)
        y = self.hat * self.gamma + self.beta
        return self.reformat(y) if self.four else y

    def backward(self, error_tensor):
        e = self.reformat(error_tensor) if self.four else error_tensor
        self.gradient_weights = np.sum(e * self.hat, 0, keepdims=True)
        self.gradient_bias = np.sum(e, 0, keepdims=True)
        dx = Helpers.compute_bn_gradients(e, self.x, self.gamma, self.mu, self.var, self.eps)
        if self._optimizer is not None:
            self.gamma = self._optimizer.calculate_update(self.gamma, self.gradient_weights)
            self.beta = self._optimizer2.calculate_update(self.beta, self.gradient_bias)
        return self.reformat(dx) if self.four else dx
