import numpy as np


class CrossEntropyLoss:
    def __init__(self):
        self.eps = np.finfo(float).eps

    def forward(self, prediction_tensor, label_tensor):
        self.prediction = prediction_tensor
        verlust = 0.0
        for b in range(label_tensor.shape[0]):
            for k in range(label_tensor.shape[1]):
                if label_tensor[b, k] == 1:
                    verlust -= np.log(prediction_tensor[b, k] + self.eps)
        return verlust

    def backward(self, label_tensor):
        return -(label_tensor / (self.prediction + self.eps))
