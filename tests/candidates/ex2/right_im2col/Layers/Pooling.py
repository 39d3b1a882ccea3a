import numpy as np
from Layers.Base import BaseLayer


class Pooling(BaseLayer):
    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        if isinstance(stride_shape, int):
            stride_shape = (stride_shape, stride_shape)
        self.stride_shape = stride_shape
        self.pooling_shape = pooling_shape

    def forward(self, input_tensor):
        self.input_shape = input_tensor.shape
        batch, channels, rows, columns = input_tensor.shape
        height, width = self.pooling_shape
        stride_y, stride_x = self.stride_shape
        out_rows = (rows - height) // stride_y + 1
        out_columns = (columns - width) // stride_x + 1
        windows = []
        for y in range(height):
            for x in range(width):
                last_y, last_x = y + stride_y * (out_rows - 1), x + stride_x * (out_columns - 1)
                windows.append(input_tensor[:, :, y : last_y + 1 : stride_y, x : last_x + 1 : stride_x])
        windows = np.stack(windows)
        self.winner = np.argmax(windows, axis=0)
        return np.max(windows, axis=0)

    def backward(self, error_tensor):
        batch, channels, out_rows, out_columns = error_tensor.shape
        b, c, i, j = np.indices(error_tensor.shape)
        y = i * self.stride_shape[0] + self.winner // self.pooling_shape[1]
        x = j * self.stride_shape[1] + self.winner % self.pooling_shape[1]
        previous_error = np.zeros(self.input_shape)
        np.add.at(previous_error, (b, c, y, x), error_tensor)
        return previous_error
