"""Ground: the network that a new scenario stands on, built in or the author's own, and where regulators may stand in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gridbench.errors import NetworkError
from gridbench.networks import network
from gridbench.networks.equivalent import floored
from gridbench.networks.folder import network_in
from gridbench.networks.pandapower_file import pandapower_file
from gridbench.networks.tables import rows
from gridbench.scenario.inside import names_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gridbench.networks import Feeder

OWN = "network/"
"""The folder of a network of one's own, within that of the scenario."""
MOST_REGULATORS = 3
"""Transformers that get a tap changer, where a network has no published regulators."""


@dataclass(frozen=True)
class Ground:
    """A feeder with demand only; `network` as scenario.toml names it, `regulated` the branches for regulators.

    `banks` are published capacitors (Mvar, by bus), which the feeder still holds, `plants` what loads of negative power generate
    (MW, by bus), and `notes` what the reading has changed.
    """

    network: str
    feeder: Feeder
    regulated: tuple[str, ...]
    banks: Mapping[str, float]
    plants: Mapping[str, float]
    notes: tuple[str, ...]

    @property
    def own(self) -> bool:
        """Whether its files stand in the scenario's folder."""
        return names_folder(self.network)


def built_in(name: str) -> Ground:
    """Return a built-in network, its regulators neutral. Raises UnknownName."""
    feeder = network(name, neutral_regulators=True, load_model="constant_power")
    published = dict.fromkeys(f"{row['from_bus']}-{row['to_bus']}" for row in rows(name, "regulators"))
    known = {branch.name for branch in feeder.branches}
    own = tuple(branch for branch in published if branch in known)
    banks: dict[str, float] = defaultdict(float)
    for row in rows(name, "capacitors"):
        banks[feeder.buses[feeder.bus_index(row["bus"])].name] += float(row["q_kvar"]) / 1000
    return Ground(name, feeder, own or _transformers(feeder), dict(banks), {}, ())


def from_pandapower_file(path: Path) -> Ground:
    """Return the network of a file in pandapower's JSON. Raises NetworkError."""
    return _own(pandapower_file(path), str(path))


def from_folder(path: Path) -> Ground:
    """Return the network of a folder of tables. Raises NetworkError."""
    return _own(network_in(path, floor=False), str(path))


def _own(feeder: Feeder, where: str) -> Ground:
    """The ground of an author's own network. Raises NetworkError for one that gives nothing to size devices by."""
    plants: dict[str, float] = defaultdict(float)
    for load in feeder.loads:
        plants[load.bus] += max(-load.p_mw, 0.0)
    plants = {bus: p_mw for bus, p_mw in plants.items() if p_mw}
    demand = replace(feeder, loads=tuple(load for load in feeder.loads if load.p_mw >= 0 and (load.p_mw or load.q_mvar)))
    faults = [] if feeder.branches else ["has no branch in service; mend: connect the external grid to the loads"]
    if not any(load.p_mw > 0 for load in demand.loads):
        faults.append("has no load that draws power, and devices are sized by demand; mend: add its nominal loads")
    if faults:
        raise NetworkError(where, faults)
    notes = (
        [f"generation at {len(plants)} bus(es) becomes renewable plants with a solar profile, at power factor 1"]
        if plants
        else []
    )
    low = [one.name for one in feeder.branches if floored(one.r_pu, one.x_pu, feeder.base_mva)[1] != one.x_pu]
    if low:
        shown = ", ".join(low[:6]) + (f" and {len(low) - 6} more" if len(low) > 6 else "")
        notes.append(f"impedances below 1e-4 pu on 1 MVA are read as that much, for solvers lose digits on less: {shown}")
    return Ground(OWN, demand, _transformers(demand), {}, plants, tuple(notes))


def _transformers(feeder: Feeder) -> tuple[str, ...]:
    """The transformers of nominal ratio that stand first on the way from the root, which may get tap changers."""
    base_kv = {bus.name: bus.base_kv for bus in feeder.buses}
    below: set[str] = set()
    found = []
    for branch in feeder.branches:
        changes = base_kv[branch.from_bus] != base_kv[branch.to_bus]
        if changes and branch.ratio == 1.0 and branch.from_bus not in below:
            found.append(branch.name)
        if changes or branch.from_bus in below:
            below.add(branch.to_bus)
    return tuple(found[:MOST_REGULATORS])
