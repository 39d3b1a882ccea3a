import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from Layers.Base import BaseLayer


class Pooling(BaseLayer):
    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.stride_shape = (stride_shape,) * 2 if isinstance(stride_shape, int) else tuple(stride_shape)
        self.pooling_shape = tuple(pooling_shape)

    def forward(self, input_tensor):
        self.shape = input_tensor.shape
        sy, sx = self.stride_shape
        windows = sliding_window_view(input_tensor, self.pooling_shape, axis=(2, 3))[:, :, ::sy, ::sx]
        flat = windows.reshape(windows.shape[:4] + (-1,))
        # of several maxima the last one
        self.last = flat.shape[-1] - 1 - np.argmax(flat[..., ::-1], axis=-1)
        return np.take_along_axis(flat, self.last[..., None], axis=-1)[..., 0]

    def backward(self, error_tensor):
        b, c, i, j = np.ogrid[tuple(slice(n) for n in error_tensor.shape)]
        y = i * self.stride_shape[0] + self.last // self.pooling_shape[1]
        x = j * self.stride_shape[1] + self.last % self.pooling_shape[1]
        place = np.ravel_multi_index((b + 0 * y, c + 0 * y, y, x), self.shape)
        total = np.bincount(place.ravel(), weights=error_tensor.ravel(), minlength=int(np.prod(self.shape)))
        return total.reshape(self.shape)
