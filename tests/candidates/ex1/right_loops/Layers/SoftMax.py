import numpy as np
from Layers import Base


class SoftMax(Base.BaseLayers):
    def __init__(self):
        super(SoftMax, self).__init__()

    def forward(self, input_tensor):
        # jede Zeile ist ein Beispiel, also ueber die Klassen laufen
        klassen = input_tensor.shape[1]
        groesster = input_tensor[:, 0]
        for k in range(1, klassen):
            groesster = np.maximum(groesster, input_tensor[:, k])
        self.y = np.zeros(input_tensor.shape)
        summe = np.zeros(input_tensor.shape[0])
        for k in range(klassen):
            self.y[:, k] = np.exp(input_tensor[:, k] - groesster)
            summe = summe + self.y[:, k]
        for k in range(klassen):
            self.y[:, k] = self.y[:, k] / summe
        return self.y

    def backward(self, error_tensor):
        # dy_k / dx_n = y_k * (delta_kn - y_n)
        fehler = np.zeros(error_tensor.shape)
        for k in range(error_tensor.shape[1]):
            for n in range(error_tensor.shape[1]):
                if k == n:
                    fehler[:, n] += error_tensor[:, k] * self.y[:, k] * (1 - self.y[:, n])
                else:
                    fehler[:, n] -= error_tensor[:, k] * self.y[:, k] * self.y[:, n]
        return fehler
