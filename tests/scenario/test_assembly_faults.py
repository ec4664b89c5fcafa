"""Every fault of a scenario built in code is reported, all at once, each with its place and its mend."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
from assembled import BATTERY, DIESEL, OPERATOR, OWNER, microgrid
from plug_in_heater import Heater

from gridbench.errors import InvalidInput
from gridbench.networks import IEEE13Bus, NominalLoad
from gridbench.physics.devices import GridTie, Regulator, Renewable, VoltageBand
from gridbench.physics.terms import Device
from gridbench.scenario.assembly import with_device
from gridbench.scenario.scenario import AgentGroup
from gridbench.scenario.series.columns import FORECAST
from gridbench.scenario.series.years import seeded_years

SOLAR = Renewable(name="solar", bus="675", p_rated_mw=0.5, s_max_mva=0.5, profile="pv_a")
TAPS = Regulator(name="taps", branch="650-rg60")
TANK = Heater(name="tank", bus="671", power_mw=0.5, heat_mwh=2.0)
TIE = GridTie(name="grid", bus="650", rating_mva=3.0, price="price_usd_per_mwh", overload_usd_per_h=1.0)


@dataclass(frozen=True)
class Branched(Device):
    name: str
    branch: str
    kind: ClassVar[str] = "branched"


@dataclass(frozen=True)
class Nameless(Device):
    bus: str


@dataclass(frozen=True)
class Armed(Device):
    name: str
    bus: str
    act: object
    kind: ClassVar[str] = "armed"


class Bare(Device):
    pass


def owned(*devices):
    """The devices, and an owner of them all."""
    return {"devices": devices, "agents": (OPERATOR, AgentGroup("owner", tuple(device.name for device in devices), ()))}


def without(*names):
    """Generated years, of which the last has some columns less."""
    years = dict(seeded_years("caiso_like", 0))
    columns = {name: values for name, values in years["test"].columns.items() if name not in names}
    return {"series": years | {"test": replace(years["test"], columns=columns)}}


YEAR = seeded_years("caiso_like", 0)["train"]
FAULTS = {
    "bus": (owned(replace(DIESEL, bus="6333")), "device[0] (diesel).bus: unknown bus '6333': did you mean '633'"),
    "branch": (
        owned(replace(TAPS, branch="650-rg6")),
        "device[0] (taps).branch: unknown branch '650-rg6': did you mean '650-rg60'",
    ),
    "ratio": (
        owned(TAPS) | {"feeder": IEEE13Bus(neutral_regulators=False)},
        "device[0] (taps).branch: has a fixed ratio of",
    ),
    "one name": (owned(DIESEL, replace(BATTERY, name="diesel")), "device[0], device[1]: the name 'diesel' is used 2 times"),
    "name of a load": (owned(replace(DIESEL, name="load.671")), "device: 'load.671' is the name of a nominal load too"),
    "contradiction": (owned(replace(BATTERY, power_mw=2.0)), "device[0] (battery): power_mw must not be above s_max_mva"),
    "range": (owned(replace(BATTERY, power_mw=-2.0)), "device[0] (battery).power_mw: is -2.0; mend: it must be greater than 0"),
    "contradiction of a plug-in": (owned(replace(TANK, leak_per_h=1.5)), "device[0] (tank): the tank must not leak all"),
    "range of a plug-in": (owned(replace(TANK, heat_mwh=np.nan)), "device[0] (tank).heat_mwh: is nan"),
    "owned by none": ({"agents": (OPERATOR, AgentGroup("owner", ("diesel",), ()))}, "agent: device 'battery' is owned by none"),
    "owned by two": (
        {"agents": (OPERATOR, OWNER, AgentGroup("thief", ("diesel",), ()))},
        "agent: owner and thief own the same device: diesel",
    ),
    "owned twice over": (
        {"agents": (replace(OPERATOR, devices=("disel",)), OWNER)},
        "agent[0] (operator).devices[0]: unknown device",
    ),
    "bus of an agent": ({"agents": (OPERATOR, replace(OWNER, buses=("63",)))}, "agent[1] (owner).buses[0]: unknown bus '63'"),
    "no agent": ({"agents": ()}, "agent: missing; mend: give at least 1"),
    "second tie": ({"tie": TIE, "devices": (DIESEL, BATTERY, replace(TIE, name="b"))}, "device[3] (grid): a second grid_tie"),
    "place of the tie": (
        {"tie": replace(TIE, bus="671")},
        "device[2] (grid).bus: a grid_tie stands at the root; mend: put it at",
    ),
    "no demand": ({"feeder": IEEE13Bus().scaled(load=0.0)}, "device: no device of kind grid_tie; mend: add one at the root"),
    "demand that vanishes": ({"demand_profile": None}, "loads: 8 nominal loads of feeder 'MG1' follow no profile"),
    "demand below zero": (
        {"feeder": replace(IEEE13Bus(), loads=(NominalLoad("671", -1.0, 0.0),))},
        "demand: load.671 generates 1 MW",
    ),
    "profile of the demand": ({"demand_profile": "load_home"}, "demand.profile: unknown column 'load_home'"),
    "column": (owned(replace(SOLAR, profile="pv_d")), "device[0] (solar).profile: unknown column 'pv_d': did you mean 'pv_"),
    "unit of a column": (
        owned(replace(SOLAR, profile="temperature_c")),
        "device[0] (solar).profile: column 'temperature_c' is in",
    ),
    "column of a plug-in": (
        owned(replace(TANK, outside="temperature_f")),
        "device[0] (tank).inputs: unknown column 'temperature_f'",
    ),
    "column of one split": (
        owned(TANK) | without("temperature_c"),
        "split: test[0] has no column 'temperature_c', which devices read",
    ),
    "forecast": (
        owned(SOLAR) | without(FORECAST + "pv_a"),
        "split: test[0] has no column 'forecast_pv_a', which observations read",
    ),
    "long day": ({"steps": 25}, "time: steps * step_h is 25 h"),
    "uneven step": ({"step_h": 0.9}, "time: step_h = 0.9 does not divide the day"),
    "no step": ({"step_h": 0.0}, "time.step_h: is 0.0; mend: it must be greater than 0"),
    "step that is not generated": ({"step_h": 2.0, "steps": 12}, "series: none are given, and none generated: step_h is 2.0"),
    "step of the series": ({"step_h": 0.5, "series": {"train": YEAR}}, "split[0] (train).series[0]: train[0] has steps of 1 h"),
    "seed": ({"seed": -1}, "seed: is -1; mend: give a whole number"),
    "no series": ({"series": {}}, "series: missing"),
    "no series of a split": ({"series": {"train": ()}}, "split[0] (train).series: is (); mend"),
    "what is no series": ({"series": {"train": [YEAR.columns]}}, "series['train']: holds something that is no Series"),
    "shared days": ({"series": {"train": YEAR, "test": YEAR}}, "split[1] (test).days: split[0] (train) uses days 0, 1, 2, "),
    "day": ({"days": {"test": (365,)}}, "split[2] (test).days[0]: there is no day 365 in its series"),
    "split of the days": ({"days": {"tst": (3,)}}, "days: unknown split 'tst': did you mean 'test'"),
    "voltage": ({"voltage": VoltageBand(v_min_pu=1.1, v_max_pu=1.0, excess_usd_per_pu2_h=1.0)}, "voltage: "),
    "blackout": ({"blackout_usd": -1.0}, "blackout.blackout_usd: is -1.0"),
    "lost load": ({"lost_load_usd_per_mwh": 0.0}, "demand.lost_load_usd_per_mwh: is 0.0"),
    "anchor": ({"anchor": "best"}, "anchor: is 'best'"),
    "version": ({"version": 0}, "version: is 0"),
    "branch of a plug-in": (owned(Branched("b", "632-671")), "device[0] (b): stands in a branch, where only a regulator may"),
    "no dataclass": ({"devices": (DIESEL, BATTERY, Bare())}, "device[2]: is a Bare, which is no dataclass"),
    "no name": ({"devices": (DIESEL, BATTERY, Nameless("671"))}, "device[2]: has no name"),
    "no kind": ({"devices": (DIESEL, BATTERY, Nameless("671"))}, "device[2]: has no kind"),
    "no device": ({"devices": (DIESEL, BATTERY, OWNER)}, "device[2] (owner): is a AgentGroup, which is no device"),
    "no digest": (owned(Armed("a", "671", print)), "device[0] (a): holds <built-in function print>"),
}


@pytest.mark.parametrize(("change", "text"), FAULTS.values(), ids=FAULTS)
def test_each_fault_has_its_place(change, text):
    with pytest.raises(InvalidInput) as error:
        microgrid(**change)
    assert [fault for fault in error.value.faults if fault.startswith(text)], f"{text!r} is not in\n{error.value}"
    assert len(error.value.faults) <= 3


def test_faults_are_reported_together():
    devices = (replace(DIESEL, bus="nowhere"), replace(BATTERY, power_mw=9.0), TANK, replace(SOLAR, profile="pv_x"))
    with pytest.raises(InvalidInput, match="scenario 'microgrid'") as error:
        microgrid(devices=devices, blackout_usd=-1.0, version=0, days={"tst": (1,)})
    places = [fault.split(":")[0] for fault in error.value.faults]
    assert sorted(places) == sorted([
        "version", "blackout.blackout_usd", "days", "device[0] (diesel).bus", "device[1] (battery)",
        "device[3] (solar).profile", "agent", "agent",
    ])  # fmt: skip


def test_one_device_more_is_held_to_the_same():
    with pytest.raises(InvalidInput) as error:
        with_device(microgrid(), replace(TANK, bus="67", outside="temperature_f"), "ownr")
    assert [fault.split(":")[0] for fault in error.value.faults] == ["agent", "device[11] (tank).bus", "device[11] (tank).inputs"]
    with pytest.raises(InvalidInput, match="the name 'diesel' is used 2 times"):
        with_device(microgrid(), replace(TANK, name="diesel"), "owner")
