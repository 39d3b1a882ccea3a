import copy

import numpy as np
from Layers import Base


class RNN(Base.BaseLayer):
    """Column vectors: h = tanh(W [x; h; 1]), y = V [h; 1]."""

    def __init__(self, input_size, hidden_size, output_size):
        Base.BaseLayer.__init__(self)
        self.trainable = True
        self.n, self.h, self.m = input_size, hidden_size, output_size
        self.W = np.random.rand(hidden_size, input_size + hidden_size + 1)
        self.V = np.random.rand(output_size, hidden_size + 1)
        self.memorize = False
        self.state = np.zeros((hidden_size, 1))
        self._opt = {"W": None, "V": None}
        self._grad = {}

    weights = property(lambda self: self.W, lambda self, w: setattr(self, "W", w))
    gradient_weights = property(lambda self: self._grad["W"])

    @property
    def optimizer(self):
        return self._opt["W"]

    @optimizer.setter
    def optimizer(self, optimizer):
        self._opt = {"W": copy.deepcopy(optimizer), "V": copy.deepcopy(optimizer)}

    def initialize(self, weights_initializer, bias_initializer):
        k = self.n + self.h
        self.W = np.c_[
            weights_initializer.initialize((self.h, k), k, self.h), bias_initializer.initialize((self.h, 1), k, self.h)
        ]
        self.V = np.c_[
            weights_initializer.initialize((self.m, self.h), self.h, self.m),
            bias_initializer.initialize((self.m, 1), self.h, self.m),
        ]

    def forward(self, input_tensor):
        h = self.state if self.memorize else np.zeros((self.h, 1))
        one = np.ones((1, 1))
        self.cols, self.hs, ys = [], [], []
        for x in input_tensor:
            self.cols.append(np.r_[x.reshape(-1, 1), h, one])
            h = np.tanh(self.W @ self.cols[-1])
            self.hs.append(h)
            ys.append(self.V @ np.r_[h, one])
        self.state = h
        return np.hstack(ys).T

    def backward(self, error_tensor):
        self._grad = {"W": 0 * self.W, "V": 0 * self.V}
        back = np.zeros((self.h, 1))
        errors = []
        for e, h, col in zip(error_tensor[::-1], self.hs[::-1], self.cols[::-1]):
            e = e.reshape(-1, 1)
            self._grad["V"] = self._grad["V"] + e @ np.r_[h, [[1.0]]].T
            inner = (self.V[:, :-1].T @ e + back) * (1 - h * h)
            self._grad["W"] = self._grad["W"] + inner @ col.T
            whole = self.W.T @ inner
            errors.insert(0, whole[: self.n, 0])
            back = whole[self.n : self.n + self.h]
        if self._opt["W"] is not None:
            self.W = self._opt["W"].calculate_update(self.W, self._grad["W"])
            self.V = self._opt["V"].calculate_update(self.V, self._grad["V"])
        return np.array(errors)

    def calculate_regularization_loss(self):
        r = self.optimizer.regularizer
        return r.norm(self.W) + r.norm(self.V)
