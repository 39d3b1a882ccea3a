import numpy as np


class Base:
    def __init__(self, trainable=False):
        self.trainable = trainable


class Tool:
    @staticmethod
    def add_ones(tensor):
        ones = np.ones([tensor.shape[0], 1])
        return np.append(tensor, ones, axis=1)

    @staticmethod
    def cut_bias(weights):
        return np.delete(weights, weights.shape[0] - 1, axis=0)
