"""Twin: the scenario ieee34_ieee13 on measured data, built where it is used, out of packages that hold them."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.archive import write_bytes
from gridbench.errors import InvalidInput, UnknownName
from gridbench.scenario.catalogue import load_scenario, scenario_path
from gridbench.scenario.check import check
from gridbench.scenario.cycle import cycle_days
from gridbench.scenario.digest import FILE
from gridbench.scenario.rewrite import rewritten
from gridbench.scenario.series.columns import CONNECTED, FORECAST, Floats, kind_of
from gridbench.scenario.series.forecast import Skill
from gridbench.scenario.series.forecaster import with_skill
from gridbench.scenario.series.frozen import save
from gridbench.scenario.series.joined import joined
from gridbench.scenario.series.outage import with_outages
from gridbench.scenario.series.persistence import error_of, needs_forecast, with_persistence
from gridbench.scenario.series.sources.nlprices import nl_prices
from gridbench.scenario.series.sources.simbench import COLUMNS, simbench_series
from gridbench.scenario.series.sources.sourced import Sourced

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gridbench.scenario.scenario import Scenario
    from gridbench.scenario.series.series import Series
    from gridbench.scenario.series.sources.package_file import Origin

BASES = ("ieee34_ieee13-v1",)
"""The scenarios that have a twin: its columns and its price in usd are those that they read."""
YEAR = 2016
"""The year of SimBench's profiles; prices are of the same hours."""
USD_PER_EUR = 1.1069
"""Mean of the European Central Bank's reference rates of 2016: prices in EUR become the usd that the scenario counts in."""
PRESET = "simbench+nlprices"
SERIES = "series/real.npz"
MANIFEST = "manifest.json"
FORMAT = "gridbench-twin-1"
LOAD_QUANTILE = 0.999
"""Loads are per unit of this quantile over the training days, as generated ones are over their year."""
NOTES = (
    "Loads, PV and wind are of Germany, prices of the Netherlands: one weather and one coupled market, two zones.",
    "PV stands as SimBench stamps it, in legal time, where the sun is about an hour early.",
    "Day 0 has no day before it and is in no split. Loads are scaled by training days alone. No unit is ever cut off.",
)
FORECASTS = {
    "persistence": "Forecasts are the values 24 h before; forecast_errors has their errors, in pu.",
    "skill": "Forecasts are of a simulated forecaster with the skill of that of generated years, which learns from training days "
    "and sees the day through noise; forecast_errors has its errors, in pu.",
}
"""The ways to forecast: the name of a twin by the second ends on _foreseen."""
SEED = 0
"""Of the noise that the simulated forecaster sees."""


@dataclass(frozen=True)
class Twin:
    """What was built: the digest of the scenario, that of its series, where the numbers are from, and the manifest written."""

    id: str
    digest: str
    series_digest: str
    days: Mapping[str, int]
    origins: tuple[Origin, ...]
    manifest: Mapping[str, Any]


def build_twin(
    base: str,
    folder: Path,
    simbench_wheel: Path | None = None,
    nlprices_wheel: Path | None = None,
    forecast: str = "persistence",
) -> Twin:
    """Write the twin of a scenario into a folder: scenario.toml, the series, the manifest. The same packages give the same bytes.

    Splits follow the 29-day cycle of `cycle_days`; `forecast` is one of FORECASTS. Raises UnknownName, and InvalidInput for a
    scenario without a twin, a package that is not there, and a folder of the wrong name.
    """
    home = scenario_path(base)
    known = load_scenario(home)
    name = _named(known, folder, forecast)
    sourced = twin_series(simbench_wheel, nlprices_wheel)
    days = cycle_days(sourced.series.n // 24, first=1)
    series = _foreseen(_scaled(sourced.series, days["train"]), days["train"], forecast)
    series = with_outages(series, [name.removeprefix(CONNECTED) for name in known.columns if name.startswith(CONNECTED)], ())
    title = f"{known.title}, measured data" + ", simulated forecaster" * (forecast == "skill")
    head: dict[str, str | int] = {"name": name, "version": 1, "title": title}
    text = rewritten((home / FILE).read_text(encoding="utf-8"), head, days, SERIES)
    write_bytes(folder / FILE, text.encode())
    series_digest = save(series, folder / SERIES)
    faults = check(folder)
    if faults:
        raise InvalidInput(str(folder), faults)
    scenario = load_scenario(folder / FILE)
    manifest = {
        "format": FORMAT,
        "scenario": scenario.id,
        "base": {"scenario": known.id, "digest": known.digest},
        "digest": scenario.digest,
        "series": {"file": SERIES, "content_sha256": series_digest, "days": series.n // 24, "start": series.start},
        "splits": {name: list(own) for name, own in days.items()},
        **_contents(sourced, series, forecast),
    }
    write_bytes(folder / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())
    counts = {name: len(own) for name, own in days.items()}
    return Twin(scenario.id, scenario.digest, series_digest, counts, sourced.origins, manifest)


def _named(known: Scenario, folder: Path, forecast: str) -> str:
    """The name of the twin of a scenario, before anything is written."""
    if known.id not in BASES:
        raise InvalidInput("twin", [f"{known.id} has none; choose {' or '.join(BASES)}"])
    if forecast not in FORECASTS:
        raise UnknownName("way to forecast", forecast, FORECASTS)
    name = f"{known.name}_real" + "_foreseen" * (forecast == "skill")
    if re.fullmatch(r".+-v\d+", folder.name) and folder.name != f"{name}-v1":
        raise InvalidInput(str(folder), [f"is named as another scenario; call it {name}-v1"])
    return name


def _contents(sourced: Sourced, series: Series, forecast: str) -> dict[str, object]:
    """What the manifest says of the columns: where they are from, what was done to them, how well they are foreseen."""
    price = f"ev2gym: day-ahead price of the Netherlands in EUR/MWh times {USD_PER_EUR}"
    done = [note for note in sourced.notes() if not note.startswith("no forecast")]
    return {
        "columns": {ours: f"simbench: {name}" for ours, name in COLUMNS.items()} | {"price_usd_per_mwh": price},
        "usd_per_eur": USD_PER_EUR,
        "forecast": forecast,
        "forecast_errors": _errors(series),
        "origins": [dataclasses.asdict(one) for one in sourced.origins],
        "notes": [*NOTES, FORECASTS[forecast], *done],
    }


def twin_series(simbench_wheel: Path | None = None, nlprices_wheel: Path | None = None) -> Sourced:
    """Return hours of 2016: loads, PV and wind per unit of SimBench's bases, prices in usd/MWh."""
    profiles = simbench_series(simbench_wheel, forecast=False)
    prices = nl_prices(YEAR, nlprices_wheel, currency="usd", exchange=USD_PER_EUR)
    series = replace(joined(profiles.series, prices.series), name="real", preset=PRESET)
    return Sourced(series, (*profiles.origins, *prices.origins), (*profiles.reports, *prices.reports))


def _scaled(series: Series, train: Sequence[int]) -> Series:
    """The series with loads per unit of their quantile over the training days."""
    at = np.concatenate([np.arange(day * 24, day * 24 + 24) for day in train])
    columns: dict[str, Floats] = {}
    for name, values in series.columns.items():
        scale = kind_of(name).scale
        base = float(np.quantile(values[at], LOAD_QUANTILE)) if name.startswith("load_") else 1.0
        columns[name] = np.rint(values / base * scale) / scale
    return replace(series, columns=columns)


def _foreseen(series: Series, train: Sequence[int], forecast: str) -> Series:
    """The series with forecasts."""
    if forecast == "skill":
        return with_skill(series, train, Skill(), SEED)
    return replace(series, columns=with_persistence(series.columns, 24))


def _errors(series: Series) -> dict[str, dict[str, float]]:
    """The errors of each forecast, rounded to what is stored."""
    names = [name for name in series.columns if needs_forecast(name)]
    found = {name: error_of(series.columns[name], series.columns[FORECAST + name], 24) for name in names}
    return {name: {key: round(value, 4) for key, value in one.items()} for name, one in found.items()}
