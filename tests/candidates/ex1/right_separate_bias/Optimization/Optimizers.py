class Optimizer:
    def calculate_update(self, weight_tensor, gradient_tensor):
        raise NotImplementedError


class Sgd(Optimizer):
    def __init__(self, learning_rate=0.01):
        super().__init__()
        self.eta = learning_rate

    def calculate_update(self, weight_tensor, gradient_tensor):
        return weight_tensor - self.eta * gradient_tensor
