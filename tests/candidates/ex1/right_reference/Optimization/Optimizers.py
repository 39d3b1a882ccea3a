"""A step of descent."""


class Sgd:
    """w <- w - eta dL/dw."""

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def calculate_update(self, weight_tensor, gradient_tensor):
        """The weights after the step; the arguments stay as they are."""
        return weight_tensor - self.learning_rate * gradient_tensor
