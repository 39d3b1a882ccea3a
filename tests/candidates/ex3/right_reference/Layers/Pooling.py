import numpy as np

from Layers.Base import BaseLayer
from reference import pooling


class Pooling(BaseLayer):
    def __init__(self, stride_shape, pooling_shape):
        size, stride = (tuple(int(n) for n in np.resize(shape, 2)) for shape in (pooling_shape, stride_shape))
        super().__init__(pooling.MaxPool(size, stride))
