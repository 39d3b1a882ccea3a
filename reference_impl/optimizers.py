"""An optimizer turns a parameter and its gradient into the parameter's next value.

It returns a new array and leaves both arguments as they are. What it may remember from step to step belongs to one
parameter, so each parameter has an optimizer of its own (training.py makes the copies).
"""

from __future__ import annotations

from typing import Protocol

from reference_impl.tensor import Tensor


class Optimizer(Protocol):
    """One step of descent for one parameter."""

    def update(self, param: Tensor, grad: Tensor) -> Tensor:
        """The parameter after the step."""


class Sgd:
    """w <- w - eta dL/dw: a step of length eta against the gradient (Bishop 2006, eq. 5.43)."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def update(self, param: Tensor, grad: Tensor) -> Tensor:
        """w - eta dL/dw."""
        return param - self.learning_rate * grad
