import numpy as np

from Layers.Base import BaseLayer, gradient, parameter, rng
from reference import convolution


class Conv(BaseLayer):
    weights, gradient_weights = parameter("weights"), gradient("weights")
    bias, gradient_bias = parameter("bias"), gradient("bias")

    def __init__(self, stride_shape, convolution_shape, num_kernels):
        channels, *size = convolution_shape
        stride = tuple(int(step) for step in np.resize(stride_shape, len(size)))
        super().__init__(convolution.Conv(channels, num_kernels, tuple(size), rng(), stride=stride))
