"""What the keys of a scenario file mean: the comments that a new file bears."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

BREAKER = "column of its breaker, 1 closed, 0 open; drop the key where it is never cut off"
_WORDS: dict[str, dict[str, str]] = {
    "": {
        "name": "letters, digits and _; the folder is called <name>-v<version>",
        "version": "a published scenario never changes: an edit is a new version",
        "title": "one line, for tables and pictures",
        "anchor": "the policy whose cost scores 0: idle (every device left alone) or rule",
        "violating_share_max": "an admissible entry violates a limit in at most this share of the steps",
        "reward_usd": "a reward of -1 stands for this much money",
    },
    "time": {
        "step_h": "hours a step; the series have the same",
        "steps": "steps an episode, from midnight: a day at most",
    },
    "feeder": {
        "name": "what loads, agents and other feeders call it",
        "root": "the bus where the tie stands (default: the network's own)",
        "root_voltage_pu": "held by the grid above",
        "load_scale": "times the nominal loads",
        "capacitor_scale": "times the fixed capacitors; 0 where banks are devices",
        "rating_factor": "times the ratings of all branches",
        "neutral_regulators": "published taps at 1, so that regulators may be devices",
    },
    "voltage": {
        "v_min_pu": "the band, at every bus but the root",
        "v_max_pu": "",
        "excess_usd_per_pu2_h": "a bus and hour, per pu^2 of squared voltage outside the band",
        "trip_min_pu": "below it or above the next the protection opens: a blackout",
        "trip_max_pu": "",
    },
    "loading": {
        "excess_usd_per_h": "a branch and hour, per unit of squared current above its squared rating",
        "trip_loading": "the protection opens at this multiple of a rating",
    },
    "blackout": {"blackout_usd": "a step without supply, beside the value of all demand"},
    "loads": {
        "feeder": "the loads of this feeder; of all where the key is left out",
        "profile": "a column of the series, per unit of the nominal loads",
        "lost_load_usd_per_mwh": "the value of energy that is not served",
        "sheddable_share": "of the demand at the buses below, may be shed",
        "sheddable_buses": "of all loads where the key is left out",
    },
    "grid_tie": {
        "bus": "the root",
        "rating_mva": "1.5 times the nominal demand; soft: what is above has a price",
        "price": "a column of the series",
        "delivery_usd_per_mwh": "what the network charges on top of it",
        "sell_factor": "share of the price that energy sold earns; 1 at most",
        "overload_usd_per_h": "that price, per unit of apparent power above the rating",
        "trip_loading": "the protection opens at this multiple of the rating",
    },
    "regulator": {
        "branch": "its ratio must be 1 in the network",
        "step_pu": "5/8 % a position",
        "position_min": "",
        "position_max": "",
        "position_initial": "where a day begins",
        "step_usd": "wear, a position moved",
        "target_pu": "what policy `rule` holds",
        "band_pu": "the width in which it rests",
    },
    "capacitor_bank": {
        "bus": "as published, or the loaded bus with the most resistance to the root",
        "steps": "equal ones",
        "step_mvar": "a step, at 1 pu",
        "position_initial": "steps on when a day begins",
        "switch_usd": "wear, a step moved",
    },
    "generator": {
        "bus": "a loaded bus a third of the way out, by resistance",
        "p_min_mw": "while it runs",
        "p_max_mw": "30 % of the nominal demand, if the branches have room",
        "s_max_mva": "of its machine",
        "power_factor_min": "",
        "cost_usd_per_mw2h": "cost a p^2 + b p + c while it runs: a",
        "cost_usd_per_mwh": "b",
        "cost_usd_per_h": "c",
        "start_usd": "a start",
        "start_mw": "the most in the step of a start or a stop",
        "ramp_mw_per_h": "",
        "min_up_steps": "steps that it runs at least",
        "min_down_steps": "steps that it rests at least",
        "connection": BREAKER,
    },
    "storage": {
        "bus": "the loaded bus with the most resistance to the root",
        "power_mw": "20 % of the nominal demand, if the branches have room",
        "s_max_mva": "of its inverter",
        "energy_mwh": "four hours",
        "efficiency_in": "",
        "efficiency_out": "",
        "energy_share_min": "of energy_mwh",
        "energy_share_max": "",
        "energy_share_initial": "where a day begins",
        "wear_usd_per_mwh": "charged or discharged",
        "missing_usd_per_mwh": "energy not back at the end of the day; keep it above nearly all prices",
        "connection": BREAKER,
    },
    "renewable": {
        "bus": "a loaded bus two thirds of the way out, by resistance",
        "p_rated_mw": "half of the nominal demand, if the branches have room",
        "s_max_mva": "of its inverter",
        "profile": "a column of the series, per unit of p_rated_mw",
        "connection": BREAKER,
    },
    "agent": {
        "name": "",
        "devices": "each device that can be asked for something, and the tie, has one owner",
        "feeders": "all buses of these: their voltages are its concern",
        "buses": "these buses: their voltages are its concern",
    },
    "split": {
        "name": "",
        "series": "files in this folder, one after the other",
        "days": "counted from 0 through the files; all where the key is left out",
    },
}
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(_WORDS)
"""Comments by table, or by kind of device, and key; empty where the key says all."""
