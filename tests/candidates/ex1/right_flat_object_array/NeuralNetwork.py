import copy
import numpy as np


class NeuralNetwork:

    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.loss = np.array([])
        self.layers = np.array([], dtype=object)
        self.data_layer = None
        self.loss_layer = None
        self.label = None

    def forward(self):
        data, self.label = copy.deepcopy(self.data_layer.next())
        for layer in self.layers:
            data = layer.forward(data)
        return self.loss_layer.forward(data, copy.deepcopy(self.label))

    def backward(self):
        error = self.loss_layer.backward(copy.deepcopy(self.label))
        for layer in np.flip(self.layers):
            error = layer.backward(error)

    def append_layer(self, layer):
        if layer.trainable:
            layer.optimizer = copy.deepcopy(self.optimizer)
        self.layers = np.append(self.layers, layer)

    def train(self, iterations):
        for epoch in range(iterations):
            loss = self.forward()
            self.loss = np.append(self.loss, loss)
            self.backward()

    def test(self, input_tensor):
        data = input_tensor
        for layer in self.layers:
            data = layer.forward(data)
        return data
