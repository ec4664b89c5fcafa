"""The trainers' files, imported as their scripts do. Without torch these tests are skipped."""

from __future__ import annotations

import importlib
import importlib.util
import sys

import pytest
from trainer_files import BASELINES

from gridbench.scenario.catalogue import load_scenario


@pytest.fixture
def shared(monkeypatch):
    """Return a function that imports a file of baselines/common."""
    pytest.importorskip("torch")
    monkeypatch.syspath_prepend(str(BASELINES))
    yield lambda name: importlib.import_module(f"common.{name}")
    for name in [one for one in sys.modules if one.split(".")[0] == "common"]:
        sys.modules.pop(name)


@pytest.fixture
def fast(shared, monkeypatch):  # noqa: ARG001
    """The fast trainer as a module."""
    spec = importlib.util.spec_from_file_location("fast_train", BASELINES / "fast" / "train.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "fast_train", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def small():
    """One feeder with one agent."""
    return load_scenario("ieee13-v1")


@pytest.fixture(scope="session")
def grouped():
    """Three microgrids that share an actor, and an operator."""
    return load_scenario("ieee34_ieee13-v1")
