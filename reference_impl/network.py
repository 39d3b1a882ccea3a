"""A network is a layer made of layers: forwards from the first to the last, backwards from the last to the first."""

from __future__ import annotations

from collections.abc import Iterable

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
