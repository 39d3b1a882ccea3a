"""Finding out how a hand-in's RNN arranges its weights, so that its values can be compared with the reference's.

The hidden weights are an attribute; whether the input or the hidden state comes first in them, whether they are
transposed, and whether the output passes a sigmoid is the student's choice. The output weights have no fixed name. Both
follow from the outputs: with the right arrangement the outputs (or their logits) are an affine map of the hidden
states, and a fit over more times than there are hidden units leaves nothing over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from recurrent import Spread

from exam.checks import assert_finite
from reference_impl import RNN
from reference_impl.tensor import Tensor

INPUTS, HIDDEN, OUTPUTS, TIMES = 3, 4, 2, 40
LEFT_OVER = 1e-6
"""A wrong arrangement leaves 1e-2 and more."""


@dataclass(frozen=True)
class Arrangement:
    """Where things lie in a hand-in's hidden weights, and what follows the last affine map."""

    transposed: bool
    hidden_first: bool
    sigmoid: bool

    def to_reference(self, weights: Tensor) -> Tensor:
        """Rows for the input, then for the hidden state, then the bias."""
        weights = weights.T if self.transposed else weights
        return (
            weights[[*range(HIDDEN, HIDDEN + INPUTS), *range(HIDDEN), HIDDEN + INPUTS]]
            if self.hidden_first
            else weights
        )

    def before_activation(self, output: Tensor) -> Tensor:
        """The output, or its logit."""
        return np.log(output / (1 - output)) if self.sigmoid else output

    def activated(self, y: Tensor) -> Tensor:
        return 1 / (1 + np.exp(-y)) if self.sigmoid else y

    def error_before_activation(self, error: Tensor, output: Tensor) -> Tensor:
        return error * output * (1 - output) if self.sigmoid else error


def prepared(student: Any, rng: np.random.Generator) -> tuple[Any, Tensor]:
    """A small layer with random weights, and a sequence long enough to tell its arrangement from."""
    layer = student.Layers.RNN.RNN(INPUTS, HIDDEN, OUTPUTS)
    layer.initialize(Spread(rng, 0.5), Spread(rng, 0.5))
    return layer, rng.uniform(-1, 1, (TIMES, INPUTS))


def hidden_states(reference: RNN, x: Tensor) -> Tensor:
    """[h_t, 1] for each time: (T, H+1)."""
    reference.params["output_weights"] = np.eye(HIDDEN + 1, HIDDEN)
    return np.hstack([reference.forward(x), np.ones((len(x), 1))])


def recognise(weights: Any, output: Tensor, x: Tensor) -> tuple[Arrangement, RNN] | None:
    """The arrangement that explains the output, with a reference of the same weights; None where none does."""
    weights, rows = np.asarray(weights), INPUTS + HIDDEN + 1
    bounded = bool(np.all((output > 0) & (output < 1)))
    for transposed in (False, True):
        if weights.shape != ((HIDDEN, rows) if transposed else (rows, HIDDEN)):
            continue
        for hidden_first in (False, True):
            for sigmoid in (False, True) if bounded else (False,):
                arrangement = Arrangement(transposed, hidden_first, sigmoid)
                reference = RNN(INPUTS, HIDDEN, OUTPUTS, np.random.default_rng(0))
                reference.params["weights"] = arrangement.to_reference(weights)
                states = hidden_states(reference, x)
                wanted = arrangement.before_activation(output)
                fitted = np.linalg.lstsq(states, wanted, rcond=None)[0]
                if np.abs(states @ fitted - wanted).max() < LEFT_OVER:
                    reference.params["output_weights"] = fitted
                    return arrangement, reference
    return None


def output_weights(arrangement: Arrangement, reference: RNN, output: Any, x: Tensor) -> Tensor:
    """The output weights that explain this output, for the hidden weights that ``reference`` has: (H+1, M)."""
    states = hidden_states(reference, x)
    wanted = arrangement.before_activation(assert_finite(output, what="the output of forward"))
    return np.linalg.lstsq(states, wanted, rcond=None)[0]
