from Layers.Base import BaseLayer
from reference import activations


class TanH(BaseLayer):
    def __init__(self):
        super().__init__(activations.TanH())
