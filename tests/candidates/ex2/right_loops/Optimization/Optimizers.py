import numpy as np


class Sgd:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def calculate_update(self, weight_tensor, gradient_tensor):
        return weight_tensor - np.multiply(self.learning_rate, gradient_tensor)


class SgdWithMomentum:
    def __init__(self, learning_rate, momentum_rate):
        self.learning_rate = learning_rate
        self.momentum_rate = momentum_rate
        self.v = None

    def calculate_update(self, weight_tensor, gradient_tensor):
        if self.v is None:
            self.v = np.zeros_like(weight_tensor)
        # learning rate outside: the same as long as it does not change
        self.v = self.momentum_rate * self.v + gradient_tensor
        return weight_tensor - self.learning_rate * self.v


class Adam:
    def __init__(self, learning_rate, mu, rho):
        self.learning_rate = learning_rate
        self.mu = mu
        self.rho = rho
        self.v = None
        self.r = None
        self.mu_power = 1.0
        self.rho_power = 1.0

    def calculate_update(self, weight_tensor, gradient_tensor):
        g = np.asarray(gradient_tensor, dtype=float)
        if self.v is None:
            self.v = np.zeros(g.shape)
            self.r = np.zeros(g.shape)
        self.mu_power *= self.mu
        self.rho_power *= self.rho
        self.v = self.mu * self.v + (1 - self.mu) * g
        self.r = self.rho * self.r + (1 - self.rho) * g * g
        step = (self.v / (1 - self.mu_power)) / (np.sqrt(self.r / (1 - self.rho_power)) + 1e-16)
        return weight_tensor - self.learning_rate * step
