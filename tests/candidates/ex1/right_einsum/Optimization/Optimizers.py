from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Sgd:
    learning_rate: float

    def calculate_update(self, weight_tensor, gradient_tensor):
        return weight_tensor - self.learning_rate * gradient_tensor
