"""The generated price zone has the statistics of the observed one."""

import json
from pathlib import Path

import numpy as np
import pytest
import year_statistics

from gridbench.scenario.series.generator import generate_region
from gridbench.scenario.series.presets import CAISO_LIKE, NW_EUROPE, PRESETS, shifted

HERE = Path(__file__).parent
FILES = {"caiso_like": "targets.json", "nw_europe": "targets_nw_europe.json"}
BANDS = {preset: json.loads((HERE / file).read_text(encoding="utf-8"))["bands"] for preset, file in FILES.items()}
CASES = [(preset, group, name) for preset, bands in BANDS.items() for group, names in bands.items() for name in names]
SEEDS = range(8)


def means(preset, seeds, **how):
    years = [generate_region(preset, seed) for seed in seeds]
    found = [year_statistics.of_region(year, preset.price_column, **how) for year in years]
    return {group: {name: np.mean([one[group][name] for one in found]) for name in found[0][group]} for group in found[0]}


@pytest.fixture(scope="module")
def caiso_like():
    return means(CAISO_LIKE, SEEDS)


@pytest.fixture(scope="module")
def generated(caiso_like):
    return {"caiso_like": caiso_like, "nw_europe": means(NW_EUROPE, SEEDS, pv_of_highest=True)}


def test_every_preset_has_bands():
    assert set(FILES) == set(PRESETS)


@pytest.mark.parametrize(("preset", "group", "name"), CASES)
def test_mean_over_years_lies_in_the_band(generated, preset, group, name):
    low, high = BANDS[preset][group][name]["band"]
    assert low <= generated[preset][group][name] <= high


@pytest.mark.parametrize(("preset", "group", "name"), CASES)
def test_the_band_holds_an_observed_year_or_says_why_not(preset, group, name):
    target = BANDS[preset][group][name]
    low, high = target["band"]
    assert any(low <= value <= high for value in target["observed"]) != bool(target.get("gap"))


@pytest.mark.parametrize("preset", FILES)
def test_every_statistic_has_a_band(generated, preset):
    found = {(preset, group, name) for group, names in generated[preset].items() for name in names}
    assert found == {case for case in CASES if case[0] == preset}


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
