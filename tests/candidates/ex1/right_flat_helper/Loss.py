import numpy as np


class CrossEntropyLoss:
    def forward(self, prediction_tensor, label_tensor):
        self.p = prediction_tensor
        return np.where(label_tensor == 1, -np.log(self.p + np.finfo("float64").eps), 0).sum()

    def backward(self, label_tensor):
        return -label_tensor / (self.p + np.finfo("float64").eps)
