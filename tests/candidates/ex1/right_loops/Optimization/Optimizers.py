class Sgd:
    def __init__(self, learning_rate: float):
        self.learning_rate = learning_rate

    def calculate_update(self, weight_tensor, gradient_tensor):
        schritt = self.learning_rate * gradient_tensor
        neue_gewichte = weight_tensor - schritt
        return neue_gewichte
