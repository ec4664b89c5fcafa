"""Fresh days: the same days of the calendar in a year that nobody has seen, from the generator that made a scenario's series."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.scenario import Split
from gridbench.scenario.series.columns import CONNECTED
from gridbench.scenario.series.generator import generate
from gridbench.scenario.series.presets import EV_SITES, preset_named

if TYPE_CHECKING:
    from gridbench.scenario.scenario import Scenario
    from gridbench.scenario.series.presets import Preset
    from gridbench.scenario.series.series import Series

FIRST_SEED = 1_000_000
"""Above every seed that a scenario or a training environment is generated from."""


def fresh_scenario(scenario: Scenario, split: str, seed: int) -> Scenario:
    """Return the scenario with the years of a split drawn anew from `seed`; everything else is as it was.

    Breakers are no weather, and open when they did. The digest is another, that of the scenario and the seed. Raises
    UnknownName for another split, and InvalidInput where the split's series are not known to come from the generator: only
    those that it makes again to the last bit, from the preset and the seed that they state, are.
    """
    if not 0 <= seed < 2**32:
        raise InvalidInput("seed", [f"must be from 0 to {2**32 - 1}, not {seed}"])
    old = scenario.split(split)
    years = tuple(_drawn(scenario, one, FIRST_SEED + seed * len(old.series) + i) for i, one in enumerate(old.series))
    total = hashlib.sha256(f"fresh\0{scenario.digest}\0{split}\0{seed}".encode())
    splits = {**scenario.splits, split: Split(split, years, old.days)}
    return replace(scenario, splits=splits, digest=f"sha256:{total.hexdigest()}")


def _drawn(scenario: Scenario, old: Series, seed: int) -> Series:
    """Return a year as `old`, of another seed."""
    preset, days = _preset(scenario, old), round(old.n * old.step_h / 24)
    kept = {name: values for name, values in old.columns.items() if name.startswith(CONNECTED)}
    made = [generate(preset, one, days=days, step_h=old.step_h) for one in (old.seed, seed)]
    again, fresh = ({name: year.columns.get(name) for name in old.columns if name not in kept} for year in made)
    unlike = [name for name, values in again.items() if values is None or not np.array_equal(values, old.columns[name])]
    if unlike:
        shown = ", ".join(unlike[:4]) + (", .." if len(unlike) > 4 else "")
        raise _unknown(scenario, old, f"seed {old.seed} of {old.preset} gives other numbers in {shown}")
    drawn = {name: values for name, values in fresh.items() if values is not None}
    return replace(made[1], name=old.name, columns={**drawn, **kept})


def _preset(scenario: Scenario, old: Series) -> Preset:
    """Return the preset that a series states, with the sites of cars that it has."""
    try:
        preset = preset_named(old.preset)
    except UnknownName as error:
        raise _unknown(scenario, old, str(error)) from None
    sites = tuple(site for name, site in EV_SITES.items() if f"{name}_plugged" in old.columns)
    return replace(preset, ev_sites=sites) if sites else preset


def _unknown(scenario: Scenario, old: Series, why: str) -> InvalidInput:
    fault = f"its days cannot be drawn anew, for they are measured, or of a generator that is not known here: {why}"
    return InvalidInput(f"{scenario.id}, series {old.name}", [f"{fault}; leave out --fresh"])
