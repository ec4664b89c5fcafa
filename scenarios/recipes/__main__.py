"""Writes scenarios from their recipes: scenario.toml, and with --series the generated years too.

python scenarios/recipes                    # every scenario.toml
python scenarios/recipes ieee13 --series    # one scenario with its series
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from feeders import ieee13, ieee34, ieee123
from low_voltage import cigre_lv, district
from microgrids import fleet, heron

from gridbench.scenario.series.calendar import Calendar, split_tables
from gridbench.scenario.series.presets import CAISO_LIKE, EV_SITES, NW_EUROPE

if TYPE_CHECKING:
    from collections.abc import Callable

HOME = Path(__file__).parents[1]
HOURLY = Calendar(CAISO_LIKE, test_every=15)
LARGE = Calendar(CAISO_LIKE, test_every=30, stress_days=4)
CARS = (EV_SITES["ev_homes"], EV_SITES["ev_shops"])
STREETS = tuple(EV_SITES[f"ev_{letter}"] for letter in "abcde")


@dataclass(frozen=True)
class Recipe:
    """The text of a scenario without its splits, and its calendar."""

    text: Callable[[], str]
    calendar: Calendar


RECIPES = {
    "ieee13": Recipe(ieee13, HOURLY),
    "ieee34": Recipe(ieee34, replace(HOURLY, seed=110)),
    "ieee123": Recipe(ieee123, replace(HOURLY, seed=120)),
    "cigre_lv": Recipe(cigre_lv, replace(HOURLY, preset=replace(NW_EUROPE, ev_sites=CARS), step_h=0.25, seed=130, train_years=2)),
    "ieee34_ieee13_heron": Recipe(heron, replace(LARGE, step_h=0.25, seed=140, train_years=2)),
    "ieee123_fleet": Recipe(fleet, replace(LARGE, seed=150)),
    "district": Recipe(district, replace(LARGE, preset=replace(NW_EUROPE, ev_sites=STREETS), test_every=46, seed=160)),
}


def columns(text: str) -> tuple[list[str], list[str]]:
    """Return the columns that a scenario reads, and the units that may be out, by name."""
    raw = tomllib.loads(text)
    tables = [*raw.get("loads", ()), *raw["device"]]
    cars = [f"{one['cars']}_{what}" for one in tables if "cars" in one for what in ("plugged", "arriving", "due", "asked")]
    named = [one[key] for one in tables for key in ("profile", "price") if key in one]
    units = [one["connection"].removeprefix("connected_") for one in tables if "connection" in one]
    return sorted({*named, *cars}), units


def write(name: str, recipe: Recipe, *, series: bool) -> None:
    """Write one scenario; its splits are those of the calendar."""
    folder, text = HOME / f"{name}-v1", recipe.text()
    read, units = columns(text)
    splits = recipe.calendar.splits(units=units)
    folder.mkdir(exist_ok=True)
    page = f"# Written by scenarios/recipes; units are in the names of the keys.\n\n{text}\n{split_tables(splits)}"
    (folder / "scenario.toml").write_text(page, encoding="utf-8", newline="\n")
    if series:
        recipe.calendar.write(folder / "series", read, units)
    print(f"{name}-v1: {len(splits)} splits", file=sys.stderr)


def main() -> None:
    """Write the scenarios named, all of them where none is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(RECIPES)}")
    parser.add_argument("--series", action="store_true", help="generate and write the years too")
    wanted = parser.parse_args()
    for name in wanted.names or RECIPES:
        write(name, RECIPES[name], series=wanted.series)


if __name__ == "__main__":
    main()
