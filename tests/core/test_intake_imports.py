"""Every style of import found in real hand-ins works in intake's tree, on the paths where the candidate looks."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from core.intake import read
from core.suites import Suite
from tests.core.intake_makers import below, flat, hand_in, make_zip

SEARCH = "import sys; sys.path += ['{root}', '{root}/Layers', '{root}/Optimization', '{parent}']\n"
"""Where the candidate looks, as exam.candidate arranges it: a tree in a folder called src_to_implement."""


def run_in_tree(files: dict[str, bytes], folder: Path, code: str) -> str:
    root = folder / "src_to_implement"
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    script = SEARCH.format(root=root, parent=folder) + code
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


STYLES = [
    "from Layers.Base import BaseLayer",
    "from .Base import BaseLayer",
    "from Layers import Base; BaseLayer = Base.BaseLayer",
    "from Base import BaseLayer",
    "from src_to_implement.Layers.Base import BaseLayer",
    "import Layers.Base; BaseLayer = Layers.Base.BaseLayer",
    "from Optimization import Loss; from Layers.Base import BaseLayer",
    "from .tools import BaseLayer",
    "from tools import BaseLayer",
    "from Layers.tools import BaseLayer",
]


@pytest.mark.parametrize("nested", [False, True], ids=["flat", "nested"])
@pytest.mark.parametrize("style", STYLES)
def test_an_import_style(style: str, nested: bool, suite_like_ex1: Suite, tmp_path: Path) -> None:
    files = hand_in() | {
        "Layers/Base.py": b"class BaseLayer:\n    mark = 'mine'\n",
        "Layers/ReLU.py": f"{style}\nclass ReLU(BaseLayer):\n    pass\n".encode(),
        "Layers/tools.py": b"from Base import BaseLayer\n",
    }
    packed = below("exercise1_material/src_to_implement", files) if nested else flat(files)
    tree = read(make_zip(packed, zipfile.ZIP_DEFLATED), suite_like_ex1).files
    assert run_in_tree(tree, tmp_path, "import Layers.ReLU; print(Layers.ReLU.ReLU.mark)") == "mine"


def test_the_star_import_of_the_course_binds_the_modules(suite_like_ex1: Suite, tmp_path: Path) -> None:
    tree = read(make_zip(flat(hand_in())), suite_like_ex1).files
    code = "from Layers import *; from Optimization import *; print(ReLU.name, Loss.name, Helpers.HELPER)"
    assert run_in_tree(tree, tmp_path, code) == "Layers/ReLU.py Optimization/Loss.py ours"


def test_a_file_with_a_wrong_name_can_still_be_imported_by_it(suite_like_ex1: Suite, tmp_path: Path) -> None:
    files = flat(hand_in("Layers/Base.py")) | {
        "DataBase.py": b"class BaseLayer:\n    mark = 'mine'\n",
        "ReLU.py": b"from .DataBase import BaseLayer\n",
    }
    tree = read(make_zip(files), suite_like_ex1).files
    code = "from Layers import Base, ReLU; print(Base.BaseLayer.mark, ReLU.BaseLayer.mark)"
    assert run_in_tree(tree, tmp_path, code) == "mine mine"
