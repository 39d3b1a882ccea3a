import numpy as np


class Optimizer:
    regularizer = None

    def add_regularizer(self, regularizer):
        self.regularizer = regularizer

    def penalty(self, weights):
        if self.regularizer:
            return self.learning_rate * self.regularizer.calculate_gradient(weights)
        return 0.0


class Sgd(Optimizer):
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def calculate_update(self, weight_tensor, gradient_tensor):
        return weight_tensor - self.learning_rate * gradient_tensor - self.penalty(weight_tensor)


class SgdWithMomentum(Optimizer):
    def __init__(self, learning_rate, momentum_rate):
        self.learning_rate, self.momentum_rate = learning_rate, momentum_rate
        self.state = {}

    def calculate_update(self, weight_tensor, gradient_tensor):
        key = np.shape(weight_tensor)
        self.state[key] = self.momentum_rate * self.state.get(key, 0.0) - self.learning_rate * gradient_tensor
        return weight_tensor + self.state[key] - self.penalty(weight_tensor)


class Adam(Optimizer):
    def __init__(self, learning_rate, mu, rho):
        self.learning_rate, self.mu, self.rho = learning_rate, mu, rho
        self.state = {}

    def calculate_update(self, weight_tensor, gradient_tensor):
        k, v, r = self.state.get(np.shape(weight_tensor), (0, 0.0, 0.0))
        k, v = k + 1, self.mu * v + (1 - self.mu) * gradient_tensor
        r = self.rho * r + (1 - self.rho) * np.square(gradient_tensor)
        self.state[np.shape(weight_tensor)] = k, v, r
        step = v / (1 - self.mu**k) / (np.sqrt(r / (1 - self.rho**k)) + 1e-8)
        return weight_tensor - self.learning_rate * step - self.penalty(weight_tensor)
