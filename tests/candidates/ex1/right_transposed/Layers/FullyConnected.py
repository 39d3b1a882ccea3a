import numpy as np
from .Base import BaseLayer


class FullyConnected(BaseLayer):
    """Samples are columns in here, as in the lecture: Y' = W X'."""

    def __init__(self, input_size, output_size):
        BaseLayer.__init__(self)
        self.trainable = True
        self.weights = np.random.random_sample((output_size, input_size + 1))
        self._optimizer = None
        self._grad = None

    def forward(self, input_tensor):
        n = input_tensor.shape[0]
        self._xt = np.vstack((input_tensor.T, np.ones(n)))
        return self.weights.dot(self._xt).T

    def backward(self, error_tensor):
        et = error_tensor.T
        self._grad = et.dot(self._xt.T)
        result = self.weights[:, :-1].T.dot(et)
        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self._grad)
        return result.T

    def get_optimizer(self):
        return self._optimizer

    def set_optimizer(self, opt):
        self._optimizer = opt

    def get_gradient_weights(self):
        return self._grad

    optimizer = property(get_optimizer, set_optimizer)
    gradient_weights = property(get_gradient_weights)
