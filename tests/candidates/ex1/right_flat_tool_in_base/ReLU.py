import numpy as np
from .Base import Base


class ReLU(Base):

    def __init__(self):
        Base.__init__(self)

    def forward(self, input_tensor):
        self.input_tensor = input_tensor
        return np.array([[v if v > 0 else 0.0 for v in row] for row in input_tensor])

    def backward(self, error_tensor):
        return (self.input_tensor > 0).astype(float) * error_tensor
