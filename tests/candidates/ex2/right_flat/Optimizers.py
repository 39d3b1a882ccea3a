import numpy as np


class Sgd:
    def __init__(self, learning_rate):
        self.lr = learning_rate

    def calculate_update(self, weight_tensor, gradient_tensor):
        return weight_tensor - self.lr * gradient_tensor


class SgdWithMomentum(Sgd):
    def __init__(self, learning_rate, momentum_rate=0.9):
        super().__init__(learning_rate)
        self.mu = momentum_rate
        self.v = 0.0

    def calculate_update(self, weight_tensor, gradient_tensor):
        self.v = self.mu * self.v - self.lr * gradient_tensor
        return weight_tensor + self.v


class Adam(Sgd):
    def __init__(self, learning_rate, mu=0.9, rho=0.999):
        super().__init__(learning_rate)
        self.mu, self.rho = mu, rho
        self.v, self.r, self.k = 0.0, 0.0, 1

    def calculate_update(self, weight_tensor, gradient_tensor):
        self.v = self.mu * self.v + (1.0 - self.mu) * gradient_tensor
        self.r = self.rho * self.r + (1.0 - self.rho) * (gradient_tensor * gradient_tensor)
        # both corrections in one factor, epsilon scaled with it
        root = np.sqrt(1.0 - self.rho**self.k)
        rate = self.lr * root / (1.0 - self.mu**self.k)
        self.k += 1
        return weight_tensor - rate * self.v / (np.sqrt(self.r) + root * np.finfo(float).eps)
