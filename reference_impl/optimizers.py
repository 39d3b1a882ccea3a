"""An optimizer turns a parameter and its gradient into the parameter's next value.

It returns a new array and leaves both arguments as they are. What it may remember from step to step belongs to one
parameter, so each parameter has an optimizer of its own (training.py makes the copies).

A regularizer is DECOUPLED from the rest: it shrinks the parameter directly and never enters what momentum and Adam
remember of past gradients (Loshchilov and Hutter 2019, algorithm 2).
"""

from __future__ import annotations

import numpy as np

from reference_impl.loss import EPSILON
from reference_impl.regularizers import Regularizer
from reference_impl.tensor import Tensor


class Optimizer:
    """w <- w + step(dL/dw) - eta R'(w), for one parameter w, learning rate eta and regularizer R, if there is one."""

    def __init__(self, learning_rate: float, regularizer: Regularizer | None = None) -> None:
        self.learning_rate = learning_rate
        self.regularizer = regularizer

    def update(self, param: Tensor, grad: Tensor) -> Tensor:
        """The parameter after the step."""
        updated = param + self.step(grad)
        if self.regularizer is not None:
            updated = updated - self.learning_rate * self.regularizer.gradient(param)
        return updated

    def step(self, grad: Tensor) -> Tensor:
        """What the gradient alone adds to the parameter."""
        raise NotImplementedError


class Sgd(Optimizer):
    """w <- w - eta dL/dw: a step of length eta against the gradient (Bishop 2006, eq. 5.43)."""

    def step(self, grad: Tensor) -> Tensor:
        """- eta dL/dw."""
        return -self.learning_rate * grad


class SgdWithMomentum(Optimizer):
    """v <- mu v - eta dL/dw, w <- w + v: a ball with friction (Goodfellow et al. 2016, eq. 8.15, 8.16)."""

    def __init__(self, learning_rate: float, momentum: float, regularizer: Regularizer | None = None) -> None:
        super().__init__(learning_rate, regularizer)
        self.momentum = momentum
        self._velocity: Tensor | float = 0.0

    def step(self, grad: Tensor) -> Tensor:
        """v after mu v - eta dL/dw."""
        velocity = self.momentum * self._velocity - self.learning_rate * grad
        self._velocity = velocity
        return velocity


class Adam(Optimizer):
    """A step against the running mean of the gradient, in units of the root of its running mean square (Kingma and
    Ba 2015, algorithm 1; their beta_1 is ``mu`` here, their beta_2 ``rho``).

    Both means begin at 0 and are too small for that at first; dividing by 1 - mu^k after k steps mends it.
    """

    def __init__(self, learning_rate: float, mu: float, rho: float, regularizer: Regularizer | None = None) -> None:
        super().__init__(learning_rate, regularizer)
        self.mu = mu
        self.rho = rho
        self._steps = 0
        self._mean: Tensor | float = 0.0
        self._square: Tensor | float = 0.0

    def step(self, grad: Tensor) -> Tensor:
        """- eta m / (sqrt(r) + EPSILON), with m and r corrected for their beginning at 0."""
        self._steps += 1
        self._mean = self.mu * self._mean + (1 - self.mu) * grad
        self._square = self.rho * self._square + (1 - self.rho) * grad**2
        mean = self._mean / (1 - self.mu**self._steps)
        square = self._square / (1 - self.rho**self._steps)
        step: Tensor = -self.learning_rate * mean / (np.sqrt(square) + EPSILON)
        return step
