from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np


class BaseLayer(ABC):
    trainable: bool = False

    @abstractmethod
    def forward(self, input_tensor: np.ndarray) -> np.ndarray: ...

    @abstractmethod
    def backward(self, error_tensor: np.ndarray) -> np.ndarray: ...
