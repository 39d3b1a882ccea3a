from Layers.Base import BaseLayer, gradient, parameter
from reference import batch_norm


class BatchNormalization(BaseLayer):
    weights, gradient_weights = parameter("weights"), gradient("weights")
    bias, gradient_bias = parameter("bias"), gradient("bias")

    def __init__(self, channels):
        super().__init__(batch_norm.BatchNorm(channels))
        self._image_shape = None

    def forward(self, input_tensor):
        if input_tensor.ndim == 4:
            self._image_shape = input_tensor.shape
        return super().forward(input_tensor)

    def reformat(self, tensor):
        """(B, C, Y, X) to (B Y X, C) and back; the reference has no need of it."""
        if tensor.ndim == 4:
            self._image_shape = tensor.shape
            return tensor.swapaxes(1, 2).swapaxes(2, 3).reshape(-1, tensor.shape[1])
        b, c, y, x = self._image_shape
        return tensor.reshape(b, y, x, c).swapaxes(2, 3).swapaxes(1, 2)
