from copy import deepcopy


class NeuralNetwork:
    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.loss, self.layers = [], []
        self.data_layer = self.loss_layer = None

    def append_layer(self, layer):
        if layer.trainable:
            layer.optimizer = deepcopy(self.optimizer)
        self.layers.append(layer)

    def forward(self):
        x, self.y = self.data_layer.next()
        return self.loss_layer.forward(self.test(x), self.y)

    def backward(self):
        e = self.loss_layer.backward(self.y)
        for layer in self.layers[::-1]:
            e = layer.backward(e)

    def train(self, iterations):
        for i in range(iterations):
            self.loss += [self.forward()]
            self.backward()

    def test(self, input_tensor):
        for layer in self.layers:
            input_tensor = layer.forward(input_tensor)
        return input_tensor
