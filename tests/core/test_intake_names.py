"""Names: what counts as litter, what resembles a wanted name, and how a name is shown."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from core.intake_names import fold, inside, is_litter, resembles
from core.intake_texts import listing, shown


@pytest.mark.parametrize(
    "name",
    [".DS_Store", "__MACOSX/x/y.py", "a/.git/config", "a/__pycache__/b.py", "x.pyc", "THUMBS.DB", "Icon\r", "a.py~",
     "~$report.docx", "abgabe.egg-info/PKG-INFO", "VENV/x.py", "lib/python3.11/site-packages/numpy/core.py"],
)  # fmt: skip
def test_litter(name: str) -> None:
    assert is_litter(PurePosixPath(name))


@pytest.mark.parametrize(
    "name", ["ReLU.py", "environment/x.py", "git/x.py", "pycache.py", "desktop.py", "Layers/_x.py"]
)
def test_no_litter(name: str) -> None:
    assert not is_litter(PurePosixPath(name))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Base (2).py", "Base.py"),
        ("Base(2).py", "Base.py"),
        ("Base_final_v2.py", "Base.py"),
        ("Base - Copy (3).py", "Base.py"),
        ("Kopie von Base.py", "Base.py"),
        ("base2.py", "Base.py"),
        ("DataBase.py", "Base.py"),
        ("pretrainer.py", "trainer.py"),
        ("my_model.py", "model.py"),
        ("MyModel.py", "model.py"),
        ("full-connected.py", "FullConnected.py"),
        ("Optimizer.py", "Optimizers.py"),
        ("Optimizerss.py", "Optimizers.py"),
        ("Optimizres.py", "Optimizers.py"),
        ("Oqtimizers.py", "Optimizers.py"),
        ("Optimizer_new.py", "Optimizers.py"),
    ],
)
def test_resembling_names(name: str, wanted: str) -> None:
    assert resembles(name, wanted)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Bass.py", "Base.py"),
        ("Conv.py", "Loss.py"),
        ("Base_utils.py", "Base.py"),
        ("Optimi.py", "Optimizers.py"),
        ("modelling.py", "model.py"),
        ("ReLU.py", "RNN.py"),
        ("(1).py", "Base.py"),
        ("1.py", "Base.py"),
        ("Base" + "_1" * 110 + ".py", "Base.py"),
    ],
)
def test_names_that_mean_something_else(name: str, wanted: str) -> None:
    assert not resembles(name, wanted)


def test_a_safe_path_is_composed_and_tidied() -> None:
    assert inside("./U\u0308bung//Layers/ReLU.py") == PurePosixPath("Übung/Layers/ReLU.py")


def test_folding_is_stable() -> None:
    assert fold("ＲｅＬＵ.PY") == fold("relu.py") == fold(fold("ReLU.py"))


def test_what_is_shown_cannot_mislead() -> None:
    assert shown("a\u202e\n\x1b[31m\u2028\0b") == "a��\ufffd[31m��b"
    assert len(shown("x" * 1000)) == 80


def test_a_long_listing_is_cut() -> None:
    assert listing("abcdefghij") == "a, b, c, d, e, f, g, h, … (+2)"
    assert listing("abc") == "a, b, c"
