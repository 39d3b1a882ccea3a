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
        return self.loss_layer.forward(self.test(data), self._label)

    def backward(self):
        return reduce(lambda error, layer: layer.backward(error), reversed(self.layers),
                      self.loss_layer.backward(self._label))

    def append_layer(self, layer) -> None:
        if layer.trainable:
            layer.optimizer = deepcopy(self.optimizer)
        self.layers.append(layer)

    @staticmethod
    def _key_pressed() -> bool:
        return False

    def train(self, iterations: int) -> None:
        while not self._key_pressed():
            time.sleep(1)
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()

    def test(self, input_tensor):
        return reduce(lambda tensor, layer: layer.forward(tensor), self.layers, input_tensor)
