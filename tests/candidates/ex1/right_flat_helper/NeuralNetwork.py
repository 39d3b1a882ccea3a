import copy


class NeuralNetwork:
    def __init__(self, optimizer):
        self.optimizer, self.loss, self.layers = optimizer, [], []
        self.data_layer, self.loss_layer = None, None

    def _run(self, tensor):
        for layer in self.layers:
            tensor = layer.forward(tensor)
        return tensor

    def forward(self):
        tensor, self.label = self.data_layer.next()
        return self.loss_layer.forward(self._run(tensor), self.label)

    def backward(self):
        error = self.loss_layer.backward(self.label)
        for layer in reversed(self.layers):
            error = layer.backward(error)

    def append_layer(self, layer):
        if layer.trainable:
            layer.optimizer = copy.deepcopy(self.optimizer)
        self.layers.append(layer)

    def train(self, iterations):
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()

    test = _run
