"""What a child may see: the interpreter and its libraries, nothing of gridbench."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import gridbench
from gridbench.isolation import reach as reaches
from gridbench.isolation.reach import Reach

PARTS = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(lambda parts: Path("/", *parts))


def test_the_interpreter_and_numpy_are_shown_and_gridbench_is_not():
    reach = Reach()
    assert any(one in {reach.interpreter, *reach.interpreter.parents} for one in reach.shown)
    assert any(one in Path(np.__file__).resolve().parents for one in reach.shown)
    package = Path(gridbench.__file__).resolve().parent
    assert not any(one in {package, *package.parents} for one in reach.shown) or package in reach.hidden
    assert reach.interpreter == Path(sys.executable).resolve()


def test_hidden_folders_are_left_out_of_what_may_be_read(tmp_path, monkeypatch):
    packages = tmp_path.resolve() / "lib" / "site-packages"
    for name in ("numpy", "gridbench", "scipy"):
        (packages / name).mkdir(parents=True)
        (packages / name / "__init__.py").touch()
    (packages / "gridbench.pth").touch()
    (packages / "link").symlink_to(packages / "gridbench")
    monkeypatch.setattr(Reach, "packages", (packages,))
    monkeypatch.setattr(Reach, "shown", (packages.parent,))
    secret = packages / "scipy"
    reach = Reach((secret, tmp_path / "elsewhere", tmp_path))
    assert set(reach.hidden) == {packages / "gridbench", secret}
    read, listed = reach.parted
    assert set(read) == {str(packages / "numpy"), str(packages / "gridbench.pth")}
    assert listed == (str(packages.parent), str(packages))


def test_copies_of_other_interpreters_are_hidden_too(tmp_path, monkeypatch):
    lib = tmp_path.resolve() / "lib"
    for name in ("python3.11/site-packages", "python3/dist-packages"):
        (lib / name / "gridbench").mkdir(parents=True)
    monkeypatch.setattr(Reach, "packages", ())
    monkeypatch.setattr(Reach, "shown", (lib,))
    assert {one.parent.parent.name for one in Reach().hidden} == {"python3.11", "python3"}


@given(st.lists(PARTS, max_size=8))
def test_of_folders_inside_one_another_the_outermost_stay(paths):
    kept = list(reaches._outermost(paths))
    assert all(sum(one in {path, *path.parents} for one in kept) == 1 for path in paths)
    assert set(kept) <= set(paths)
    assert len(set(kept)) == len(kept)
