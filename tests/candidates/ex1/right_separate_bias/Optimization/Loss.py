import numpy as np


class CrossEntropyLoss:
    def forward(self, prediction_tensor, label_tensor):
        self.q = prediction_tensor + np.finfo(float).eps
        chosen = np.take_along_axis(self.q, label_tensor.argmax(axis=1)[:, None], axis=1)
        return -np.log(chosen).sum()

    def backward(self, label_tensor):
        return -(label_tensor / self.q)
