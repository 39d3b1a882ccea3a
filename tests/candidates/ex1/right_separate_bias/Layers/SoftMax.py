import numpy as np
from Layers import Base


class SoftMax(Base.BaseLayer):
    def forward(self, input_tensor):
        z = input_tensor - np.amax(input_tensor, axis=1)[:, None]
        z = np.exp(z)
        self.probs = z / z.sum(axis=1)[:, None]
        return self.probs

    def backward(self, error_tensor):
        # (b, k, k) Jacobians, one per sample
        p = self.probs
        jac = p[:, :, None] * (np.eye(p.shape[1])[None] - p[:, None, :])
        return np.matmul(error_tensor[:, None, :], jac)[:, 0, :]
