import numpy as np
from Layers import Base


class SoftMax(Base.BaseLayers):
    def __init__(self):
        super(SoftMax, self).__init__()

    def forward(self, input_tensor):
        self.y = np.zeros(input_tensor.shape)
        for i, zeile in enumerate(input_tensor):
            e = np.exp(zeile - max(zeile))
            self.y[i] = e / sum(e)
        return self.y

    def backward(self, error_tensor):
        # Jacobi-Matrix fuer jede Zeile: diag(y) - y y^T
        fehler = np.zeros(error_tensor.shape)
        for i, y in enumerate(self.y):
            jacobi = np.diag(y) - np.outer(y, y)
            fehler[i] = jacobi.dot(error_tensor[i])
        return fehler
