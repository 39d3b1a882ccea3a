"""The reference trains outside of its network; the exercises' network trains itself."""

import copy
import pickle

from reference.network import NeuralNetwork as Layers


def save(filename, net):
    with open(filename, "wb") as file:
        pickle.dump(net, file)


def load(filename, data_layer):
    with open(filename, "rb") as file:
        net = pickle.load(file)
    net.data_layer = data_layer
    return net


class NeuralNetwork:
    def __init__(self, optimizer, weights_initializer, bias_initializer):
        self.optimizer = optimizer
        self.weights_initializer = weights_initializer
        self.bias_initializer = bias_initializer
        self.loss = []
        self.data_layer = None
        self.loss_layer = None
        self._network = Layers([])

    def __getstate__(self):
        return {**self.__dict__, "data_layer": None}

    @property
    def layers(self):
        return self._network.layers

    @property
    def phase(self):
        return self._network.testing_phase

    @phase.setter
    def phase(self, testing):
        self._network.set_phase(testing=testing)

    def append_layer(self, layer):
        if layer.trainable:
            layer.optimizer = copy.deepcopy(self.optimizer)
            layer.initialize(self.weights_initializer, self.bias_initializer)
        self.layers.append(layer)

    def forward(self):
        x, self._label = self.data_layer.next()
        data_loss = self.loss_layer.forward(self._network.forward(x), self._label)
        trainable = [layer for layer in self.layers if layer.trainable]
        return data_loss + sum(
            layer.norm(layer.optimizer.regularizer) for layer in trainable if layer.optimizer.regularizer is not None
        )

    def backward(self):
        self._network.backward(self.loss_layer.backward(self._label))

    def train(self, iterations):
        self.phase = False
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()

    def test(self, input_tensor):
        self.phase = True
        return self._network.forward(input_tensor)
