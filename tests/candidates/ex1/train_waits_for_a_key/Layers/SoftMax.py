import numpy as np
from Layers.Base import BaseLayer


class SoftMax(BaseLayer):

    def forward(self, input_tensor: np.ndarray) -> np.ndarray:
        logits = input_tensor - np.amax(input_tensor, axis=1, keepdims=True)
        log_sum = np.log(np.exp(logits).sum(axis=1, keepdims=True))
        self._probabilities = np.exp(logits - log_sum)
        return self._probabilities

    def backward(self, error_tensor: np.ndarray) -> np.ndarray:
        p = self._probabilities
        jacobian = np.einsum("bi,ij->bij", p, np.eye(p.shape[1])) - np.einsum("bi,bj->bij", p, p)
        return np.einsum("bij,bj->bi", jacobian, error_tensor)
