"""Pieces of pictures of a day: a stack of powers, stored energy, voltages, prices. Reports and the oracle draw with them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.archive import write_bytes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from gridbench.physics.devices import VoltageBand
    from gridbench.physics.terms import Device
    from gridbench.scenario.scenario import Scenario

    Floats = NDArray[np.float64]
    Shades = Mapping[str, tuple[float, ...]]

COLOURS = {"grid_tie": "#999999", "generator": "#D55E00", "wind": "#009E73", "renewable": "#E69F00", "storage": "#0072B2",
           "ev_charger": "#CC79A7", "flexible_load": "#F0E442"}  # fmt: skip
"""A colour by kind of device in the order of the stack, for colour-blind eyes too (Okabe and Ito); units differ in shade."""
DASHES = "-", "--", "-.", ":"
POWER, ENERGY, VOLTAGE, PRICE = "power (MW)\ninto the network +", "stored energy (MWh)", "voltage (pu)", "price (usd/MWh)"
"""What the vertical axes say."""


def figure(title: str, width: float, height: float) -> Any:  # noqa: ANN401
    """Return an empty picture that needs no screen; inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    drawn = Figure(figsize=(width, height), layout="constrained", dpi=110)
    FigureCanvasAgg(drawn)
    drawn.suptitle(title, fontsize=13)
    return drawn


def save(drawn: Any, path: Path) -> None:  # noqa: ANN401
    """Write a picture as SVG where the path says so, else as PNG, the same bytes for the same picture; raises StorageError."""
    from matplotlib import rc_context  # noqa: PLC0415

    image, vectors = io.BytesIO(), path.suffix == ".svg"
    with rc_context({"svg.hashsalt": "gridbench", "svg.fonttype": "path"}):
        metadata = {"Date": None, "Creator": None} if vectors else {"Software": None}
        drawn.savefig(image, format="svg" if vectors else "png", metadata=metadata)
    write_bytes(path, image.getvalue())


def ends_h(scenario: Scenario) -> Floats:
    """Return the ends of the steps (steps + 1,), hours of the day."""
    return np.asarray(np.arange(scenario.steps + 1) * scenario.step_h, dtype=np.float64)


def hours(axis: Any, scenario: Scenario) -> None:  # noqa: ANN401
    """Let a horizontal axis span the day."""
    length_h = scenario.steps * scenario.step_h
    axis.set_xlim(0.0, length_h)
    axis.set_xticks(np.arange(0.0, length_h + 1e-9, max(1.0, np.floor(length_h / 8.0))))
    axis.set_xlabel("hour of the day (h)")


def shades(devices: Iterable[Device]) -> Shades:
    """Return a colour by device: its kind's, mixed with white from unit to unit."""
    from matplotlib.colors import to_rgb  # noqa: PLC0415

    kinds = {device.name: shown_kind(device) for device in devices if device.kind in COLOURS}
    found = {}
    for name, kind in sorted(kinds.items(), key=lambda item: list(COLOURS).index(item[1])):
        peers = [other for other in kinds if kinds[other] == kind]
        white = 0.65 * peers.index(name) / max(1, len(peers) - 1) if len(peers) > 1 else 0.0
        found[name] = tuple(part + (1.0 - part) * white for part in to_rgb(COLOURS[kind]))
    return found


def shown_kind(device: Device) -> str:
    """Return the kind of a device as pictures tell it: wind apart from other renewables."""
    return "wind" if str(getattr(device, "profile", "")).startswith("wind") else device.kind


def courses(scenario: Scenario, states: Floats, state: str) -> dict[str, Floats]:
    """Return one state by device at the ends of the steps, its start first (steps + 1,); `states` (steps, all of the plant)."""
    names = [f"{device.name}.{own}" for device in scenario.devices for own in device.states()]
    found = {}
    for device in scenario.devices:
        if state in device.states():
            found[device.name] = np.concatenate([[device.initial()[state]], states[:, names.index(f"{device.name}.{state}")]])
    return found


def powers(axis: Any, ends: Floats, curves: Mapping[str, Floats], demand: Floats, colours: Shades) -> None:  # noqa: ANN401
    """Stack powers by device (steps,) above and below zero, and draw the demand over them."""
    above, below = np.zeros(demand.size), np.zeros(demand.size)
    for name in sorted(curves, key=lambda name: list(colours).index(name) if name in colours else len(colours)):
        power, colour = curves[name], colours.get(name, "#009E73")
        up, down = above + np.maximum(power, 0.0), below + np.minimum(power, 0.0)
        axis.stairs(up, ends, baseline=above, fill=True, color=colour, label=name, edgecolor="white", linewidth=0.3)
        axis.stairs(down, ends, baseline=below, fill=True, color=colour, edgecolor="white", linewidth=0.3)
        above, below = up, down
    axis.stairs(demand, ends, baseline=None, color="black", linewidth=1.6, label="demand served")
    axis.axhline(0.0, color="black", linewidth=0.6)
    _show(axis, float(below.min()), float(above.max()))


def energies(axis: Any, ends: Floats, curves: Mapping[str, Floats], colours: Shades) -> None:  # noqa: ANN401
    """Draw stored energies by device (steps + 1,)."""
    for i, (name, energy) in enumerate(curves.items()):
        axis.plot(ends, energy, color=colours.get(name, "black"), linestyle=DASHES[i % 4], linewidth=1.8, label=name)
    _show(axis, 0.0, 0.0)


def voltages(axis: Any, ends: Floats, v_pu: Floats, dark: NDArray[np.bool_], band: VoltageBand) -> None:  # noqa: ANN401
    """Draw the lowest to the highest voltage of all buses but the root (v_pu (steps, buses)), the band, and dark steps."""
    voltage = np.where(dark[:, None], np.nan, v_pu)[:, 1:]
    low, high = voltage.min(axis=1), voltage.max(axis=1)
    axis.stairs(high, ends, baseline=low, fill=True, color="#56B4E9", alpha=0.6, label="lowest to highest bus")
    for edge, label in ((band.v_min_pu, f"band {band.v_min_pu:g} to {band.v_max_pu:g} pu"), (band.v_max_pu, None)):
        axis.axhline(edge, color="#D55E00", linestyle="--", linewidth=1.2, label=label)
    for i, step in enumerate(np.flatnonzero(dark)):
        axis.axvspan(ends[step], ends[step + 1], color="black", label="blackout" if i == 0 else None)
    _show(axis, float(low[~dark].min(initial=band.v_min_pu)), float(high[~dark].max(initial=band.v_max_pu)))


def prices(axis: Any, ends: Floats, curves: Mapping[str, Floats]) -> None:  # noqa: ANN401
    """Draw prices by name (steps,)."""
    for dash, (name, price) in zip(DASHES, curves.items(), strict=False):
        axis.stairs(price, ends, baseline=None, color="black", linewidth=1.3, linestyle=dash, label=name)
    axis.axhline(0.0, color="black", linewidth=0.6)


def _show(axis: Any, *heights: float) -> None:  # noqa: ANN401
    """Keep heights inside the picture: filled steps do not count by themselves."""
    axis.update_datalim([(0.0, height) for height in heights])
    axis.autoscale_view()


def legend(row: Iterable[Any], labels: Collection[str]) -> None:
    """Draw one legend beside a row of axes, what `labels` names first and in that order."""
    handles: dict[str, Any] = {}
    for axis in row:
        axis.grid(axis="both", color="#dddddd", linewidth=0.6)
        axis.set_axisbelow(True)
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    if handles:
        order = sorted(handles, key=lambda label: list(labels).index(label) if label in labels else len(labels))
        axis.legend([handles[label] for label in order], order, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
