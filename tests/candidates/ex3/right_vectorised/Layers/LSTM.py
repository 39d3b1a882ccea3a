import copy

import numpy as np
from Layers.Base import BaseLayer


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class LSTM(BaseLayer):
    """Gates in the order forget, input, output, candidate; all four in one matrix."""

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.trainable = True
        self.memorize = False
        self.input_size, self.hidden_size, self.output_size = input_size, hidden_size, output_size
        self.weights = np.random.uniform(0, 1, (input_size + hidden_size + 1, 4 * hidden_size))
        self.output_weights = np.random.uniform(0, 1, (hidden_size + 1, output_size))
        self.h = np.zeros(hidden_size)
        self.c = np.zeros(hidden_size)
        self._optimizer = None
        self._output_optimizer = None

    def initialize(self, weights_initializer, bias_initializer):
        for name in ("weights", "output_weights"):
            inputs, outputs = getattr(self, name).shape[0] - 1, getattr(self, name).shape[1]
            w = weights_initializer.initialize((inputs, outputs), inputs, outputs)
            b = bias_initializer.initialize((1, outputs), inputs, outputs)
            setattr(self, name, np.vstack([w, b]))

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer = optimizer
        self._output_optimizer = copy.deepcopy(optimizer)

    @property
    def gradient_weights(self):
        return self._gradient_weights

    def calculate_regularization_loss(self):
        if self._optimizer is None or self._optimizer.regularizer is None:
            return 0
        return self._optimizer.regularizer.norm(self.weights) + self._optimizer.regularizer.norm(self.output_weights)

    def forward(self, input_tensor):
        h, c = (self.h, self.c) if self.memorize else (np.zeros(self.hidden_size), np.zeros(self.hidden_size))
        self.steps = []
        outputs = np.zeros((len(input_tensor), self.output_size))
        for t, x in enumerate(input_tensor):
            z = np.concatenate([x, h, [1]])
            f, i, o, g = np.split(z @ self.weights, 4)
            f, i, o, g = sigmoid(f), sigmoid(i), sigmoid(o), np.tanh(g)
            old, c = c, f * c + i * g
            h = o * np.tanh(c)
            self.steps.append((z, f, i, o, g, old, c, h))
            outputs[t] = np.concatenate([h, [1]]) @ self.output_weights
        self.h, self.c = h, c
        return outputs

    def backward(self, error_tensor):
        self._gradient_weights = np.zeros_like(self.weights)
        gradient_output = np.zeros_like(self.output_weights)
        dx = np.zeros((len(error_tensor), self.input_size))
        dh, dc = np.zeros(self.hidden_size), np.zeros(self.hidden_size)
        for t in reversed(range(len(error_tensor))):
            z, f, i, o, g, old, c, h = self.steps[t]
            gradient_output += np.outer(np.concatenate([h, [1]]), error_tensor[t])
            dh = dh + self.output_weights[:-1] @ error_tensor[t]
            dc = dc + dh * o * (1 - np.tanh(c) ** 2)
            gates = (dc * old * f * (1 - f), dc * g * i * (1 - i), dh * np.tanh(c) * o * (1 - o), dc * i * (1 - g**2))
            du = np.concatenate(gates)
            self._gradient_weights += np.outer(z, du)
            back = self.weights[:-1] @ du
            dx[t], dh = back[: self.input_size], back[self.input_size :]
            dc = dc * f
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self._gradient_weights)
            self.output_weights = self._output_optimizer.calculate_update(self.output_weights, gradient_output)
        return dx
