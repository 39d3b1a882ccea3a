from Layers.Base import BaseLayer, gradient, parameter, rng
from reference import recurrent


class RNN(BaseLayer):
    kind = recurrent.RNN
    weights, gradient_weights = parameter("weights"), gradient("weights")

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__(self.kind(input_size, hidden_size, output_size, rng()))

    @property
    def memorize(self):
        return self.layer.memorize

    @memorize.setter
    def memorize(self, memorize):
        self.layer.memorize = memorize

    def calculate_regularization_loss(self):
        return self.norm(self.optimizer.regularizer)
