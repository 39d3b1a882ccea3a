from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from src_to_implement.Layers.Base import BaseLayer


@dataclass
class State:
    weights: np.ndarray
    gradient: np.ndarray | None = None
    extended: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))


class FullyConnected(BaseLayer):
    trainable = True

    def __init__(self, input_size: int, output_size: int) -> None:
        self._state = State(weights=np.random.uniform(size=(input_size + 1, output_size)))
        self._optimizer: Any = None

    def forward(self, input_tensor: np.ndarray) -> np.ndarray:
        self._state.extended = np.pad(input_tensor, ((0, 0), (0, 1)), constant_values=1.0)
        return np.einsum("bn,nm->bm", self._state.extended, self._state.weights)

    def backward(self, error_tensor: np.ndarray) -> np.ndarray:
        state = self._state
        state.gradient = np.einsum("bn,bm->nm", state.extended, error_tensor)
        below = np.einsum("bm,nm->bn", error_tensor, state.weights[:-1])
        if self._optimizer is not None:
            state.weights = self._optimizer.calculate_update(state.weights, state.gradient)
        return below

    @property
    def weights(self) -> np.ndarray:
        return self._state.weights

    @weights.setter
    def weights(self, value: np.ndarray) -> None:
        self._state.weights = value

    @property
    def gradient_weights(self) -> np.ndarray | None:
        return self._state.gradient

    @property
    def optimizer(self) -> Any:
        return self._optimizer

    @optimizer.setter
    def optimizer(self, value: Any) -> None:
        self._optimizer = value
