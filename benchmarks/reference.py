"""The reference network beside PyTorch: forward and backward of each layer, float64, one thread, on this CPU.

The two take turns, call by call, so that a noisy machine is noisy for both; medians of the times, and the median of
the ratios of neighbouring calls. The targets: twice PyTorch's time for convolution and batch normalization, one and a
half times for everything else.

What dominates, by the profile: in the convolution three products of matrices take 60 % of the time, copying windows
into columns and adding columns back into windows 35 %. Everywhere else memory does: each pass over an array that no
longer fits the cache, and each new large array, costs more than the arithmetic; boolean masks as an index cost several
times a product with the mask. Recurrent layers take hardly longer for 64 hidden units than for one: their time is the
overhead of small calls.
"""

from __future__ import annotations

import os

# One thread each; NumPy and PyTorch read this when they are imported, and never again.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

import reference_impl as reference

rng = np.random.default_rng(0)
torch.set_default_dtype(torch.float64)
Work = Callable[[], object]
IMAGES = (32, 8, 32, 32)
SIGNALS = (32, 8, 1024)
VECTORS = (256, 128)
SEQUENCE = (64, 32)


class Pair(NamedTuple):
    """The same work done twice, by the reference and by PyTorch, and the ratio of times that it may have."""

    name: str
    target: float
    ours: Work
    theirs: Work


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=101)
    parser.add_argument("--only", default="", help="measure the layers whose name contains this")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{'forward + backward':32} {'NumPy ms':>9} {'PyTorch ms':>11} {'ratio':>6} {'target':>7}")
    for pair in (*layers(), *losses()):
        if options.only in pair.name:
            ours, theirs, ratio = measure(pair, options.rounds)
            missed = "" if ratio <= pair.target else "  missed"
            print(f"{pair.name:32} {1e3 * ours:9.3f} {1e3 * theirs:11.3f} {ratio:6.2f} {pair.target:7.1f}{missed}")


def measure(pair: Pair, rounds: int) -> tuple[float, float, float]:
    """Medians: seconds of ours, seconds of theirs, ours / theirs."""
    for _ in range(3):
        pair.ours(), pair.theirs()  # for the caches
    times = [(seconds(pair.ours), seconds(pair.theirs)) for _ in range(rounds)]
    ours, theirs = zip(*times, strict=True)
    return statistics.median(ours), statistics.median(theirs), statistics.median(a / b for a, b in times)


def seconds(work: Work) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Recurrent(nn.Module):
    """PyTorch's recurrent layer with the affine map to the outputs that the reference's has inside."""

    def __init__(self, layer: type[nn.RNN | nn.LSTM]) -> None:
        super().__init__()
        self.hidden, self.output = layer(32, 64), nn.Linear(64, 32)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.output(self.hidden(x)[0])


def layers() -> Iterator[Pair]:
    """Every layer: 32 images of 8 channels, as many signals, 256 vectors, and sequences of 64 times."""
    yield layer("Conv, 3x3, 8 to 16", IMAGES, reference.Conv(8, 16, (3, 3), rng), nn.Conv2d(8, 16, 3, padding=1), 2.0)
    strided = reference.Conv(8, 16, (3, 3), rng, stride=(2, 2))
    yield layer("Conv, 3x3, stride 2, 8 to 16", IMAGES, strided, nn.Conv2d(8, 16, 3, padding=1, stride=2), 2.0)
    yield layer("Conv, 1-D, 3, 8 to 16", SIGNALS, reference.Conv(8, 16, (3,), rng), nn.Conv1d(8, 16, 3, padding=1), 2.0)
    yield layer("BatchNorm, images", IMAGES, reference.BatchNorm(8), nn.BatchNorm2d(8), 2.0)
    yield layer("BatchNorm, vectors", VECTORS, reference.BatchNorm(128), nn.BatchNorm1d(128), 2.0)
    yield layer("MaxPool, 2x2, stride 2", IMAGES, reference.MaxPool((2, 2), (2, 2)), nn.MaxPool2d(2))
    yield layer("MaxPool, 3x3, stride 1", IMAGES, reference.MaxPool((3, 3), (1, 1)), nn.MaxPool2d(3, 1))
    yield layer("Flatten", IMAGES, reference.Flatten(), nn.Flatten())
    yield layer("Dropout", IMAGES, reference.Dropout(0.5, rng), nn.Dropout(0.5))
    yield layer("ReLU", IMAGES, reference.ReLU(), nn.ReLU())
    yield layer("TanH", IMAGES, reference.TanH(), nn.Tanh())
    yield layer("Sigmoid", IMAGES, reference.Sigmoid(), nn.Sigmoid())
    yield layer("SoftMax", VECTORS, reference.SoftMax(), nn.Softmax(1))
    yield layer("FullyConnected, 128 to 128", VECTORS, reference.FullyConnected(128, 128, rng), nn.Linear(128, 128))
    for ours, theirs in ((reference.RNN, nn.RNN), (reference.LSTM, nn.LSTM)):
        recurrent = ours(32, 64, 32, rng)
        recurrent.initialize(reference.Xavier(rng), reference.Constant())
        yield layer(ours.__name__, SEQUENCE, recurrent, Recurrent(theirs))


def layer(name: str, shape: tuple[int, ...], ours: reference.Layer, theirs: nn.Module, target: float = 1.5) -> Pair:
    """A layer of the reference and one of PyTorch, at the same random input and gradient of the output."""
    x = rng.standard_normal(shape)
    dy = rng.standard_normal(ours.forward(x).shape)
    x_torch, dy_torch = torch.tensor(x, requires_grad=True), torch.tensor(dy)
    wanted = [x_torch, *theirs.parameters()]
    return Pair(
        name,
        target,
        lambda: (ours.forward(x), ours.backward(dy)),
        lambda: torch.autograd.grad(theirs(x_torch), wanted, dy_torch),
    )


def losses() -> Iterator[Pair]:
    """Of 256 predictions among 128 classes."""
    label = np.eye(128)[rng.integers(128, size=256)]
    label_torch = torch.tensor(label)
    squares = nn.MSELoss(reduction="sum")
    yield loss("CrossEntropyLoss", reference.CrossEntropyLoss(), label, lambda p: -(label_torch * torch.log(p)).sum())
    yield loss("L2Loss", reference.L2Loss(), label, lambda p: squares(p, label_torch))


def loss(
    name: str,
    ours: reference.Loss,
    label: reference.tensor.Tensor,
    theirs: Callable[[torch.Tensor], torch.Tensor],
) -> Pair:
    """A loss of the reference and an expression of PyTorch, at the same random prediction."""
    prediction = rng.uniform(0.1, 1, label.shape)
    p = torch.tensor(prediction, requires_grad=True)
    return Pair(
        name,
        1.5,
        lambda: (ours.forward(prediction, label), ours.backward(label)),
        lambda: torch.autograd.grad(theirs(p), [p]),
    )


if __name__ == "__main__":
    main()
