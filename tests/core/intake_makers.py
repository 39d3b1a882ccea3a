"""Suites, hand-ins and zips for the tests of intake, each with overrides."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from core.suites import Suite, load_suite

REQUIRED = (
    "Layers/Base.py",
    "Layers/FullyConnected.py",
    "Layers/ReLU.py",
    "Layers/SoftMax.py",
    "Optimization/Loss.py",
    "Optimization/Optimizers.py",
    "NeuralNetwork.py",
)
PROVIDED = {
    "Layers/__init__.py": '__all__ = ["Helpers", "FullyConnected", "SoftMax", "ReLU", "Base"]\n',
    "Layers/Helpers.py": "HELPER = 'ours'\n",
    "Optimization/__init__.py": '__all__ = ["Loss", "Optimizers"]\n',
}
IGNORED = ("NeuralNetworkTests*.py", "SoftConvTests*.py", "dispatch*.py")
ELSEWHERE = {
    "ex0": ("generator.py", "main.py", "pattern.py"),
    "ex2": ("Conv.py", "Flatten.py", "Initializers.py", "Pooling.py"),
    "ex3": ("Sigmoid.py", "Constraints.py", "BatchNormalization.py", "Dropout.py", "RNN.py", "TanH.py"),
}


def make_suite(
    folder: Path,
    required: Iterable[str] = REQUIRED,
    optional: Iterable[str] = (),
    provided: Mapping[str, str] = PROVIDED,
    elsewhere: Mapping[str, Iterable[str]] = ELSEWHERE,
) -> Suite:
    """A suite shaped like exercise 1, without any test worth running."""
    folder.mkdir(parents=True, exist_ok=True)
    others = "\n".join(f"{name} = {json.dumps(list(files))}" for name, files in elsewhere.items())
    (folder / "suite.toml").write_text(
        f"""
id = "ex1"
version = "1"
title = {{ en = "Exercise 1", de = "Übung 1" }}
[tree]
required = {json.dumps(list(required))}
optional = {json.dumps(list(optional))}
ignored = {json.dumps(list(IGNORED))}
[tree.elsewhere]
{others}
[student]
modules = ["Layers", "Optimization", "NeuralNetwork"]
[[group]]
id = "All"
title = {{ en = "All", de = "Alles" }}
points = 1
tests = ["test_all.py"]
""",
        "utf-8",
    )
    (folder / "test_all.py").write_text("")
    for name, text in provided.items():
        path = folder / "provided" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return load_suite(folder)


def hand_in(*without: str) -> dict[str, bytes]:
    """A complete hand-in, canonical path -> content, each file with its own; ``without`` some."""
    return {name: f"name = {name!r}\n".encode() for name in REQUIRED if name not in without}


def flat(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """As dispatch.py packs it: base names only."""
    return {name.rsplit("/", 1)[-1]: data for name, data in files.items()}


def below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": data for name, data in files.items()}


def make_zip(
    entries: Mapping[str, bytes] | Iterable[tuple[str | zipfile.ZipInfo, bytes]],
    method: int = zipfile.ZIP_STORED,
) -> BinaryIO:
    """A zip of the entries in their order; pairs may repeat a name or bring their own ZipInfo."""
    blob = io.BytesIO()
    pairs = entries.items() if isinstance(entries, Mapping) else entries
    with zipfile.ZipFile(blob, "w", method) as archive:
        for name, data in pairs:
            archive.writestr(name, data, None if isinstance(name, zipfile.ZipInfo) else method)
    blob.seek(0)
    return blob


def renamed(blob: BinaryIO, old: bytes, new: bytes) -> BinaryIO:
    """The same zip with the bytes ``old`` of a name replaced everywhere, as no well-behaved tool would."""
    assert len(old) == len(new)
    return io.BytesIO(blob.read().replace(old, new))
