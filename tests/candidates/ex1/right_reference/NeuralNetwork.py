"""Layers in a row, and their training."""

import copy


class NeuralNetwork:
    """y = f_n(... f_1(x)); then a loss."""

    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.loss = []
        self.layers = []
        self.data_layer = None
        self.loss_layer = None

    def append_layer(self, layer):
        """What an optimizer remembers belongs to one parameter: each layer gets a copy."""
        if layer.trainable:
            layer.optimizer = copy.deepcopy(self.optimizer)
        self.layers.append(layer)

    def forward(self):
        """The loss of the next batch."""
        x, self._label = self.data_layer.next()
        return self.loss_layer.forward(self.test(x), self._label)

    def backward(self):
        """The chain rule, from the loss to the first layer."""
        error = self.loss_layer.backward(self._label)
        for layer in reversed(self.layers):
            error = layer.backward(error)

    def train(self, iterations):
        """One loss per iteration, before its step."""
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()

    def test(self, input_tensor):
        """The last layer's output."""
        for layer in self.layers:
            input_tensor = layer.forward(input_tensor)
        return input_tensor
