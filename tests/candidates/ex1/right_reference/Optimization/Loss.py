"""L = - sum of t log p."""

import numpy as np

EPSILON = np.finfo(np.float64).eps


class CrossEntropyLoss:
    """A sum over the batch; EPSILON keeps the logarithm finite."""

    def forward(self, prediction_tensor, label_tensor):
        """L = - sum t log(p + EPSILON)."""
        self._p = prediction_tensor + EPSILON  # (B, M)
        return -np.sum(label_tensor * np.log(self._p))

    def backward(self, label_tensor):
        """dL/dp = - t / (p + EPSILON)."""
        return -label_tensor / self._p  # (B, M)
