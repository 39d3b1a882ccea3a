import numpy as np
from Layers import Base


class ReLU(Base.BaseLayers):
    def __init__(self):
        super(ReLU, self).__init__()

    def forward(self, input_tensor):
        self.eingabe = input_tensor.copy()
        ausgabe = input_tensor.copy()
        ausgabe[ausgabe < 0] = 0
        return ausgabe

    def backward(self, error_tensor):
        fehler = error_tensor.copy()
        fehler[self.eingabe < 0] = 0      # bei 0 lassen wir den Fehler durch
        return fehler
