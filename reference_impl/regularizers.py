"""A regularizer makes large parameters cost something. It has two uses that are kept apart: ``norm`` is added to the
loss that is reported, ``gradient`` is what an optimizer shrinks the parameter by."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from reference_impl.tensor import Tensor


class Regularizer(Protocol):
    """What a parameter costs, and where it is pulled."""

    def norm(self, param: Tensor) -> float:
        """The cost of the parameter."""

    def gradient(self, param: Tensor) -> Tensor:
        """The direction from which the parameter is pulled back, with the parameter's shape."""


class L1Regularizer:
    """alpha sum |w|: pulls every parameter with the same strength, so that many become 0."""

    def __init__(self, alpha: float) -> None:
        self.alpha = alpha

    def norm(self, param: Tensor) -> float:
        """alpha sum |w|."""
        return float(self.alpha * np.abs(param).sum())

    def gradient(self, param: Tensor) -> Tensor:
        """alpha sign(w), a subgradient of the norm: 0 at w = 0."""
        return self.alpha * np.sign(param)


class L2Regularizer:
    """alpha sum w^2: pulls large parameters harder.

    By the exercise's convention the gradient is alpha w, HALF the derivative of the norm.
    """

    def __init__(self, alpha: float) -> None:
        self.alpha = alpha

    def norm(self, param: Tensor) -> float:
        """alpha sum w^2."""
        return float(self.alpha * np.square(param).sum())

    def gradient(self, param: Tensor) -> Tensor:
        """alpha w."""
        return self.alpha * param
