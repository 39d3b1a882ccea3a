"""A network is a layer made of layers: forwards from the first to the last, backwards from the last to the first."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from reference_impl.initializers import Initializer
from reference_impl.layers import Layer
from reference_impl.tensor import Tensor


class NeuralNetwork(Layer):
    """y = f_n(... f_2(f_1(x))), the composition of its layers."""

    def __init__(self, layers: Iterable[Layer]) -> None:
        super().__init__()
        self.layers = list(layers)

    def set_phase(self, *, testing: bool) -> None:
        """Every layer learns, or every layer is tested."""
        self.testing_phase = testing
        for layer in self.layers:
            layer.testing_phase = testing

    def initialize(self, weights: Initializer, bias: Initializer) -> None:
        """Every layer's parameters anew."""
        for layer in self.layers:
            layer.initialize(weights, bias)

    def forward(self, x: Tensor) -> Tensor:
        """Each layer's output is the next one's input."""
        for layer in self.layers:
            x = layer.forward(x)  # (B, N) -> (B, M)
        return x

    def backward(self, dy: Tensor) -> Tensor:
        """The chain rule: each layer's dL/dx is dL/dy of the one before it."""
        for layer in reversed(self.layers):
            dy = layer.backward(dy)  # (B, M) -> (B, N)
        return dy


def save(path: Path, network: NeuralNetwork) -> None:
    """What the network has learned, as named arrays (.npz). Its structure is code and is not saved."""
    learned = {}
    for number, layer in enumerate(network.layers):
        for kind, arrays in (("params", layer.params), ("buffers", layer.buffers)):
            learned.update({f"{number}.{kind}.{name}": array for name, array in arrays.items()})
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **learned)


def load(path: Path, network: NeuralNetwork) -> None:
    """Put what ``save`` wrote into a network of the same structure. Raises ValueError if it has another one; nothing
    in the file is run."""
    with np.load(path, allow_pickle=False) as file:
        learned = dict(file)
    expected = {
        f"{number}.params.{name}": value.shape
        for number, layer in enumerate(network.layers)
        for name, value in layer.params.items()
    }
    found = {key: value.shape for key, value in learned.items() if ".params." in key}
    if found != expected:
        raise ValueError(f"{path} holds parameters {found}, but the network has {expected}")
    for key, value in learned.items():
        number, kind, name = key.split(".")
        getattr(network.layers[int(number)], kind)[name] = value
