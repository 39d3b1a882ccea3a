import copy

import numpy as np
from Layers.Base import BaseLayer
from Layers.FullyConnected import FullyConnected
from Layers.Sigmoid import Sigmoid


class RNN(BaseLayer):
    """The output layer runs once, over all times together; only the hidden state needs the loop."""

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.trainable = True
        self.memorize = False
        self.sizes = input_size, hidden_size, output_size
        self.cell = FullyConnected(hidden_size + input_size, hidden_size)
        self.head, self.squash = FullyConnected(hidden_size, output_size), Sigmoid()
        self.h0 = np.zeros((1, hidden_size))

    def initialize(self, weights_initializer, bias_initializer):
        for layer in (self.cell, self.head):
            layer.initialize(weights_initializer, bias_initializer)

    @property
    def weights(self):
        return self.cell.weights

    @weights.setter
    def weights(self, value):
        self.cell.weights = value

    @property
    def gradient_weights(self):
        return self._total

    @property
    def optimizer(self):
        return getattr(self, "_optimizer", None)

    @optimizer.setter
    def optimizer(self, value):
        self._optimizer = value
        self.head.optimizer = copy.deepcopy(value)

    def calculate_regularization_loss(self):
        regularizer = self.optimizer.regularizer
        return sum(regularizer.norm(layer.weights) for layer in (self.cell, self.head))

    def forward(self, input_tensor):
        h = self.h0 if self.memorize else np.zeros_like(self.h0)
        self.columns, states = [], []
        for x in input_tensor:
            self.columns.append(np.hstack([h, x[None], [[1.0]]]))
            h = np.tanh(self.columns[-1] @ self.cell.weights)
            states.append(h)
        self.h0, self.states = h, np.vstack(states)
        return self.squash.forward(self.head.forward(self.states))

    def backward(self, error_tensor):
        n = self.sizes[1]
        from_output = self.head.backward(self.squash.backward(error_tensor))
        slope, carried, deltas = 1 - self.states**2, 0, []
        for t in range(len(error_tensor))[::-1]:
            deltas.append((from_output[t] + carried) * slope[t])
            carried = self.cell.weights[:n] @ deltas[-1]
        deltas = np.array(deltas[::-1])
        self._total = np.vstack(self.columns).T @ deltas
        dx = deltas @ self.cell.weights[n:-1].T
        if self.optimizer is not None:
            self.cell.weights = self.optimizer.calculate_update(self.cell.weights, self._total)
        return dx
