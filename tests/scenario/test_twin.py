"""The twin of ieee34_ieee13: the same inputs give the same digest, splits never touch, and the manifest says where from."""

import importlib.util
import json
import os
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from invented_wheels import price_lines, prices_wheel, simbench_wheel

from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.catalogue import load_scenario
from gridbench.scenario.check import check
from gridbench.scenario.digest import digest
from gridbench.scenario.series import load
from gridbench.scenario.twin import FORECASTS, USD_PER_EUR, build_twin

KNOWN_FILES = [
    "382a19641b27d304b469f4c06f6f7cce8a70e33227d2d76c9f571ce1a77432b8",
    "aa817cf34998e9d648cbad219824e5f4e7bdfa4bf6b386fd08bb6e9157f7cbeb",
    "ed29bebc6c47c177939ffb5468f253be6d664cc819412a0e446dc6aec7cc1828",
]
"""SHA-256 of the files of simbench 1.6.3 and ev2gym 2.0.0 that the documentation's digest is of."""
PRICES_WHEEL = os.environ.get("GRIDBENCH_EV2GYM_WHEEL")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheels")
    prices = prices_wheel(folder / "ev2gym.whl", price_lines("2015-12-31T23:00", 8784, "%Y-%m-%d %H:%M:%S"))
    return simbench_wheel(folder / "simbench.whl"), prices


@pytest.fixture(scope="module")
def built(wheels, tmp_path_factory):
    folder = tmp_path_factory.mktemp("twin") / "ieee34_ieee13_real-v1"
    return build_twin("ieee34_ieee13", folder, *wheels), folder


def test_it_is_a_scenario_without_faults(built):
    twin, folder = built
    assert check(folder) == []
    scenario = load_scenario(folder / "scenario.toml")
    base = load_scenario("ieee34_ieee13")
    assert (scenario.id, scenario.digest, twin.digest) == ("ieee34_ieee13_real-v1", digest(folder), digest(folder))
    assert scenario.devices == base.devices
    assert scenario.feeder == base.feeder


def test_days_of_splits_never_touch_and_day_0_is_in_none(built):
    _, folder = built
    owner = {day: name for name, split in load_scenario(folder / "scenario.toml").splits.items() for day in split.days}
    assert 0 not in owner
    assert {"train", "validation", "test"} == set(owner.values())
    assert all(owner[day] == owner[after] or after > day + 1 for day, after in pairwise(sorted(owner)))


def test_the_same_packages_give_the_same_bytes(built, wheels, tmp_path):
    twin, folder = built
    again = build_twin("ieee34_ieee13-v1", tmp_path / "other", *wheels)
    assert (again.digest, again.series_digest) == (twin.digest, twin.series_digest)
    for name in ("scenario.toml", "series/real.npz", "manifest.json"):
        assert (tmp_path / "other" / name).read_bytes() == (folder / name).read_bytes()


def test_the_manifest_says_what_it_is_made_of(built):
    twin, folder = built
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["digest"] == twin.digest
    assert manifest["series"]["content_sha256"] == twin.series_digest
    assert [(one["package"], one["version"]) for one in manifest["origins"]] == [("simbench", "1.6.0")] * 2 + [
        ("ev2gym", "2.0.0")
    ]
    assert all(len(one["sha256"]) == 64 and one["licence"] and one["attribution"] for one in manifest["origins"])
    assert manifest["splits"]["train"][0] == 1


def test_prices_are_converted_and_loads_scaled_by_training_days(built):
    twin, folder = built
    columns = load(folder / "series" / "real.npz").columns
    expected = [((hour * 7) % 50 + 0.5) * USD_PER_EUR for hour in range(8784)]
    np.testing.assert_allclose(columns["price_usd_per_mwh"], expected, atol=0.0051)
    at = np.concatenate([np.arange(24 * day, 24 * day + 24) for day in twin.manifest["splits"]["train"]])
    for name in ("load_residential_a", "load_industrial"):
        assert np.quantile(columns[name][at], 0.999) == pytest.approx(1.0, abs=1e-3)


def test_stated_errors_are_those_of_the_forecasts(built):
    twin, folder = built
    columns = load(folder / "series" / "real.npz").columns
    for name, errors in twin.manifest["forecast_errors"].items():
        away = columns[f"forecast_{name}"][24:] - columns[name][24:]
        assert errors["mae"] == pytest.approx(np.abs(away).mean(), abs=1e-4)
        assert errors["rmse"] == pytest.approx(np.sqrt((away**2).mean()), abs=1e-4)


def test_a_forecaster_of_stated_skill(built, wheels, tmp_path):
    _, folder = built
    twin = build_twin("ieee34_ieee13", tmp_path / "ieee34_ieee13_real_foreseen-v1", *wheels, forecast="skill")
    assert check(tmp_path / twin.id) == []
    columns, before = (load(one / "series" / "real.npz").columns for one in (tmp_path / twin.id, folder))
    for name, values in columns.items():
        assert np.array_equal(values, before[name]) != name.startswith("forecast_")
    with pytest.raises(UnknownName, match="did you mean 'skill'"):
        build_twin("ieee34_ieee13", tmp_path / "x", *wheels, forecast="skil")


def test_what_has_no_twin(tmp_path, wheels, built):
    with pytest.raises(InvalidInput, match=r"ieee34_ieee13_real-v1 has none; choose ieee34_ieee13-v1"):
        build_twin(str(built[1] / "scenario.toml"), tmp_path / "x", *wheels)
    with pytest.raises(InvalidInput, match="call it ieee34_ieee13_real-v1"):
        build_twin("ieee34_ieee13", tmp_path / "other-v1", *wheels)
    assert not (tmp_path / "other-v1").exists()


@pytest.mark.skipif(
    importlib.util.find_spec("simbench") is None or (importlib.util.find_spec("ev2gym") is None and PRICES_WHEEL is None),
    reason="needs the extras `simbench` and `nlprices`, or GRIDBENCH_EV2GYM_WHEEL with the path of ev2gym's wheel",
)
@pytest.mark.parametrize("forecast", FORECASTS)
def test_the_real_twin_has_the_digest_of_the_documentation(tmp_path, forecast):
    twin = build_twin("ieee34_ieee13", tmp_path / "twin", None, Path(PRICES_WHEEL) if PRICES_WHEEL else None, forecast)
    if [one.sha256 for one in twin.origins] != KNOWN_FILES:
        pytest.skip("other versions of the packages")
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    assert re.search(rf"^{forecast} +{twin.series_digest}$", page, flags=re.MULTILINE)
