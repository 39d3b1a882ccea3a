from Layers.Base import BaseLayer
from reference import activations


class Sigmoid(BaseLayer):
    def __init__(self):
        super().__init__(activations.Sigmoid())
