from Base import Tool
import numpy as np

class SoftMax(Tool):
    def forward(self, input_tensor):
        self.out = np.zeros(input_tensor.shape)
        for i, row in enumerate(input_tensor):
            e = np.exp(row - max(row))
            self.out[i] = e / sum(e)
        return self.out

    def backward(self, error_tensor):
        back = np.zeros(error_tensor.shape)
        for i in range(len(error_tensor)):
            y = self.out[i]
            back[i] = y * (error_tensor[i] - error_tensor[i].dot(y))
        return back
