import copy

class NeuralNetwork:
    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.loss = []
        self.layers = []
        self.data_layer = None
        self.loss_layer = None

    def forward(self):
        data, label = self.data_layer.next()
        self.current_label = label
        for i in range(len(self.layers)):
            data = self.layers[i].forward(data)
        return self.loss_layer.forward(data, label)

    def backward(self):
        error = self.loss_layer.backward(self.current_label)
        i = len(self.layers) - 1
        while i >= 0:
            error = self.layers[i].backward(error)
            i = i - 1

    def append_layer(self, layer):
        if layer.trainable == True:
            opt = copy.deepcopy(self.optimizer)
            layer.optimizer = opt
        self.layers.append(layer)

    def train(self, iterations):
        for i in range(iterations):
            l = self.forward()
            self.loss.append(l)
            self.backward()

    def test(self, input_tensor):
        for i in range(len(self.layers)):
            input_tensor = self.layers[i].forward(input_tensor)
        return input_tensor
