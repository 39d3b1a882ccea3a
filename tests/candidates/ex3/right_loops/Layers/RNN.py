import copy

import numpy as np

from .Base import Base
from .FullyConnected import FullyConnected
from .Sigmoid import Sigmoid
from .TanH import TanH


class RNN(Base):
    def __init__(self, input_size, hidden_size, output_size):
        self.trainable = True
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.output_size = output_size
        self.memorize = False
        self.fc_hidden = FullyConnected(hidden_size + input_size, hidden_size)
        self.fc_output = FullyConnected(hidden_size, output_size)
        self.tanh = TanH()
        self.sigmoid = Sigmoid()
        self.last_hidden = np.zeros((1, hidden_size))
        self._optimizer = None

    def initialize(self, weights_initializer, bias_initializer):
        self.fc_hidden.initialize(weights_initializer, bias_initializer)
        self.fc_output.initialize(weights_initializer, bias_initializer)

    @property
    def weights(self):
        return self.fc_hidden.weights

    @weights.setter
    def weights(self, weights):
        self.fc_hidden.weights = weights

    @property
    def gradient_weights(self):
        return self.hidden_gradient

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        self._optimizer = optimizer
        self.output_optimizer = copy.deepcopy(optimizer)

    def forward(self, input_tensor):
        hidden = self.last_hidden if self.memorize else np.zeros((1, self.hidden_size))
        self.memory = []
        outputs = []
        for t in range(input_tensor.shape[0]):
            x = np.hstack([hidden, input_tensor[t : t + 1]])
            hidden = self.tanh.forward(self.fc_hidden.forward(x))
            y = self.sigmoid.forward(self.fc_output.forward(hidden))
            self.memory.append((self.fc_hidden.x, self.tanh.activation, self.fc_output.x, self.sigmoid.activation))
            outputs.append(y[0])
        self.last_hidden = hidden
        return np.array(outputs)

    def backward(self, error_tensor):
        self.hidden_gradient = np.zeros(self.fc_hidden.weights.shape)
        output_gradient = np.zeros(self.fc_output.weights.shape)
        result = np.zeros((error_tensor.shape[0], self.input_size))
        from_next = np.zeros((1, self.hidden_size))
        for t in range(error_tensor.shape[0] - 1, -1, -1):
            self.fc_hidden.x, self.tanh.activation, self.fc_output.x, self.sigmoid.activation = self.memory[t]
            error = self.fc_output.backward(self.sigmoid.backward(error_tensor[t : t + 1]))
            output_gradient += self.fc_output.gradient_weights
            error = self.fc_hidden.backward(self.tanh.backward(error + from_next))
            self.hidden_gradient += self.fc_hidden.gradient_weights
            from_next = error[:, : self.hidden_size]
            result[t] = error[0, self.hidden_size :]
        if self._optimizer is not None:
            self.fc_hidden.weights = self._optimizer.calculate_update(self.fc_hidden.weights, self.hidden_gradient)
            self.fc_output.weights = self.output_optimizer.calculate_update(self.fc_output.weights, output_gradient)
        return result

    def calculate_regularization_loss(self):
        if self._optimizer is None or self._optimizer.regularizer is None:
            return 0
        return self._optimizer.regularizer.norm(self.weights)
