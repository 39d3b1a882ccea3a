import numpy as np
from .Base import BaseLayer


class SoftMax(BaseLayer):
    def forward(self, input_tensor):
        t = input_tensor.T
        t = np.exp(t - t.max(axis=0))
        self.p = (t / t.sum(axis=0)).T
        return self.p.copy()

    def backward(self, error_tensor):
        result = np.zeros_like(error_tensor, dtype=float)
        for i, (p, e) in enumerate(zip(self.p, error_tensor)):
            jacobian = np.diag(p) - np.outer(p, p)
            result[i] = jacobian.dot(e)
        return result
