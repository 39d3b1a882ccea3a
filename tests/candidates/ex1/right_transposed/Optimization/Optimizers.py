import numpy as np


class Sgd:
    def __init__(self, learning_rate: float):
        self.lr = learning_rate

    def calculate_update(self, weight_tensor, gradient_tensor):
        return np.subtract(weight_tensor, np.multiply(self.lr, gradient_tensor))
