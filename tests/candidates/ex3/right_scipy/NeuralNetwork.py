from copy import deepcopy

from Layers import *
from Optimization import *


class NeuralNetwork:
    def __init__(self, optimizer, weights_initializer, bias_initializer):
        self.optimizer, self.weights_initializer, self.bias_initializer = optimizer, weights_initializer, bias_initializer
        self.loss, self.layers = [], []
        self.data_layer = self.loss_layer = None
        self.__phase = None

    def get_phase(self):
        return self.__phase

    def set_phase(self, phase):
        self.__phase = phase
        for layer in self.layers:
            layer.testing_phase = phase

    phase = property(get_phase, set_phase)

    def regularization_loss(self):
        total = 0
        for layer in self.layers:
            if isinstance(layer, (FullyConnected.FullyConnected, RNN.RNN, Conv.Conv)) and layer.optimizer.regularizer:
                total = total + layer.optimizer.regularizer.norm(layer.weights)
        return total

    def run(self, tensor):
        for layer in self.layers:
            tensor = layer.forward(tensor)
        return tensor

    def forward(self):
        inputs, self.labels = self.data_layer.next()
        return self.loss_layer.forward(self.run(inputs), self.labels) + self.regularization_loss()

    def backward(self):
        error = self.loss_layer.backward(self.labels)
        for layer in self.layers[::-1]:
            error = layer.backward(error)

    def append_layer(self, layer):
        self.layers += [layer]
        if layer.trainable:
            layer.optimizer = deepcopy(self.optimizer)
            layer.initialize(self.weights_initializer, self.bias_initializer)

    def train(self, iterations):
        self.phase = False
        while iterations > 0:
            self.loss.append(self.forward())
            self.backward()
            iterations -= 1

    def test(self, input_tensor):
        self.phase = True
        return self.run(input_tensor)
