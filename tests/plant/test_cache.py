"""Generated code is kept where the user says, else in the user's cache, else in a temporary folder."""

from __future__ import annotations

import dataclasses
import errno
import tempfile
from pathlib import Path

import numpy as np
import pytest

from gridbench.errors import StorageError
from gridbench.plant.compiler import _write, cache_folder
from gridbench.plant.plant import Plant


def test_the_cache_is_where_the_user_says(monkeypatch, tmp_path):
    monkeypatch.setenv("GRIDBENCH_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "own" / "gridbench" / "kernels"
    monkeypatch.delenv("GRIDBENCH_CACHE")
    assert cache_folder() == tmp_path / "xdg" / "gridbench" / "kernels"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "gridbench" / "kernels"


def test_a_damaged_file_is_written_anew(monkeypatch, tmp_path):
    monkeypatch.setenv("GRIDBENCH_CACHE", str(tmp_path))
    path = _write("kernel_test", "a = 1\n")
    path.write_text("a =")
    assert _write("kernel_test", "a = 1\n").read_text() == "a = 1\n"
    assert list(path.parent.iterdir()) == [path]


def test_a_cache_that_cannot_be_written_falls_back_to_a_temporary_folder(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GRIDBENCH_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    assert _write("kernel_test", "a = 1\n").is_relative_to(tmp_path / "temporary")


def test_where_nothing_can_be_written_the_way_out_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GRIDBENCH_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    with pytest.raises(StorageError, match="set GRIDBENCH_CACHE to a folder that can"):
        _write("kernel_test", "a = 1\n")


def test_a_disk_that_fills_while_numba_compiles_is_named_with_the_way_out(scenario, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    plant = Plant(scenario)
    plant.reset([scenario.window("test", 0)])
    monkeypatch.setattr(plant, "_compiled", dataclasses.replace(plant._compiled, step=full))
    with pytest.raises(StorageError, match=r"kernels \(No space left on device\).*set GRIDBENCH_CACHE"):
        plant.step(np.zeros((1, len(plant.layout.asks))))
