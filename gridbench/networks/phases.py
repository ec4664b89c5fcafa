"""From a feeder made of the built-in ones to its unbalanced network, out of the same published figures.

What the feeder states wins over the figures: its root and voltage, ratings, ratios (neutral or published), and how large loads
and capacitors are. The transformer that a joined part hangs from is taken as wye to wye with grounded neutrals. Mutual impedances
and charging are kept; no impedance is raised to a floor. A delta winding gets a susceptance to ground of ANTIFLOAT of its rating:
a part between deltas has no defined voltage to ground without it.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import InvalidInput
from gridbench.networks.catalog import network
from gridbench.networks.equivalent import TAP_STEP
from gridbench.networks.recognition import parts
from gridbench.networks.three_phase import PhaseLoad, Terminal, ThreePhase
from gridbench.networks.winding_table import WindingTable
from gridbench.physics.unbalanced import BALANCED, DELTA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gridbench.networks.feeder import Feeder, Shunt
    from gridbench.networks.published import Capacitor, Connection, Line, Load, Simulated, Unit
    from gridbench.networks.recognition import Part

PHASES = "ABC"
ANTIFLOAT = 1e-6
"""As OpenDSS has it by default (`ppm_antifloat`)."""
SOURCE = "source"
"""The bus behind the source's impedance, and that impedance as a branch without a rating, where there is one."""


def three_phase(feeder: Feeder) -> ThreePhase:
    """Return the unbalanced network of a feeder.

    Raises InvalidInput where it is not made of built-in networks, or its root lacks a phase.
    """
    return _Building(feeder).network()


def simulated(name: str) -> ThreePhase:
    """Return ieee13, ieee34 or ieee123 with all that the simulator of their solution adds to the figures; raises UnknownName.

    These are the source's voltage and impedance, and the rounded nominal voltages of loads and capacitors.
    """
    feeder = network(name, load_model="constant_power")
    return _Building(feeder, parts(feeder)[0].data.simulated).network()


class _Building:
    """One network in the making: its parts, the phases of its buses, and the table of its elements."""

    def __init__(self, feeder: Feeder, added: Simulated | None = None) -> None:
        self.feeder, self.added, self.parts = feeder, added, parts(feeder)
        self.base_kv = {bus.name: bus.base_kv for bus in feeder.buses}
        phases = {SOURCE: PHASES} if added else {}
        for bus in self.base_kv:
            here = [part.data.phases[own] for part in self.parts for own, kept in part.buses.items() if kept == bus]
            phases[bus] = "".join(sorted(set("".join(here))))
        if phases[feeder.root] != PHASES:
            fault = f"its root {feeder.root!r} has the phases {phases[feeder.root]} only; mend: cut it at a bus of three"
            raise InvalidInput(f"three-phase network of {feeder.name!r}", [fault])
        self.nodes = tuple((bus, phase) for bus, own in phases.items() for phase in own)
        self.table = WindingTable(self.nodes)

    def network(self) -> ThreePhase:
        feeder, added = self.feeder, self.added
        if added:
            y = self._base_ohm(feeder.root) / complex(added.source_r_ohm, added.source_x_ohm)
            self.table.add(SOURCE, (SOURCE, feeder.root), PHASES, y * np.eye(3), rating_pu=np.inf)
        for part in self.parts:
            self._elements(part)
        loads = tuple(load for part in self.parts for load in self._loads(part))
        for shunt in feeder.shunts:
            self._shunt(shunt, loads)
        return ThreePhase(
            name=feeder.name,
            base_mva=feeder.base_mva,
            nodes=self.nodes,
            slack_voltage=(added.source_voltage_pu if added else feeder.root_voltage_pu) * BALANCED,
            windings=self.table.windings(),
            shunts=self.table.shunts(),
            loads=loads,
            aliases=dict(feeder.aliases),
        )

    def _base_ohm(self, bus: str) -> float:
        return self.base_kv[bus] ** 2 / self.feeder.base_mva

    def _elements(self, part: Part) -> None:
        """The elements of a part; those above the root are not among its branches."""
        if (link := part.link) is not None:
            y = np.eye(3) / complex(link.r_pu, link.x_pu)
            ends = link.from_bus, link.to_bus
            self.table.add(link.name, ends, PHASES, y, ratio=link.ratio, rating_pu=link.rating_pu)
        for line in part.data.lines:
            if _name(line) in part.branches:
                self._line(part, line)
        for units in part.data.transformers, part.data.regulators:
            for name, group in groupby(sorted(units, key=_name), _name):
                if name in part.branches:
                    self._units(part, list(group))

    def _line(self, part: Part, line: Line) -> None:
        branch = part.branches[_name(line)]
        base_ohm, n = self._base_ohm(branch.from_bus), len(line.phases)
        self.table.add(
            branch.name,
            (branch.from_bus, branch.to_bus),
            line.phases,
            base_ohm * np.linalg.inv(line.r_ohm + 1j * line.x_ohm),
            rating_pu=branch.rating_pu * 3 / n,
            ratio=branch.ratio,
            charging=0.5j * base_ohm * 1e-6 * line.b_us,
        )

    def _units(self, part: Part, units: Sequence[Unit]) -> None:
        """The units between two buses; each phase of a unit has its share of the unit's rated power."""
        branch = part.branches[_name(units[0])]
        base_kva = 1000 * self.feeder.base_mva
        loadable = branch.rating_pu * base_kva / sum(unit.rated_kva for unit in units)
        for unit in units:
            n = len(unit.phases)
            rated_pu = 3 * unit.rated_kva / n / base_kva
            connections = unit.connection_from, unit.connection_to
            self.table.add(
                branch.name,
                (branch.from_bus, branch.to_bus),
                unit.phases,
                100 * rated_pu / complex(unit.r_percent, unit.x_percent) * np.eye(n),
                rating_pu=rated_pu * loadable,
                ratio=1.0 if branch.ratio == 1.0 else 1.0 + TAP_STEP * unit.tap,
                connections=connections,
            )
            self._antifloat(branch.from_bus, unit.phases, connections[0], rated_pu)
            self._antifloat(branch.to_bus, unit.phases, connections[1], rated_pu)

    def _antifloat(self, bus: str, phases: str, connection: Connection, rated_pu: float) -> None:
        """Hold the terminals of a delta winding to ground: its voltages are between phases, hence the square of DELTA."""
        for phase in phases if connection == "delta" else "":
            self.table.ground(Terminal(bus, phase), -1j * ANTIFLOAT * DELTA**2 * rated_pu)

    def _loads(self, part: Part) -> Iterator[PhaseLoad]:
        """The published loads at the buses that the feeder holds, one a terminal."""
        for load in part.data.loads:
            if load.bus in part.buses:
                bus, phases = part.buses[load.bus], _terminals(load)
                p_mw, q_mvar = (number / 1000 / len(phases) for number in (load.p_kw, load.q_kvar))
                for one in phases:
                    yield PhaseLoad(Terminal(bus, one), load.model, p_mw, q_mvar, self._nominal_pu(load, bus))

    def _nominal_pu(self, element: Load | Capacitor, bus: str) -> float:
        """The nominal voltage of a load or capacitor: the base voltage, or as the simulator files state it."""
        to_ground = len(element.phases) == 1
        return element.stated_kv / (self.base_kv[bus] * (DELTA if to_ground else 1.0)) if self.added else 1.0

    def _shunt(self, shunt: Shunt, loads: Sequence[PhaseLoad]) -> None:
        """A shunt of the feeder, over the phases of the published capacitors of its bus, or of the loads it is a share of."""
        weights: list[tuple[Terminal, complex]] = []
        if shunt.is_capacitor:
            weights = [(terminal, 1j * q_mvar) for terminal, q_mvar in self._capacitors(shunt.bus)]
        else:
            weights = [(load.terminal, load.shunt_mva) for load in loads if load.terminal.bus == shunt.bus]
        even = [Terminal(bus, phase) for bus, phase in self.nodes if bus == shunt.bus]
        for terminal, (g_share, b_share) in spread(weights, even).items():
            self.table.ground(terminal, 3 * complex(shunt.g_pu * g_share, shunt.b_pu * b_share) * self._stated(shunt))

    def _capacitors(self, bus: str) -> Iterator[tuple[Terminal, float]]:
        """The published capacitors at a bus, Mvar by terminal."""
        for part in self.parts:
            for bank in part.data.capacitors:
                if part.buses.get(bank.bus) == bus:
                    yield from ((Terminal(bus, phase), bank.q_kvar / 1000 / len(bank.phases)) for phase in bank.phases)

    def _stated(self, shunt: Shunt) -> float:
        """By what the admittance of a capacitor grows where its nominal voltage is the one of the simulator files."""
        here = [bank for part in self.parts for bank in part.data.capacitors if part.buses.get(bank.bus) == shunt.bus]
        return self._nominal_pu(here[0], shunt.bus) ** -2 if here else 1.0


def spread(weights: Sequence[tuple[Terminal, complex]], even: Sequence[Terminal]) -> dict[Terminal, tuple[float, float]]:
    """Return the shares of active and reactive power by terminal, in proportion to the weights, evenly where they sum to 0."""
    p, q = _shares([(one, w.real) for one, w in weights], even), _shares([(one, w.imag) for one, w in weights], even)
    return {terminal: (p.get(terminal, 0.0), q.get(terminal, 0.0)) for terminal in p | q}


def _shares(weights: Sequence[tuple[Terminal, float]], even: Sequence[Terminal]) -> dict[Terminal, float]:
    """The shares of one kind of power."""
    total = sum(weight for _, weight in weights)
    if not total:
        return dict.fromkeys(even, 1 / len(even))
    shares: dict[Terminal, float] = {}
    for terminal, weight in weights:
        shares[terminal] = shares.get(terminal, 0.0) + weight / total
    return shares


def _terminals(load: Load) -> list[str]:
    """The terminals that a load is spread over evenly: its phases, or in delta the pairs of them."""
    if load.connection == "wye":
        return list(load.phases)
    return [load.phases] if len(load.phases) == 2 else ["AB", "BC", "CA"]


def _name(element: Line | Unit) -> str:
    """What the balanced equivalent calls the branch of an element."""
    return f"{element.from_bus}-{element.to_bus}"
