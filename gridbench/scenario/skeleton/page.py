"""Page: the text of a new scenario.toml, each key with what it means."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from gridbench.scenario.assembly import LOADING, VOLTAGE
from gridbench.scenario.series.calendar import CONTINGENCY, SHIFTED, split_tables
from gridbench.scenario.skeleton.plan import rounded
from gridbench.scenario.skeleton.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.physics.terms import Device
    from gridbench.scenario.series.calendar import SplitDays
    from gridbench.scenario.skeleton.ground import Ground
    from gridbench.scenario.skeleton.plan import Plan

Value: TypeAlias = "str | bool | int | float | Sequence[str]"

FEEDER = "grid"
"""The name of the one feeder."""
LOST_USD_PER_MWH = 5000.0
VOLTAGE_USD_PER_MW, LOADING_USD_PER_MW, BLACKOUT_USD_PER_MW = 10_000.0, 100.0, 10_000.0
"""Prices over the nominal demand: of voltage over all buses together, of loading a branch, of a dark step."""
LOAD_COLUMN = "load_residential_a"
WIDTH, COMMENT_AT = 118, 40
ABOUT_SPLITS = {
    "train": "whole years to learn from",
    "validation": "spread over all seasons and weekdays of another year, to choose by",
    "test": "of one more year, to be judged on; touch them last",
    "summer_peak": "days of the largest demand of a summer",
    "winter_peak": "and of a winter",
    "spring_valley": "days on which sun and wind outrun the demand",
    CONTINGENCY: "days on which one unit is cut off for some hours; nobody announces it",
    SHIFTED: "out of distribution: hotter, more sun in the region, fuel prices that vary more",
}


def page(name: str, title: str, ground: Ground, planned: Plan, step_h: float, owners: Mapping[str, Sequence[str]]) -> str:
    """Return the text without its splits."""
    size_usd = 10.0 ** round(math.log10(max(40.0 * planned.demand_mw, 1.0)))
    head: dict[str, Value] = {
        "name": name,
        "version": 1,
        "title": title,
        "anchor": "idle",
        "violating_share_max": 0.05,
        "reward_usd": size_usd,
    }
    time = {"step_h": step_h, "steps": round(24 / step_h)}
    return "\n".join([
        f"# {title}. Units are in the names of the keys; per-unit voltages are on the base voltage of the bus, money is in usd.",
        "# `gridbench check` on this folder lists every fault, or what the scenario holds and how a day goes.\n",
        _keys("", head),
        "[time]\n" + _keys("time", time),
        _section("Network"),
        _feeder(ground),
        _section("What breaking a limit costs: prices for policies and oracle alike"),
        *_limits(len(ground.feeder.buses), planned.demand_mw),
        _section("Demand: nominal loads as devices load.<bus>"),
        "[[loads]]\n" + _keys("loads", _demand(planned)),
        _section("Devices of the operator"),
        _device(planned.tie),
        *(_device(one) for one in planned.stepped),
        _section("Units"),
        *(_device(one) for one in planned.units),
        *([_section("Plants that the network held as generation"), *map(_plant, planned.plants)] if planned.plants else []),
        _section("Agents: who decides what, and at whose cost"),
        *_agents(ground, planned, owners),
        _section("Splits: a generated year a file, so that no two splits share weather"),
    ])  # fmt: skip


def splits(days: Sequence[SplitDays]) -> str:
    """Return the tables of the splits, each with what it is for."""
    return "\n".join(f"# {ABOUT_SPLITS[one.name]}\n{split_tables([one])}" for one in days)


def _limits(buses: int, demand_mw: float) -> list[str]:
    """The tables of prices, which grow with the demand as the money of a day does, so that breaking limits does not pay."""
    voltage = replace(VOLTAGE, excess_usd_per_pu2_h=rounded(VOLTAGE_USD_PER_MW * demand_mw / buses))
    loading = replace(LOADING, excess_usd_per_h=rounded(LOADING_USD_PER_MW * demand_mw))
    dark: dict[str, Value] = {"blackout_usd": rounded(max(BLACKOUT_USD_PER_MW * demand_mw, 1000.0))}
    tables = {"voltage": _own(voltage), "loading": _own(loading), "blackout": dark}
    return [f"[{name}]\n{_keys(name, own)}" for name, own in tables.items()]


def _feeder(ground: Ground) -> str:
    """The table of the network."""
    about = (
        "a folder beside this file: feeder.toml, buses.csv, lines.csv, .. (docs/networks.md)"
        if ground.own
        else "built in (`gridbench list networks`), or a folder beside this file, with a slash: network/"
    )
    rest = {"root_voltage_pu": ground.feeder.root_voltage_pu, "load_scale": 1.0, "capacitor_scale": 0.0 if ground.banks else 1.0}
    neutral = {"rating_factor": 1.0} if ground.own else {"rating_factor": 1.0, "neutral_regulators": True}
    return "\n".join([
        "[[feeder]]",
        _line("name", FEEDER, WORDS["feeder"]["name"]),
        _line("network", ground.network, about),
        _line("root", ground.feeder.root, WORDS["feeder"]["root"]),
        _keys("feeder", {**rest, **neutral}),
        "# Another rating for one branch:",
        "# [[rating]]",
        f"# branch = {_value(ground.feeder.branches[0].name)}",
        "# factor = 0.8                        # or rating_mva = ..\n",
    ])  # fmt: skip


def _demand(planned: Plan) -> dict[str, Value]:
    return {
        "feeder": FEEDER,
        "profile": LOAD_COLUMN,
        "lost_load_usd_per_mwh": LOST_USD_PER_MWH,
        "sheddable_share": 0.5,
        "sheddable_buses": [planned.shed_bus],
    }


def _device(device: Device) -> str:
    """The table of a device with all its fields."""
    return "[[device]]\n" + _keys(device.kind, {"kind": device.kind, "name": device.name, **_own(device)})


def _plant(device: Device) -> str:
    """The table of a plant of the network, whose place and size nobody chose here."""
    return "[[device]]\n" + _keys("", {"kind": device.kind, **_own(device, name=device.name)}, comment=False)


def _own(device: Any, **first: Value) -> dict[str, Value]:  # noqa: ANN401 - any dataclass of a table
    """The fields of a table but name and kind, without options that are not taken."""
    own = {one.name: getattr(device, one.name) for one in fields(device) if one.name not in {"name", "kind"}}
    return {**first, **{key: value for key, value in own.items() if value is not None}}


def _agents(ground: Ground, planned: Plan, owners: Mapping[str, Sequence[str]]) -> list[str]:
    """The tables of the agents: whoever owns a unit watches its bus, the first agent the others."""
    if len(owners) == 1:
        ((agent, devices),) = owners.items()
        return ["[[agent]]\n" + _keys("agent", {"name": agent, "devices": devices, "feeders": [FEEDER]})]
    place = {unit.name: unit.bus for unit in planned.units}
    operator, *others = owners
    watched: dict[str, str] = {}
    for agent in others:
        for name in owners[agent]:
            watched.setdefault(place[name], agent)
    buses = {agent: [bus for bus, own in watched.items() if own == agent] for agent in others}
    buses[operator] = [bus.name for bus in ground.feeder.buses if bus.name not in watched]
    return ["[[agent]]\n" + _keys("agent", {"name": one, "devices": owners[one], "buses": buses[one]}) for one in owners]


def _keys(table: str, own: Mapping[str, Value], *, comment: bool = True) -> str:
    """Keys with their values and comments, one a line."""
    return "".join(_line(key, value, WORDS[table].get(key, "") if comment else "") + "\n" for key, value in own.items())


def _line(key: str, value: Value, comment: str) -> str:
    """A key with its value and comment; a list that is too long for a line goes over several."""
    text = f"{key} = {_value(value)}"
    if len(text) > WIDTH and not isinstance(value, str | bool | int | float):
        rows, row = [], "   "
        for item in map(_value, value):
            if len(row) + len(item) > WIDTH:
                rows.append(row)
                row = "   "
            row += f" {item},"
        return "\n".join([f"{key} = [  # {comment}" if comment else f"{key} = [", *rows, row, "]"])
    if not comment:
        return text
    side = f"{text:{COMMENT_AT - 2}}  # {comment}"
    return side if len(side) <= WIDTH or len(text) < COMMENT_AT else f"# {comment}\n{text}"


def _value(value: Value) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        return repr(value)
    return "[" + ", ".join(map(_value, value)) + "]"


def _section(title: str) -> str:
    """A line that parts the file."""
    return f"# --- {title} " + "-" * max(3, 112 - len(title)) + "\n"
