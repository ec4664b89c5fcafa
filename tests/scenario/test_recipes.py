"""Recipes: each writes the scenario.toml that is committed, and one that reads without a fault but for its series."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gridbench.scenario.catalogue import scenario_root
from gridbench.scenario.check import check
from gridbench.scenario.digest import FILE
from gridbench.scenario.series import freeze, load

RECIPES = scenario_root() / "recipes"
LARGER = ("ieee34", "ieee123", "cigre_lv", "ieee34_ieee13_heron", "ieee123_fleet", "district")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """What all recipes write now, in a folder of their own."""
    home = tmp_path_factory.mktemp("scenarios")
    shutil.copytree(RECIPES, home / "recipes", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, str(home / "recipes")]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    return home


@pytest.fixture(scope="module")
def names(fresh):
    return sorted(path.parent.name for path in Path(fresh).glob(f"*/{FILE}"))


def test_no_committed_scenario_is_stale(fresh, names):
    stale = [
        name
        for name in names
        if (scenario_root() / name / FILE).is_file()
        and (scenario_root() / name / FILE).read_bytes() != (fresh / name / FILE).read_bytes()
    ]
    assert stale == [], "run python scenarios/recipes, or publish an edit as a new version"


def test_every_recipe_lacks_its_series_only(fresh, names):
    assert names
    for name in names:
        faults = check(fresh / name)
        assert [fault for fault in faults if "no such file" not in fault] == [], name


@pytest.mark.parametrize("name", ["ieee13", *(pytest.param(one, marks=pytest.mark.slow) for one in LARGER)])
def test_no_committed_year_is_stale(fresh, name):
    """Other builds of numpy and scipy may round a few cells the other way."""
    command = [sys.executable, str(fresh / "recipes"), name, "--series"]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    years = sorted(path.name for path in (scenario_root() / f"{name}-v1" / "series").iterdir())
    assert years == sorted(path.name for path in (fresh / f"{name}-v1" / "series").iterdir())
    for year in years:
        shipped, again = (freeze(load(home / f"{name}-v1" / "series" / year)) for home in (scenario_root(), fresh))
        assert shipped.keys() == again.keys()
        away = np.concatenate([again[column] - cells for column, cells in shipped.items()])
        assert np.abs(away).max() <= 1
        assert np.count_nonzero(away) <= 10
