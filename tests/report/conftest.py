"""Runs whose pages are made: of the tiny scenario, and of shipped ones from the records in results."""

import shutil
from pathlib import Path

import pytest
from bench.conftest import copied, own_cache, played, tiny, tiny_folder

from gridbench.scenario.catalogue import load_scenario

__all__ = ["copied", "own_cache", "played", "tiny", "tiny_folder"]
RESULTS = Path(__file__).parents[2] / "results"


@pytest.fixture(scope="session")
def ieee13():
    return load_scenario("ieee13-v1")


@pytest.fixture
def shipped(tmp_path):
    """A copy of a shipped record's folder."""

    def copy(name):
        folder = tmp_path / name.replace("/", "-")
        shutil.copytree(RESULTS / name, folder)
        return folder

    return copy
