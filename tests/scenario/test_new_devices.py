"""Scenario files and code state cars, flexible loads and breakers; what they lack is told, and nothing else is renamed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from assembled import BATTERY, DIESEL, microgrid

from gridbench.cli import main
from gridbench.errors import InvalidInput
from gridbench.physics.devices import EvCharger, FlexibleLoad, Generator
from gridbench.scenario.check import check, summary
from gridbench.scenario.content import plain
from gridbench.scenario.file import read
from gridbench.scenario.series import save
from gridbench.scenario.series.ev import EvSite
from gridbench.scenario.series.generator import generate
from gridbench.scenario.series.presets import CAISO_LIKE

TINY = Path(__file__).parent.parent / "bench" / "tiny.toml"
DEVICES = """
[[device]]
kind = "ev_charger"
name = "cars"
bus = "634"
power_mw = 0.2
s_max_mva = 0.22
cars = "ev_work"
unmet_usd_per_mwh = 800.0

[[device]]
kind = "flexible_load"
name = "cooling"
bus = "671"
p_mw = 0.2
profile = "load_commercial"
share_min = 0.4
share_max = 2
shift_mwh = 0.3
missing_usd_per_mwh = 200.0
lost_load_usd_per_mwh = 4000.0

[[agent]]
name = "more"
devices = ["cars", "cooling"]
"""


def days(**columns):
    series = generate(replace(CAISO_LIKE, ev_sites=(EvSite("ev_work", "workplace", 30),)), 1, days=2)
    return replace(series, columns={**series.columns, "connected_unit": np.ones(series.n), **columns})


@pytest.fixture
def folder(tmp_path):
    """Write the tiny scenario with more devices and texts replaced, and return its folder."""

    def write(*changes, series=None):
        home = tmp_path / "tiny-v1"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        text = TINY.read_text() + DEVICES
        for old, new in (("ramp_mw_per_h = 0.3", 'ramp_mw_per_h = 0.3\nconnection = "connected_unit"'), *changes):
            assert old in text
            text = text.replace(old, new, 1)
        (home / "scenario.toml").write_text(text)
        save(days() if series is None else series, home / "series" / "test.npz")
        return home

    return write


def test_a_file_states_them(folder):
    scenario = read(folder())
    found = {device.name: device for device in scenario.devices}
    assert isinstance(found["cars"], EvCharger)
    assert isinstance(found["cooling"], FlexibleLoad)
    assert (found["cars"].s_max_mva, found["cars"].efficiency, found["cooling"].share_max) == (0.22, 0.95, 2.0)
    assert found["diesel"].connection == "connected_unit"
    assert found["battery"].connection is None
    assert {"ev_work_asked", "connected_unit"} <= set(scenario.columns)


def test_check_prints_them(folder, capsys):
    assert main(["check", str(folder())]) == 0
    told = capsys.readouterr().out
    assert "1 ev_charger, 1 flexible_load, 1 generator" in told
    assert summary(read(folder())).devices["flexible_load"] == 1


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (('cars = "ev_work"', 'cars = "ev_home"'), "device[4] (cars).cars: the series have no column 'ev_home_plugged'"),
        (('"connected_unit"', '"connected_unti"'), "(diesel).connection: unknown column 'connected_unti': did you mean"),
        (('"connected_unit"', '"pv_a"'), "(diesel).connection: column 'pv_a' tells of no breaker; mend: name one that"),
        (('"connected_unit"', '"price_usd_per_mwh"'), "(diesel).connection: column 'price_usd_per_mwh' is in currency/MWh"),
        (("share_max = 2", "share_max = 0.9"), "(cooling).share_max: is 0.9"),
        (("s_max_mva = 0.22", "s_max_mva = 0.1"), "(cars): power_mw must not be above s_max_mva"),
        (("unmet_usd_per_mwh = 800.0\n", ""), "(cars).unmet_usd_per_mwh: missing"),
    ],
)
def test_faults_are_told_where_they_stand(folder, change, fault):
    assert any(fault in one for one in check(folder(change))), check(folder(change))


def test_a_series_without_the_forecast_of_cars_is_refused_and_without_one_of_outages_is_not(folder):
    whole = days()
    kept = {name: values for name, values in whole.columns.items() if name != "forecast_ev_work_due"}
    faults = check(folder(series=replace(whole, columns=kept)))
    assert len(faults) == 1
    assert "series/test.npz has no column 'forecast_ev_work_due', which observations read; mend: add it" in faults[0]
    with pytest.raises(InvalidInput, match=r"connected_unit.*outside \[0, 1\]"):
        days(connected_unit=np.full(whole.n, 2.0))


def test_an_option_that_is_not_taken_renames_no_scenario():
    named = plain(DIESEL)[1]
    assert "connection" not in named
    assert {"name", "min_up_steps", "start_usd"} <= set(named)
    other = microgrid(devices=(replace(DIESEL, connection="connected_unit"), BATTERY), series={"test": days()})
    assert other.digest != microgrid(series={"test": days()}).digest
    assert isinstance(other.devices[0], Generator)
