"""One day of a policy beside the oracle's, as a picture: dispatch, storage, voltages, price."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.bench.files import write_bytes
from gridbench.bench.series_of import energies, powers, voltage_envelope

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from gridbench.bench.trajectory import Trajectory
    from gridbench.physics.terms import Device
    from gridbench.scenario.scenario import Columns, Scenario

COLOURS = {"grid_tie": "#999999", "generator": "#D55E00", "wind": "#009E73", "renewable": "#E69F00", "storage": "#0072B2"}
"""A colour by kind of device in the order of the stack, for colour-blind eyes too (Okabe and Ito); units differ in shade."""

LABELS = ("power (MW)\ninto the network +", "stored energy (MWh)", "voltage (pu)", "price (usd/MWh)")


def plot_day(path: Path, scenario: Scenario, columns: Columns, runs: dict[str, Trajectory], title: str) -> None:
    """Write a PNG of one day; `runs` holds the policy and the oracle by name, policy first. Raises StorageError."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(13.0, 10.5), layout="constrained", dpi=110)
    FigureCanvasAgg(figure)
    axes = figure.subplots(4, 2, sharex=True, sharey="row", height_ratios=[2.4, 1.3, 1.5, 1.0])
    figure.suptitle(title, fontsize=13)
    for column, (name, run) in zip(axes.T, runs.items(), strict=True):
        column[0].set_title(f"{name}: {run.cost_usd.sum():,.2f} usd", fontsize=11)
        _dispatch(column[0], scenario, columns, run)
        _storage(column[1], scenario, run)
        _voltage(column[2], scenario, run)
        _price(column[3], scenario, columns)
        column[3].set_xlabel("hour of the day (h)")
    for label, row in zip(LABELS, axes, strict=True):
        row[0].set_ylabel(label)
        _legend(row, _shades(scenario))
    image = io.BytesIO()
    figure.savefig(image, format="png", metadata={"Software": None})
    write_bytes(path, image.getvalue())


def _hours(scenario: Scenario) -> Any:  # noqa: ANN401
    return np.arange(scenario.steps + 1) * scenario.step_h


def _shades(scenario: Scenario) -> dict[str, tuple[float, ...]]:
    """Return a colour by device: its kind's, mixed with white from unit to unit."""
    from matplotlib.colors import to_rgb  # noqa: PLC0415

    kinds = {device.name: _kind(device) for device in scenario.devices if device.kind in COLOURS}
    shades = {}
    for name, kind in sorted(kinds.items(), key=lambda item: list(COLOURS).index(item[1])):
        peers = [other for other in kinds if kinds[other] == kind]
        white = 0.65 * peers.index(name) / max(1, len(peers) - 1) if len(peers) > 1 else 0.0
        shades[name] = tuple(part + (1.0 - part) * white for part in to_rgb(COLOURS[kind]))
    return shades


def _kind(device: Device) -> str:
    return "wind" if str(getattr(device, "profile", "")).startswith("wind") else device.kind


def _dispatch(axis: Any, scenario: Scenario, columns: Columns, run: Trajectory) -> None:  # noqa: ANN401
    hours, shades, curves = _hours(scenario), _shades(scenario), powers(scenario, columns, run)
    demand = curves.pop("demand")
    above, below = np.zeros(scenario.steps), np.zeros(scenario.steps)
    ordered = sorted(curves, key=lambda name: list(shades).index(name) if name in shades else len(shades))
    for name in ordered:
        power, colour = curves[name], shades.get(name, "#009E73")
        up, down = above + np.maximum(power, 0.0), below + np.minimum(power, 0.0)
        axis.stairs(up, hours, baseline=above, fill=True, color=colour, label=name, edgecolor="white", linewidth=0.3)
        axis.stairs(down, hours, baseline=below, fill=True, color=colour, edgecolor="white", linewidth=0.3)
        above, below = up, down
    axis.stairs(demand, hours, baseline=None, color="black", linewidth=1.6, label="demand served")
    axis.axhline(0.0, color="black", linewidth=0.6)
    _show(axis, float(below.min()), float(above.max()))


def _storage(axis: Any, scenario: Scenario, run: Trajectory) -> None:  # noqa: ANN401
    shades, dashes = _shades(scenario), ("-", "--", "-.", ":")
    for i, (name, energy) in enumerate(energies(scenario, run).items()):
        axis.plot(_hours(scenario), energy, color=shades[name], linestyle=dashes[i % 4], linewidth=1.8, label=name)
    _show(axis, 0.0, 0.0)


def _voltage(axis: Any, scenario: Scenario, run: Trajectory) -> None:  # noqa: ANN401
    hours, (low, high), band = _hours(scenario), voltage_envelope(run), scenario.voltage
    axis.stairs(high, hours, baseline=low, fill=True, color="#56B4E9", alpha=0.6, label="lowest to highest bus")
    for edge, label in ((band.v_min_pu, f"band {band.v_min_pu:g} to {band.v_max_pu:g} pu"), (band.v_max_pu, None)):
        axis.axhline(edge, color="#D55E00", linestyle="--", linewidth=1.2, label=label)
    for i, step in enumerate(np.flatnonzero(run.blackout)):
        axis.axvspan(hours[step], hours[step + 1], color="black", label="blackout" if i == 0 else None)
    lit = ~run.blackout
    _show(axis, float(low[lit].min(initial=band.v_min_pu)), float(high[lit].max(initial=band.v_max_pu)))


def _show(axis: Any, *heights: float) -> None:  # noqa: ANN401
    """Keep heights inside the picture: filled steps do not count by themselves."""
    axis.update_datalim([(0.0, height) for height in heights])
    axis.autoscale_view()


def _price(axis: Any, scenario: Scenario, columns: Columns) -> None:  # noqa: ANN401
    price = columns[scenario.tie.price]
    axis.stairs(price, _hours(scenario), baseline=None, color="black", linewidth=1.3, label="wholesale price")
    axis.axhline(0.0, color="black", linewidth=0.6)
    length_h = scenario.steps * scenario.step_h
    axis.set_xlim(0.0, length_h)
    axis.set_xticks(np.arange(0.0, length_h + 1e-9, max(1.0, np.floor(length_h / 8.0))))


def _legend(row: Any, labels: Collection[str]) -> None:  # noqa: ANN401
    """Draw one legend beside a row, what `labels` names first and in that order."""
    handles: dict[str, Any] = {}
    for axis in row:
        axis.grid(axis="both", color="#dddddd", linewidth=0.6)
        axis.set_axisbelow(True)
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    if handles:
        order = sorted(handles, key=lambda label: list(labels).index(label) if label in labels else len(labels))
        row[-1].legend([handles[label] for label in order], order, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
