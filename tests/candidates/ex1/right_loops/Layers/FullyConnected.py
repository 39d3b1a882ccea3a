from Base import Tool
import numpy as np

class FullyConnected(Tool):
    def __init__(self, input_size, output_size):
        super(FullyConnected, self).__init__()
        self.trainable = True
        self.n_in = input_size
        self.n_out = output_size
        self.weights = np.zeros((input_size + 1, output_size))
        for i in range(input_size + 1):
            self.weights[i] = np.random.uniform(0, 1, output_size)
        self.optimizer = None
        self.gradient_weights = None

    def forward(self, input_tensor):
        self.samples = []
        rows = []
        for sample in input_tensor:
            with_one = np.append(sample, 1)
            self.samples.append(with_one)
            rows.append(with_one @ self.weights)
        return np.array(rows)

    def backward(self, error_tensor):
        gradient = np.zeros((self.n_in + 1, self.n_out))
        errors = []
        for sample, error in zip(self.samples, error_tensor):
            gradient = gradient + np.outer(sample, error)
            errors.append((self.weights @ error)[:self.n_in])
        self.gradient_weights = gradient
        if self.optimizer != None:
            self.weights = self.optimizer.calculate_update(self.weights, gradient)
        return np.array(errors)
