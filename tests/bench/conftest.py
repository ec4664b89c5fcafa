"""A scenario that is solved in a second, as a folder, with a cache of its own."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from own_cache import own_cache  # noqa: F401 - every test here has it

from gridbench.bench.runner import run
from gridbench.scenario.catalogue import load_scenario
from gridbench.scenario.series.frozen import save
from gridbench.scenario.series.series import Series

HOURS = np.arange(3 * 24)


def day_series():
    swing = np.sin((HOURS - 1.0) / 3.0 * math.pi)
    columns = {
        "load_residential_a": np.round(0.7 + 0.2 * swing, 4),
        "pv_a": np.round(np.clip(0.4 - 0.5 * swing, 0.0, 1.0), 4),
        "price_usd_per_mwh": np.round(60.0 + 40.0 * swing + HOURS / 24.0, 2),
    }
    forecasts = {f"forecast_{name}": values.copy() for name, values in columns.items()}
    return Series("test", "hand", 0, 1.0, "2023-01-01T00:00:00+00:00", 0.0, columns | forecasts)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenarios") / "tiny-v1"
    folder.mkdir()
    shutil.copy(Path(__file__).with_name("tiny.toml"), folder / "scenario.toml")
    save(day_series(), folder / "series" / "test.npz")
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_folder):
    return load_scenario(tiny_folder)


@pytest.fixture(scope="session")
def played(tiny, tmp_path_factory):
    """Finished runs by name, to be read only."""
    root = tmp_path_factory.mktemp("results")
    return {name: run(tiny, name, out=root / name, seeds=2, quiet=True) for name in ("idle", "random", "foresight")}


@pytest.fixture
def copied(played, tmp_path):
    """A copy of a finished run's folder, to be altered."""

    def copy(name):
        folder = tmp_path / name
        shutil.copytree(played[name].folder, folder)
        return folder

    return copy
