import copy
from Layers import *
from Optimization import *


class NeuralNetwork:
    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.loss = list()
        self.layers = list()
        self.data_layer = None
        self.loss_layer = None

    def forward(self):
        self.daten, self.label = self.data_layer.next()
        x = self.daten
        for schicht in self.layers:
            x = schicht.forward(x)
        fehler = self.loss_layer.forward(x, self.label)
        return fehler

    def backward(self):
        fehler = self.loss_layer.backward(self.label)
        i = len(self.layers) - 1
        while i >= 0:
            fehler = self.layers[i].backward(fehler)
            i -= 1

    def append_layer(self, layer):
        if layer.trainable == True:
            opt = copy.deepcopy(self.optimizer)
            layer.optimizer = opt
        self.layers.append(layer)

    def train(self, iterations):
        for i in range(0, iterations):
            verlust = self.forward()
            self.loss.append(verlust)
            self.backward()

    def test(self, input_tensor):
        x = input_tensor
        for schicht in self.layers:
            x = schicht.forward(x)
        return x
