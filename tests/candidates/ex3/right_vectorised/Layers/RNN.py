import copy

import numpy as np
from Layers.Base import BaseLayer


class RNN(BaseLayer):
    """h_t = tanh([x_t, h_t-1, 1] W), y_t = [h_t, 1] V; the batch axis is time."""

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.trainable = True
        self.memorize = False
        self.input_size, self.hidden_size, self.output_size = input_size, hidden_size, output_size
        self.weights = np.random.uniform(0, 1, (input_size + hidden_size + 1, hidden_size))
        self.output_weights = np.random.uniform(0, 1, (hidden_size + 1, output_size))
        self.hidden_state = np.zeros(hidden_size)
        self._optimizer = None
        self._output_optimizer = None

    def initialize(self, weights_initializer, bias_initializer):
        self.weights = self._fill(self.weights.shape, weights_initializer, bias_initializer)
        self.output_weights = self._fill(self.output_weights.shape, weights_initializer, bias_initializer)

    @staticmethod
    def _fill(shape, weights_initializer, bias_initializer):
        inputs, outputs = shape[0] - 1, shape[1]
        w = weights_initializer.initialize((inputs, outputs), inputs, outputs)
        b = bias_initializer.initialize((1, outputs), inputs, outputs)
        return np.vstack([w, b])

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
        norm = self._optimizer.regularizer.norm
        return norm(self.weights) + norm(self.output_weights)

    def forward(self, input_tensor):
        h = self.hidden_state if self.memorize else np.zeros(self.hidden_size)
        self.inputs, self.states = [], []
        outputs = np.zeros((len(input_tensor), self.output_size))
        for t, x in enumerate(input_tensor):
            self.inputs.append(np.concatenate([x, h, [1]]))
            h = np.tanh(self.inputs[-1] @ self.weights)
            self.states.append(np.concatenate([h, [1]]))
            outputs[t] = self.states[-1] @ self.output_weights
        self.hidden_state = h
        return outputs

    def backward(self, error_tensor):
        self._gradient_weights = np.zeros_like(self.weights)
        gradient_output = np.array(self.states).T @ error_tensor
        dx = np.zeros((len(error_tensor), self.input_size))
        dh = np.zeros(self.hidden_size)
        for t in reversed(range(len(error_tensor))):
            dh = dh + self.output_weights[:-1] @ error_tensor[t]
            du = dh * (1 - self.states[t][:-1] ** 2)
            self._gradient_weights += np.outer(self.inputs[t], du)
            back = self.weights[:-1] @ du
            dx[t], dh = back[: self.input_size], back[self.input_size :]
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self._gradient_weights)
            self.output_weights = self._output_optimizer.calculate_update(self.output_weights, gradient_output)
        return dx
