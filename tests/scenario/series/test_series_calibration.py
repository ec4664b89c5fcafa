"""The generated price zone has the statistics of the observed one."""

import json
from pathlib import Path

import numpy as np
import pytest
import year_statistics

from gridbench.scenario.series.generator import generate_region
from gridbench.scenario.series.presets import CAISO_LIKE, NW_EUROPE, shifted

BANDS = json.loads(Path(__file__).with_name("targets.json").read_text())["bands"]
CASES = [(group, name) for group, names in BANDS.items() for name in names]


def means(preset, seeds):
    found = [year_statistics.of_region(generate_region(preset, seed), preset.price_column) for seed in seeds]
    return {group: {name: np.mean([one[group][name] for one in found]) for name in found[0][group]} for group in found[0]}


@pytest.fixture(scope="module")
def caiso_like():
    return means(CAISO_LIKE, range(8))


@pytest.mark.parametrize(("group", "name"), CASES)
def test_mean_over_years_lies_in_the_band(caiso_like, group, name):
    low, high = BANDS[group][name]["band"]
    assert low <= caiso_like[group][name] <= high


@pytest.mark.parametrize(("group", "name"), CASES)
def test_the_band_holds_an_observed_year(group, name):
    low, high = BANDS[group][name]["band"]
    assert any(low <= value <= high for value in BANDS[group][name]["observed"])


def test_every_statistic_has_a_band(caiso_like):
    assert {(group, name) for group, names in caiso_like.items() for name in names} == set(CASES)


def test_nw_europe_is_windy_dark_and_dear(caiso_like):
    found = means(NW_EUROPE, range(6))
    assert 0.26 <= found["wind"]["CF"] <= 0.34
    assert 0.09 <= found["pv"]["CF"] <= 0.14
    assert 65 <= found["price"]["mean"] <= 96
    assert 3 <= found["price"]["neg"] <= 11
    assert found["pv"]["CF"] < caiso_like["pv"]["CF"]


def test_the_shifted_year_is_another_market(caiso_like):
    found = means(shifted(CAISO_LIKE), range(4))
    assert found["price"]["neg"] > 1.5 * caiso_like["price"]["neg"]
    assert found["corr"]["netmin"] < caiso_like["corr"]["netmin"]
    assert found["corr"]["netmax"] > caiso_like["corr"]["netmax"]
