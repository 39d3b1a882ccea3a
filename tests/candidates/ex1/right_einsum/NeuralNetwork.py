from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from src_to_implement.Layers.Base import BaseLayer


@dataclass
class NeuralNetwork:
    optimizer: Any
    loss: list[float] = field(default_factory=list)
    layers: list[BaseLayer] = field(default_factory=list)
    data_layer: Any = None
    loss_layer: Any = None

    def forward(self) -> float:
        batch, self._labels = self.data_layer.next()
        return self.loss_layer.forward(self.test(batch), self._labels)

    def backward(self) -> None:
        error = self.loss_layer.backward(self._labels)
        for layer in reversed(self.layers):
            error = layer.backward(error)

    def append_layer(self, layer: BaseLayer) -> None:
        if layer.trainable:
            layer.optimizer = copy.deepcopy(self.optimizer)
        self.layers.append(layer)

    def train(self, iterations: int) -> None:
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()

    def test(self, input_tensor: np.ndarray) -> np.ndarray:
        for layer in self.layers:
            input_tensor = layer.forward(input_tensor)
        return input_tensor
