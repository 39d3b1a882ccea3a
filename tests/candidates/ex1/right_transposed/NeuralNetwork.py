from copy import deepcopy
from functools import reduce


class NeuralNetwork:
    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.loss, self.layers = [], []
        self.data_layer = self.loss_layer = None

    def forward(self):
        x, self.y = self.data_layer.next()
        return self.loss_layer.forward(self.test(x), self.y)

    def backward(self):
        reduce(lambda err, layer: layer.backward(err), reversed(self.layers), self.loss_layer.backward(self.y))

    def append_layer(self, layer):
        if layer.trainable is True:
            layer.optimizer = deepcopy(self.optimizer)
        self.layers += [layer]

    def train(self, iterations):
        while iterations > 0:
            self.loss += [self.forward()]
            self.backward()
            iterations -= 1

    def test(self, input_tensor):
        return reduce(lambda x, layer: layer.forward(x), self.layers, input_tensor)
