"""One day of a policy beside the oracle's, as a picture: dispatch, storage, voltages, price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridbench import drawing
from gridbench.bench.series_of import powers

if TYPE_CHECKING:
    from pathlib import Path

    from gridbench.bench.trajectory import Trajectory
    from gridbench.scenario.scenario import Columns, Scenario


def plot_day(path: Path, scenario: Scenario, columns: Columns, runs: dict[str, Trajectory], title: str) -> None:
    """Write a PNG of one day; `runs` holds the policy and the oracle by name, policy first. Raises StorageError."""
    picture, ends, colours = drawing.figure(title, 13.0, 10.5), drawing.ends_h(scenario), drawing.shades(scenario.devices)
    axes = picture.subplots(4, 2, sharex=True, sharey="row", height_ratios=[2.4, 1.3, 1.5, 1.0])
    for column, (name, run) in zip(axes.T, runs.items(), strict=True):
        column[0].set_title(f"{name}: {run.cost_usd.sum():,.2f} usd", fontsize=11)
        curves = powers(scenario, columns, run)
        demand = curves.pop("demand")
        drawing.powers(column[0], ends, curves, demand, colours)
        drawing.energies(column[1], ends, drawing.courses(scenario, run.states, "energy_mwh"), colours)
        drawing.voltages(column[2], ends, run.v_pu, run.blackout, scenario.voltage)
        drawing.prices(column[3], ends, {"wholesale price": columns[scenario.tie.price]})
        drawing.hours(column[3], scenario)
    for label, row in zip((drawing.POWER, drawing.ENERGY, drawing.VOLTAGE, drawing.PRICE), axes, strict=True):
        row[0].set_ylabel(label)
        drawing.legend(row, colours)
    drawing.save(picture, path)
