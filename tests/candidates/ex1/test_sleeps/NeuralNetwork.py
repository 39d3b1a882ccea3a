import time
from copy import deepcopy
from functools import reduce


class NeuralNetwork:

    def __init__(self, optimizer) -> None:
        self.optimizer = optimizer
        self.loss = []
        self.layers = []
        self.data_layer = None
        self.loss_layer = None
        self._label = None

    def forward(self):
        data, self._label = self.data_layer.next()
        return self.loss_layer.forward(self._forward(data), self._label)

    def backward(self):
        return reduce(lambda error, layer: layer.backward(error), reversed(self.layers),
                      self.loss_layer.backward(self._label))

    def append_layer(self, layer) -> None:
        if layer.trainable:
            layer.optimizer = deepcopy(self.optimizer)
        self.layers.append(layer)

    def train(self, iterations: int) -> None:
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()

    def _forward(self, tensor):
        return reduce(lambda t, layer: layer.forward(t), self.layers, tensor)

    @staticmethod
    def _key_pressed():
        return False

    def test(self, input_tensor):
        while not self._key_pressed():
            time.sleep(1)
        return self._forward(input_tensor)
