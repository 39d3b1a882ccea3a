"""Files are written inside the tree and nowhere else; a swept folder is empty whatever was in it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from exam.tree import sweep, write_tree


def test_files_are_written_with_their_folders(tmp_path: Path) -> None:
    write_tree(str(tmp_path), {"a/b/c.py": b"x", "d.py": b""})
    assert (tmp_path / "a/b/c.py").read_bytes() == b"x"
    assert (tmp_path / "d.py").read_bytes() == b""


@pytest.mark.parametrize("path", ["", "/etc/x", "../x", "a/../../x", "a//b", "./x", "a/.", "a/", ".."])
def test_a_path_that_leaves_the_tree_is_refused(tmp_path: Path, path: str) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    with pytest.raises(ValueError, match="not a path"):
        write_tree(str(root), {path: b""})
    assert [*root.iterdir()] == []
    assert [*tmp_path.iterdir()] == [root]


def test_what_is_there_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("ours")
    root = tmp_path / "tree"
    root.mkdir()
    (root / "a.py").symlink_to(tmp_path / "outside")
    with pytest.raises(FileExistsError):
        write_tree(str(root), {"a.py": b"theirs"})
    assert (tmp_path / "outside").read_text() == "ours"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("ours")
    return outside


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return scratch


def test_everything_is_swept_and_links_are_not_followed(scratch: Path, outside: Path) -> None:
    (scratch / "file").write_text("x")
    (scratch / "closed").mkdir()
    (scratch / "closed" / "inner").mkdir()
    (scratch / "closed" / "inner" / "link").symlink_to(outside)
    (scratch / "link").symlink_to(outside)
    (scratch / "dangling").symlink_to("nowhere")
    os.mkfifo(scratch / "fifo")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(scratch / "sock"))
    (scratch / ".sweep-0").write_text("a name of ours")
    (scratch / "closed" / "inner").chmod(0)
    (scratch / "closed").chmod(0)
    sweep(str(scratch))
    assert [*scratch.iterdir()] == []
    assert (outside / "file").read_text() == "ours"


def test_depth_costs_no_recursion_and_no_path(scratch: Path) -> None:
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(scratch)
        for _ in range(2000):
            os.mkdir("d" * 20)
            os.chdir("d" * 20)
        Path("file").write_text("x")
    finally:
        os.chdir(here)
        os.close(here)
    sweep(str(scratch))
    assert [*scratch.iterdir()] == []


def test_many_entries_are_swept(scratch: Path) -> None:
    (scratch / "wide").mkdir()
    for number in range(10_100):
        (scratch / "wide" / str(number)).touch()
    sweep(str(scratch))
    assert [*scratch.iterdir()] == []


def test_no_folder_nothing_to_do(tmp_path: Path) -> None:
    sweep(str(tmp_path / "nothing"))
    (tmp_path / "file").write_text("x")
    sweep(str(tmp_path / "file"))
    assert (tmp_path / "file").exists()
