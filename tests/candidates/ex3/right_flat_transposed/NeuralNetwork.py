import copy

import numpy as np


class NeuralNetwork(object):
    def __init__(self, optimizer, weights_initializer, bias_initializer):
        self.optimizer = optimizer
        self.loss = []
        self.layers = []
        self.data_layer = None
        self.loss_layer = None
        self.weights_initializer = weights_initializer
        self.bias_initializer = bias_initializer
        self.label_tensor = None

    @property
    def phase(self):
        return self.layers[0].testing_phase

    @phase.setter
    def phase(self, value):
        for l in self.layers:
            l.testing_phase = value

    def forward(self):
        tensor, self.label_tensor = self.data_layer.next()
        reg_loss = 0.0
        for layer in self.layers:
            tensor = layer.forward(tensor)
            if layer.trainable and layer.optimizer.regularizer is not None:
                reg_loss += layer.optimizer.regularizer.norm(layer.weights)
        return self.loss_layer.forward(tensor, self.label_tensor) + reg_loss

    def backward(self):
        error = self.loss_layer.backward(self.label_tensor)
        for i in range(len(self.layers) - 1, -1, -1):
            error = self.layers[i].backward(error)

    def append_layer(self, layer):
        if layer.trainable:
            layer.optimizer = copy.deepcopy(self.optimizer)
            layer.initialize(self.weights_initializer, self.bias_initializer)
        self.layers = np.append(self.layers, [layer]).tolist()

    def train(self, iterations):
        self.phase = False
        for i in range(iterations):
            loss = self.forward()
            self.loss.append(loss)
            self.backward()

    def test(self, input_tensor):
        self.phase = True
        result = input_tensor
        for layer in self.layers:
            result = layer.forward(result)
        return result
