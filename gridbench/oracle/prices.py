"""The solved relaxation of a day: its safe bound, the values by name, and its multipliers as prices with units."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gridbench.errors import UnknownName
from gridbench.oracle.naming import Names
from gridbench.oracle.network_day import P_BALANCE, Q_BALANCE

if TYPE_CHECKING:
    from gridbench.oracle.affine import Floats
    from gridbench.oracle.conic import Solution
    from gridbench.oracle.formulation import Formulation


@dataclass(frozen=True, eq=False)
class NodalPrices:
    """What one more MWh or Mvarh of demand at a bus in a step costs the day, arrays (steps, buses)."""

    buses: tuple[str, ...]
    step_h: float
    p_usd_per_mwh: Floats
    q_usd_per_mvarh: Floats

    def at(self, bus: str) -> Floats:
        """Return the price of active power at a bus (steps,), usd/MWh. Raises UnknownName."""
        if bus not in self.buses:
            raise UnknownName("bus", bus, self.buses)
        return self.p_usd_per_mwh[:, self.buses.index(bus)]


@dataclass(frozen=True, eq=False)
class Relaxation:
    """The continuous relaxation of a day as the solver left it; `bound_usd` holds for every day without a blackout."""

    formulation: Formulation
    solution: Solution
    bound_usd: float
    seconds: float

    @property
    def status(self) -> str:
        """How the solver ended."""
        return self.solution.status

    @property
    def money_usd(self) -> float:
        """The value that the solver found (usd), to its own tolerance."""
        return self.solution.money

    @property
    def x(self) -> Floats:
        """The columns (n,)."""
        return self.solution.x

    @cached_property
    def values(self) -> dict[str, Floats]:
        """The columns by name, arrays (steps,), (steps, places) or (1,): `values["cell.charge_mw"][3]`."""
        return {name: self.x[cols] for name, cols in self.formulation.problem.columns.items()}

    def value(self, name: str) -> float:
        """Return one column by its full name, `cell.charge_mw[3]` or `u[814, 3]`. Raises UnknownName."""
        return float(self.x[self._names.number(name)])

    @cached_property
    def _names(self) -> Names:
        return Names(self.formulation.scenario, "column", self.formulation.problem.columns)

    @cached_property
    def prices(self) -> NodalPrices:
        """The nodal prices: multipliers of the balances, whose unit is usd per pu of one step."""
        scenario = self.formulation.scenario
        per_mwh = -1.0 / (scenario.feeder.base_mva * scenario.step_h)
        buses = tuple(bus.name for bus in scenario.feeder.buses)
        active, reactive = (self.multipliers(name) * per_mwh for name in (P_BALANCE, Q_BALANCE))
        return NodalPrices(buses, scenario.step_h, active, reactive)

    @cached_property
    def stored_usd_per_mwh(self) -> dict[str, Floats]:
        """What one more MWh in a store at the end of each step saves, by store and energy: `cell.energy_mwh` (steps,)."""
        found = {}
        for day in self.formulation.days.values():
            for state in day.states:
                name = f"{day.device.name}.{state}"
                if state.endswith("_mwh"):
                    found[name] = -self.multipliers(f"{name} advance")
        return found

    def multipliers(self, rows: str) -> Floats:
        """Return the multipliers of a block of rows, usd per unit by which `lhs - rhs` grows; 0 where there is no row.

        Raises UnknownName.
        """
        blocks = self.formulation.problem.rows
        if rows not in blocks:
            raise UnknownName("row", rows, blocks)
        return np.append(self.solution.y, 0.0)[blocks[rows]]
