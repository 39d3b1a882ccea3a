"""An initializer draws a parameter's first value. What it may need to know is its shape and how many numbers meet in
each output (fan-in) and leave each input (fan-out): they set the scale at which signals neither fade nor grow."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from reference_impl.tensor import Tensor

Shape = tuple[int, ...]


class Initializer(Protocol):
    """The first value of a parameter."""

    def initialize(self, shape: Shape, fan_in: int, fan_out: int) -> Tensor:
        """A new array of ``shape``."""


class Constant:
    """The same value everywhere: fit for a bias, not for weights, whose units would stay equal for ever."""

    def __init__(self, value: float = 0.1) -> None:
        self.value = value

    def initialize(self, shape: Shape, fan_in: int, fan_out: int) -> Tensor:
        """w = value."""
        return np.full(shape, self.value, dtype=np.float64)


class UniformRandom:
    """Uniform in [0, 1)."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def initialize(self, shape: Shape, fan_in: int, fan_out: int) -> Tensor:
        """w ~ U[0, 1)."""
        return self._rng.random(shape)


class Xavier:
    """Keeps the variance of signals forwards and of gradients backwards, as well as both can be had at once
    (Glorot and Bengio 2010, eq. 12, as a normal distribution)."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def initialize(self, shape: Shape, fan_in: int, fan_out: int) -> Tensor:
        """w ~ N(0, sigma^2) with sigma = sqrt(2 / (fan_in + fan_out))."""
        return self._rng.normal(0.0, np.sqrt(2 / (fan_in + fan_out)), shape)


class He:
    """Keeps the variance of signals forwards through ReLU, which halves it (He, Zhang, Ren and Sun 2015, eq. 10)."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def initialize(self, shape: Shape, fan_in: int, fan_out: int) -> Tensor:
        """w ~ N(0, sigma^2) with sigma = sqrt(2 / fan_in)."""
        return self._rng.normal(0.0, np.sqrt(2 / fan_in), shape)
