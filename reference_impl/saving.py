"""What a network has learned, in a file of named arrays (.npz). Its structure is code and is not saved."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from reference_impl.network import NeuralNetwork
from reference_impl.tensor import Tensor

KINDS = ("params", "buffers")


def save(path: Path, network: NeuralNetwork) -> None:
    """Write every layer's parameters and buffers."""
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **learned(network, "params"), **learned(network, "buffers"))


def load(path: Path, network: NeuralNetwork) -> None:
    """Read what ``save`` wrote into a network of the same structure.

    Raises ValueError if the parameters have other names or shapes, or are no numbers: nothing in the file is run.
    """
    with np.load(path, allow_pickle=False) as file:
        saved: dict[str, Tensor] = dict(file)
    found = {key: value.shape for key, value in saved.items() if ".params." in key}
    expected = {key: value.shape for key, value in learned(network, "params").items()}
    if found != expected:
        raise ValueError(f"{path} holds parameters {found}, but the network has {expected}")
    for number, layer in enumerate(network.layers):
        for kind in KINDS:
            prefix = f"{number}.{kind}."
            mine = {key.removeprefix(prefix): value for key, value in saved.items() if key.startswith(prefix)}
            getattr(layer, kind).update(mine)


def learned(network: NeuralNetwork, kind: str) -> dict[str, Tensor]:
    """The arrays of one of the ``KINDS``, under keys such as "0.params.weights": layer, kind, name."""
    return {
        f"{number}.{kind}.{name}": value
        for number, layer in enumerate(network.layers)
        for name, value in getattr(layer, kind).items()
    }
