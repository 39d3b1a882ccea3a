from Layers.Base import BaseLayer
from reference import layers


class Flatten(BaseLayer):
    def __init__(self):
        super().__init__(layers.Flatten())
