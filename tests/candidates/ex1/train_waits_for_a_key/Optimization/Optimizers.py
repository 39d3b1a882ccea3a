class Sgd:

    def __init__(self, learning_rate: float) -> None:
        self._learning_rate = learning_rate

    def calculate_update(self, weight_tensor, gradient_tensor):
        return weight_tensor - self._learning_rate * gradient_tensor
