from Layers.Base import BaseLayer, rng
from reference import dropout


class Dropout(BaseLayer):
    def __init__(self, probability):
        super().__init__(dropout.Dropout(probability, rng()))

    def forward(self, input_tensor):
        self.layer._rng = rng()  # a seed of np.random just before is to decide the mask
        return super().forward(input_tensor)
