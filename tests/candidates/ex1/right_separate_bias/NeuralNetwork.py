import copy
from Optimization import Optimizers
from Layers import Base


class Layers(list):
    """a list that can run"""

    def forward(self, x):
        for layer in self:
            x = layer.forward(x)
        return x

    def backward(self, e):
        for layer in self[::-1]:
            e = layer.backward(e)
        return e


class NeuralNetwork(object):
    def __init__(self, optimizer=Optimizers.Sgd(0.01)):
        self.optimizer = optimizer
        self.loss = list()
        self.layers = Layers()
        self.data_layer = None
        self.loss_layer = None
        self._label = None

    def forward(self):
        x, self._label = self.data_layer.next()
        return self.loss_layer.forward(self.layers.forward(x), self._label)

    def backward(self):
        return self.layers.backward(self.loss_layer.backward(self._label))

    def append_layer(self, layer):
        assert isinstance(layer, Base.BaseLayer)
        if layer.trainable:
            layer.optimizer = copy.deepcopy(self.optimizer)
        self.layers.append(layer)

    def train(self, iterations):
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()

    def test(self, input_tensor):
        return self.layers.forward(input_tensor)
