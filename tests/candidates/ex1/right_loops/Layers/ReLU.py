from Base import Tool
import numpy as np

class ReLU(Tool):
    def forward(self, input_tensor):
        self.seen = input_tensor
        rows = [[max(0, value) for value in row] for row in input_tensor.tolist()]
        return np.array(rows, dtype=float)

    def backward(self, error_tensor):
        result = np.zeros(error_tensor.shape)
        for i in range(error_tensor.shape[0]):
            for j in range(error_tensor.shape[1]):
                if self.seen[i, j] > 0:
                    result[i, j] = error_tensor[i, j]
        return result
