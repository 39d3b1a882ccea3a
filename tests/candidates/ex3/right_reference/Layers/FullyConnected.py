from Layers.Base import BaseLayer, gradient, parameter, rng
from reference import layers


class FullyConnected(BaseLayer):
    weights, gradient_weights = parameter("weights"), gradient("weights")

    def __init__(self, input_size, output_size):
        super().__init__(layers.FullyConnected(input_size, output_size, rng()))
