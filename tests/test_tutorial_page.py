"""docs/tutorial.md: every block runs, in order, in an empty folder, and prints what the page shows."""

from __future__ import annotations

import contextlib
import io
import re
import shlex

import pytest
from pages import Page

from gridbench.cli import main
from gridbench.plant.compiler import cache_folder as compiled_kernels

pytest.importorskip("pandapower")
# pandapower's own, in its standard types
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

PAGE = Page("tutorial.md")
BLOCKS = re.findall(r"```(python|console)\n(.*?)```\n(?:```text\n(.*?)```\n)?", PAGE.text, flags=re.DOTALL)
NUMBER = re.compile(r"-?\d+(\.\d+)?")
TIMED = {"seconds": 4, "ms/decision": -1}
"""Columns of tables that no two runs share, by a word of their header: the place of their cell in a row."""
GAP = 3
"""The place of the certified gap in the table of `solve`, which depends on the solver's last digits."""


@pytest.fixture(autouse=True)
def empty(tmp_path, monkeypatch):
    """Work in an empty folder, with a cache of solved intervals of its own and the compiled kernels of all."""
    kernels = compiled_kernels()
    kernels.mkdir(parents=True, exist_ok=True)
    (tmp_path / "cache" / "gridbench").mkdir(parents=True)
    (tmp_path / "cache" / "gridbench" / "kernels").symlink_to(kernels, target_is_directory=True)
    monkeypatch.setenv("GRIDBENCH_CACHE", str(tmp_path / "cache"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def commands(block):
    """The commands of a block of the console, each with what it shows."""
    return [part.split("\n", 1) for part in re.split(r"^\$ gridbench ", block, flags=re.MULTILINE)[1:]]


def told(command):
    """What a command prints: its answer, or its faults."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(shlex.split(command))
    return out.getvalue() if code == 0 else err.getvalue()


def masked(text):
    """The lines of a text as cells, without those that time decides."""
    lines, drop = [], []
    for line in text.splitlines():
        cells = line.split()
        named = [place for word, place in TIMED.items() if word in cells]
        if named:
            drop = [*named, GAP] if "seconds" in cells else named
        elif drop and cells and NUMBER.fullmatch(cells[drop[0]]):
            cells = [cell for place, cell in enumerate(cells) if place not in {at % len(cells) for at in drop}]
        lines.append(cells)
    return lines


def assert_alike(shown, printed):
    """Equal words; numbers with a point within 2 % or 0.02, for solvers differ in their last digits."""
    shown, printed = masked(shown), masked(printed)
    assert len(shown) == len(printed), printed
    for expected, found in zip(shown, printed, strict=True):
        assert len(expected) == len(found), (expected, found)
        for one, other in zip(expected, found, strict=True):
            if "." in one and NUMBER.fullmatch(one) and NUMBER.fullmatch(other):
                assert float(other) == pytest.approx(float(one), rel=0.02, abs=0.02), (expected, found)
            elif not set(one) <= {"-"}:
                assert one == other, (expected, found)


def test_every_block_runs_and_prints_what_it_shows(empty):
    names = {"__name__": "page"}
    for kind, code, shown in BLOCKS:
        if kind == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(code, PAGE.name, "exec"), names)  # noqa: S102 - the page is ours
            assert_alike(shown, out.getvalue())
            continue
        for command, answer in commands(code):
            assert_alike(answer, told(command))
    assert (empty / "street.svg").read_text().startswith("<?xml")
    assert "> Fill in:" in (empty / "street-v1" / "CARD.md").read_text()


def test_every_fence_is_a_block():
    assert len(BLOCKS) == sum(PAGE.text.count(f"```{kind}") for kind in ("python", "console"))
    assert all(line.startswith("$ gridbench ") for line in re.findall(r"^\$.*", PAGE.text, flags=re.MULTILINE))
