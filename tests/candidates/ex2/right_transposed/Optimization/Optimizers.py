import numpy as np


class Sgd(object):
    def __init__(self, learning_rate: float):
        self.learning_rate = learning_rate

    def calculate_update(self, weight_tensor, gradient_tensor):
        return weight_tensor - self.learning_rate * gradient_tensor


class SgdWithMomentum(object):
    def __init__(self, learning_rate: float, momentum_rate: float):
        self.learning_rate = learning_rate
        self.momentum_rate = momentum_rate
        self.velocities = {}

    def calculate_update(self, weight_tensor, gradient_tensor):
        shape = np.shape(weight_tensor)
        velocity = self.velocities.get(shape, 0.0)
        self.velocities[shape] = self.momentum_rate * velocity - self.learning_rate * gradient_tensor
        return weight_tensor + self.velocities[shape]


class Adam(object):
    def __init__(self, learning_rate: float, mu: float, rho: float):
        self.learning_rate = learning_rate
        self.mu = mu
        self.rho = rho
        self.states = {}

    def calculate_update(self, weight_tensor, gradient_tensor):
        shape = np.shape(weight_tensor)
        v, r, k = self.states.get(shape, (0.0, 0.0, 0))
        k += 1
        v = self.mu * v + (1 - self.mu) * gradient_tensor
        r = self.rho * r + (1 - self.rho) * np.square(gradient_tensor)
        self.states[shape] = v, r, k
        corrected_v = v / (1 - self.mu ** k)
        corrected_r = r / (1 - self.rho ** k)
        return weight_tensor - self.learning_rate * corrected_v / (np.sqrt(corrected_r) + np.finfo(float).eps)
