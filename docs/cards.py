"""The generated parts of a scenario's CARD.md, which docs/tables.py writes: sizes, devices, splits, what binds, the oracle."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from statistics import mean, median
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gridbench.scenario.check import summary
from gridbench.scenario.scenario import day_count
from gridbench.scenario.series.calendar import CONTINGENCY, SHIFTED
from gridbench.scenario.series.columns import CONNECTED
from gridbench.scenario.series.season import SEASONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.bench.evidence import Evidence
    from gridbench.scenario.scenario import Scenario, Split
    from gridbench.scenario.series import Series

NONE = "-"
KINDS = {"undervoltage": "voltage below the band", "overvoltage": "voltage above the band", "loading": "branch above its rating",
         "tie_overload": "tie above its rating"}  # fmt: skip
COMPARED = ("idle", "rule", "shielded:rule", "mpc", "mappo", "mappo_lagrangian", "dagger", "foresight")
"""The policies that are compared over all scenarios."""
EXTRA = ("shielded:rule", "mpc", "mappo", "mappo_lagrangian", "dagger")
"""Those of them that not every scenario has a record of."""
FIGURES = {
    "grid_tie": ("rating_mva", "delivery_usd_per_mwh", "overload_usd_per_h"), "load": ("p_mw",),
    "generator": ("p_max_mw", "cost_usd_per_mwh", "start_usd"), "storage": ("power_mw", "energy_mwh", "missing_usd_per_mwh"),
    "solar": ("p_rated_mw",), "wind": ("p_rated_mw",), "ev_charger": ("power_mw", "unmet_usd_per_mwh"),
    "flexible_load": ("p_mw", "shift_mwh"), "regulator": ("position_min", "position_max", "step_pu", "step_usd"),
    "capacitor_bank": ("steps", "step_mvar", "switch_usd"),
}  # fmt: skip
"""The fields that tell the size of a device, by kind; renewables are told apart by what drives them."""
SUMMED = frozenset({"p_mw", "p_max_mw", "power_mw", "energy_mwh", "p_rated_mw", "shift_mwh"})
"""Those of them whose sum tells something too."""
SOLVED = {
    **dict.fromkeys(("ieee13", "cigre_lv"), "--gap 5e-4 --threads 1"),
    **dict.fromkeys(("ieee34", "ieee123"), "--gap 5e-4 --threads 1 --time-limit 300"),
    "ieee34_ieee13": "--gap 4e-4 --threads 1 --time-limit 300",
    "ieee34_ieee13_heron": "--gap 1e-3 --threads 1 --time-limit 100",
    "ieee123_fleet": "--gap 1e-3 --threads 1 --time-limit 120",
    "district": "--gap 1e-3 --threads 1 --time-limit 300",
}
"""The options that the published intervals were solved with, beside those that `gridbench solve` has by itself."""


class Day(NamedTuple):
    """A day of a split: the series that it is cut from, and its first and last step there."""

    series: Series
    first: int
    end: int

    def mean(self, *prefixes: str) -> float | None:
        """Return the mean over the day of all columns of some kinds, None where there are none."""
        own = [values[self.first : self.end] for name, values in self.series.columns.items() if name.startswith(prefixes)]
        return float(np.mean(own)) if own else None

    def hours_out(self) -> dict[str, float]:
        """Return how long each unit is cut off, in hours."""
        hours = {
            name.removeprefix(CONNECTED): float((values[self.first : self.end] < 1.0).sum() * self.series.step_h)
            for name, values in self.series.columns.items()
            if name.startswith(CONNECTED)
        }
        return {unit: length for unit, length in hours.items() if length > 0.0}


def sizes(known: Evidence) -> str:
    """Return the sizes of the scenario."""
    scenario = known.scenario
    return "```\n" + "\n".join(summary(scenario).lines()) + f"\n```\n(`gridbench check {scenario.name}`)"


def devices(known: Evidence) -> str:
    """Return the sizes of the devices by kind, the voltage at the root, and the prices of limits."""
    scenario, kinds = known.scenario, defaultdict(list)
    for device in scenario.devices:
        profile = getattr(device, "profile", "") if device.kind == "renewable" else ""
        kinds["solar" if profile.startswith("pv_") else "wind" if profile.startswith("wind_") else device.kind].append(device)
    lines = ["| devices | number | figures |", "|---|--:|---|"]
    for kind in sorted(kinds, key=lambda kind: [*FIGURES, kind].index(kind)):
        told = "; ".join(_figure(name, [getattr(one, name) for one in kinds[kind]]) for name in FIGURES.get(kind, ()))
        lines.append(f"| {kind} | {len(kinds[kind])} | {told or NONE} |")
    band, loading = scenario.voltage, scenario.loading
    caption = (
        f"The root is held at {scenario.feeder.root_voltage_pu:g} pu, the band is {band.v_min_pu:g} to {band.v_max_pu:g} pu. "
        f"Outside it a bus costs {band.excess_usd_per_pu2_h:g} usd per pu^2 of squared voltage and hour, a branch above its "
        f"rating {loading.excess_usd_per_h:g} usd an hour by the share that it is above, and a step without supply "
        f"{scenario.blackout_usd:g} usd beside the value of all demand. (`python docs/tables.py`, from `scenarios/{scenario.id}`)"
    )
    return "\n".join([*lines, "", caption])


def _figure(name: str, values: Sequence[float]) -> str:
    """Return the range of a field, and its sum where that is a size."""
    low, high = min(values), max(values)
    span = f"`{name}` {low:g}" if low == high else f"`{name}` {low:.3g} to {high:.3g}"
    return f"{span}, {sum(values):.3g} in all" if len(values) > 1 and name in SUMMED else span


def splits(known: Evidence) -> str:
    """Return what each split is: its days, the years they are cut from, and their mean demand, sun and wind."""
    scenario = known.scenario
    rows = ["| split | days | year: preset and seed | demand, pu | sun and wind, pu | what it is |", "|---|--:|---|--:|--:|---|"]
    for name, split in scenario.splits.items():
        days = _days(split)
        demand, green = (_number([day.mean(*kinds) for day in days]) for kinds in (("load_",), ("pv_", "wind_")))
        years, meaning = _years(split.series), _meaning(scenario, split, days)
        rows.append(f"| {name} | {len(days)} | {years} | {demand} | {green} | {meaning} |")
    caption = (
        "Demand, sun and wind are means over the days of the split and over all columns of the kind in the series. "
        f"(`python docs/tables.py`, from `scenarios/{scenario.id}`)"
    )
    return "\n".join([*rows, "", caption])


def _days(split: Split) -> list[Day]:
    """Return where the days of a split lie."""
    whole = []
    for series in split.series:
        per_day = round(24 / series.step_h)
        whole += [Day(series, day * per_day, (day + 1) * per_day) for day in range(day_count(series))]
    return [whole[day] for day in split.days]


def _number(values: Sequence[float | None]) -> str:
    found = [one for one in values if one is not None]
    return f"{mean(found):.3f}" if found else NONE


def _years(all_series: Sequence[Series]) -> str:
    first, last = all_series[0], all_series[-1]
    if first is last:
        return f"{first.name}: {first.preset}, {first.seed}"
    return f"{first.name} to {last.name}: {first.preset}, {first.seed} to {last.seed}"


def _meaning(scenario: Scenario, split: Split, days: Sequence[Day]) -> str:
    """Return what the days of a split have in common."""
    if split.name in SEASONS:
        season = SEASONS[split.name]
        what = "of the largest demand" if season.largest else "of the least demand less sun and wind"
        return f"the days {what} from {_month(season.months[0])} to {_month(season.months[-1])}"
    if split.name == CONTINGENCY:
        return _outages(scenario, days)
    spread = _spread(split)
    return f"{spread} of a year out of distribution" if split.name == SHIFTED else spread


def _month(number: int) -> str:
    return f"{datetime(2000, 1, 1) + timedelta(days=31 * (number - 1)):%B}"  # noqa: DTZ001 - only the name of the month


def _spread(split: Split) -> str:
    """Return how far apart the days of a split are."""
    apart = {later - earlier for earlier, later in zip(split.days, split.days[1:], strict=False)}
    if apart == {1}:
        return "every day"
    return f"one day in {apart.pop()}" if len(apart) == 1 else "days as listed in the file"


def _outages(scenario: Scenario, days: Sequence[Day]) -> str:
    """Return which units are out, and for how long."""
    outages = [day.hours_out() for day in days]
    units = list(dict.fromkeys(unit for out in outages for unit in out))
    hours = [length for out in outages for length in out.values()]
    breakers = [device.name for device in scenario.devices if getattr(device, "connection", None)]
    if not hours:
        return NONE
    most = max(map(len, outages))
    one = "one unit" if most == 1 else f"up to {most} units"
    others = "" if len(units) == len(breakers) else f" ({len(breakers)} units have a breaker)"
    return f"{one} cut off for {min(hours):g} to {max(hours):g} h, which no forecast tells: {', '.join(units)}{others}"


def binding(known: Evidence) -> str:
    """Return on how many days each kind of limit is broken, by policy, and what the oracle saves."""
    rows = {policy: known.episodes(policy) for policy in COMPARED}
    shown = [policy for policy in COMPARED if policy not in EXTRA or rows[policy]]
    lines = ["| days with | " + " | ".join(shown) + " |", "|---|" + "--:|" * len(shown)]
    for kind, text in {**{f"{kind}_share": text for kind, text in KINDS.items()}, "violating_steps_share": "any of them"}.items():
        lines.append(f"| {text} | " + " | ".join(_violating(rows[policy], kind) for policy in shown) + " |")
    source = f"(`python docs/tables.py`, from `results/{known.scenario.id}`)"
    return "\n".join([*lines, "", f"Of {len(known.days)} test days. {_saving(rows)}{source}"])


def _violating(rows: Sequence[dict[str, float]], share: str) -> str:
    """Return on how many days a limit is broken under any seed."""
    return str(len({row["day"] for row in rows if row[share] > 0})) if rows else NONE


def _saving(rows: dict[str, list[dict[str, float]]]) -> str:
    """Return what is saved against the rule, where that has a record."""
    cost = {policy: mean(row["cost_usd"] for row in own) for policy, own in rows.items() if own}
    if "rule" not in cost or "foresight" not in cost:
        return ""
    saved = {policy: f"{100 * (cost['rule'] - paid) / abs(cost['rule']):.1f} %" for policy, paid in cost.items()}
    others = "".join(f", `{policy}` {saved[policy]}" for policy in EXTRA if policy in saved)
    missing = mean(row["missing_energy_usd"] for row in rows["rule"])
    return (
        f"The oracle's schedule (`foresight`) saves {saved['foresight']} against `rule`{others}; of what `rule` pays, "
        f"{missing:.0f} usd a day are for energy that is missing at the end of the day. "
    )


def oracle(known: Evidence) -> str:
    """Return the statistics of the published intervals."""
    name, days = known.scenario.name, known.certified
    options = SOLVED.get(name, "")
    command = " ".join(word for word in (f"gridbench solve --scenario {name} --split test", options, "--publish") if word)
    head = f"Certified gap over the {len(known.days)} test days:"
    if not days:
        found = f"{head} {NONE}."
    else:
        gaps, seconds = [100 * day.gap for day in days], [day.seconds for day in days]
        found = (
            f"{head} median {median(gaps):.3f} %, worst {max(gaps):.2f} %, "
            f"at most 0.1 % on {sum(gap <= 0.1 for gap in gaps)} days. "
            f"Seconds a day: median {median(seconds):.0f}, longest {max(seconds):.0f}."
        )
    return f"{found}\n(`{command}`, then `python docs/tables.py`)"


CARD = {"sizes": sizes, "devices": devices, "splits": splits, "binding": binding, "oracle": oracle}
"""The parts by their marks."""
