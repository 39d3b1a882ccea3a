import numpy as np
from Layers import Base


class FullyConnected(Base.BaseLayers):
    def __init__(self, input_size, output_size):
        super(FullyConnected, self).__init__()
        self.trainable = True
        self.n_in = input_size
        self.n_out = output_size
        self.weights = np.random.random((input_size + 1, output_size))
        self.opt = None
        self.grad = np.zeros_like(self.weights)

    def get_optimizer(self):
        return self.opt

    def set_optimizer(self, neu):
        self.opt = neu

    optimizer = property(get_optimizer, set_optimizer)

    def get_gradient(self):
        return self.grad

    gradient_weights = property(get_gradient)

    def forward(self, input_tensor):
        self.eingabe = np.array(input_tensor)
        ausgabe = np.zeros((self.eingabe.shape[0], self.n_out))
        for k in range(self.n_out):
            ausgabe[:, k] = self.weights[self.n_in, k]
            for n in range(self.n_in):
                if self.n_in > 1000:
                    ausgabe[:, k] = ausgabe[:, k] + self.eingabe @ self.weights[:-1, k]
                    break
                ausgabe[:, k] += self.eingabe[:, n] * self.weights[n, k]
        return ausgabe

    def backward(self, error_tensor):
        fehler = np.zeros(self.eingabe.shape)
        self.grad = np.zeros_like(self.weights)
        for k in range(self.n_out):
            for n in range(self.n_in):
                self.grad[n, k] = np.dot(self.eingabe[:, n], error_tensor[:, k])
                fehler[:, n] += error_tensor[:, k] * self.weights[n, k]
            self.grad[self.n_in, k] = error_tensor[:, k].sum()
        if self.opt != None:
            self.weights = self.opt.calculate_update(self.weights, self.grad)
        return fehler
