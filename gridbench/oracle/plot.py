"""Pictures of the oracle: the schedule of a dispatch as the plant carries it out, and nodal prices over buses and hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gridbench import drawing
from gridbench.errors import InvalidInput
from gridbench.oracle.certify import Replay
from gridbench.physics.devices import Load
from gridbench.physics.terms import inputs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gridbench.oracle.affine import Floats
    from gridbench.oracle.dispatch import Dispatch
    from gridbench.oracle.prices import Relaxation
    from gridbench.scenario.scenario import Columns, Scenario

LINE_IN = 0.14
"""Height of a bus in the picture of prices (inches)."""


def plot_schedule(scenario: Scenario, dispatch: Dispatch, path: Path) -> None:
    """Write a PNG of a schedule: powers, stored energy, positions, voltages, prices.

    Raises InvalidInput for a dispatch of another scenario, StorageError.
    """
    if dispatch.scenario_digest != scenario.digest:
        fault = f"the dispatch is of {dispatch.scenario_id}, not of this {scenario.id}: solve again"
        raise InvalidInput("plot_schedule", [fault])
    series = scenario.window(dispatch.split, dispatch.day)
    day = Replay(scenario, series).day(dispatch.asks)
    title = (
        f"{scenario.id}, {dispatch.split} day {dispatch.day}: {dispatch.witness_usd:,.2f} usd, "
        f"proved within {100.0 * dispatch.gap:.2g} % of the optimum"
    )
    panels = _panels(scenario, series, day)
    picture = drawing.figure(title, 10.0, 1.0 + 1.5 * sum(panel.height for panel in panels))
    axes = picture.subplots(len(panels), 1, sharex=True, height_ratios=[panel.height for panel in panels])
    for panel, axis in zip(panels, axes, strict=True):
        panel.draw(axis)
        axis.set_ylabel(panel.label)
        drawing.legend([axis], drawing.shades(scenario.devices))
    drawing.hours(axes[-1], scenario)
    drawing.save(picture, path)


class Panel(NamedTuple):
    """One of the pictures above each other: what its vertical axis says, its height, and what draws it."""

    label: str
    height: float
    draw: Callable[[Any], None]


def _panels(scenario: Scenario, series: Columns, day: dict[str, Any]) -> list[Panel]:
    """Return the panels of a schedule; what the scenario does not have has none."""
    ends, colours = drawing.ends_h(scenario), drawing.shades(scenario.devices)
    stored, positions = (drawing.courses(scenario, day["states"], state) for state in ("energy_mwh", "position"))
    panels = [
        Panel(drawing.POWER, 2.6, lambda axis: drawing.powers(axis, ends, *_powers(scenario, day), colours)),
        Panel(drawing.ENERGY, 1.2, lambda axis: drawing.energies(axis, ends, stored, colours)),
        Panel("position\n(steps)", 1.0, lambda axis: _positions(axis, ends, positions)),
        Panel(drawing.VOLTAGE, 1.2, lambda axis: drawing.voltages(axis, ends, day["v_pu"], day["blackout"], scenario.voltage)),
        Panel(drawing.PRICE, 1.0, lambda axis: drawing.prices(axis, ends, _exchange(scenario, series))),
    ]
    shown = True, bool(stored), bool(positions), True, True
    return [panel for panel, has in zip(panels, shown, strict=True) if has]


def _powers(scenario: Scenario, day: dict[str, Any]) -> tuple[dict[str, Floats], Floats]:
    """Return what each device injects (steps,) where it injects anything, and the demand that is served (steps,), MW."""
    power = {device.name: day["p_mw"][:, k] for k, device in enumerate(scenario.devices)}
    loads = [device.name for device in scenario.devices if isinstance(device, Load)]
    demand = -np.sum([power.pop(name) for name in loads], axis=0) if loads else np.zeros(scenario.steps)
    return {name: curve for name, curve in power.items() if curve.any()}, demand


def _positions(axis: Any, ends: Floats, courses: dict[str, Floats]) -> None:  # noqa: ANN401
    for k, (name, course) in enumerate(courses.items()):
        axis.stairs(course[1:], ends, baseline=None, color=f"C{k}", linestyle=drawing.DASHES[k % 4], linewidth=1.6, label=name)


def _exchange(scenario: Scenario, series: Columns) -> dict[str, Floats]:
    """Return the prices of buying and selling at the root (steps,), usd/MWh."""
    w = inputs(scenario.tie, series)
    return {"buying": scenario.tie.buy_usd_per_mwh(w), "selling": scenario.tie.sell_usd_per_mwh(w)}


def plot_prices(result: Relaxation, path: Path) -> None:
    """Write a PNG of the nodal prices of active power (usd/MWh), buses down and hours across, and their excess over the root's.

    Raises StorageError.
    """
    scenario, prices = result.formulation.scenario, result.prices
    order, ends = _by_depth(scenario), drawing.ends_h(scenario)
    nodal = prices.p_usd_per_mwh[:, order]
    picture = drawing.figure(f"{scenario.id}: what one more MWh of demand costs", 13.0, 3.6 + LINE_IN * len(order))
    axes = picture.subplots(2, 2, sharex=True, height_ratios=[1.7, LINE_IN * len(order) + 0.4])
    titles = "price at the bus", "above the price at the root"
    for column, title, usd, colours in zip(axes.T, titles, (nodal, nodal - nodal[:, :1]), ("viridis", "RdBu_r"), strict=True):
        column[0].set_title(title, fontsize=11)
        low, high = usd.min(axis=1), usd.max(axis=1)
        column[0].stairs(high, ends, baseline=low, fill=True, color="#56B4E9", alpha=0.6, label="all buses")
        _map(picture, column[1], ends, usd, colours)
        drawing.hours(column[1], scenario)
    drawing.prices(axes[0, 0], ends, _exchange(scenario, result.formulation.series))
    drawing.prices(axes[0, 1], ends, {})
    axes[0, 0].set_ylabel("usd/MWh")
    drawing.legend(axes[0], ())
    axes[1, 0].set_yticks(range(len(order)), [prices.buses[k] for k in order], fontsize=7)
    axes[1, 1].tick_params(labelleft=False)
    for axis in axes[1]:
        axis.invert_yaxis()
    axes[1, 0].set_ylabel("bus, the root first")
    drawing.save(picture, path)


def _map(picture: Any, axis: Any, ends: Floats, usd: Floats, colours: str) -> None:  # noqa: ANN401
    """Draw numbers (steps, buses) as colours; those from red to blue are white at zero."""
    low, high = np.quantile(usd, [0.01, 0.99])
    if colours == "RdBu_r":
        high = max(abs(low), abs(high), 1e-6)
        low = -high
    places = np.arange(usd.shape[1] + 1) - 0.5
    mesh = axis.pcolormesh(ends, places, usd.T, vmin=low, vmax=high, cmap=colours, rasterized=True)
    picture.colorbar(mesh, ax=axis, label="usd/MWh", extend="both", location="bottom", aspect=40, pad=0.01)


def _by_depth(scenario: Scenario) -> list[int]:
    """Return the buses so that those of one branch stand together."""
    parent = scenario.feeder.arrays.parent
    order, waiting = [], [0]
    while waiting:
        bus = waiting.pop()
        order.append(bus)
        waiting += (np.flatnonzero(parent == bus) + 1)[::-1].tolist()
    return order
