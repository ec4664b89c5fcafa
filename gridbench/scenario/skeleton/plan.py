"""Plan: the devices of a new scenario, sized by the demand and the ratings of its network, and who owns them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput
from gridbench.physics.devices import CapacitorBank, Generator, Regulator, Renewable, Storage
from gridbench.scenario.assembly import default_tie

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.networks import Feeder
    from gridbench.physics.devices import GridTie
    from gridbench.scenario.skeleton.ground import Ground

GENERATOR_SHARE, STORAGE_SHARE, SOLAR_SHARE, BANK_SHARE = 0.3, 0.2, 0.5, 0.3
"""Sizes over the nominal demand: active power, of the bank reactive power."""
STORAGE_H = 4.0
OVERLOAD_USD_PER_MW = 200.0
"""Price of an overload of the tie over the nominal demand."""
BANK_STEPS = 3
MOVE_USD_PER_MW = 0.1
"""Price of a position moved over the nominal demand: it grows with what a move can save."""
ROOM_SHARE = 0.5
"""A unit takes at most this share of the least rating on its way to the root."""
UNITS = ("diesel", "storage", "solar")
"""What agents other than the first own."""


@dataclass(frozen=True)
class Plan:
    """What stands where: the tie, the operator's regulators or bank, units, plants that were in the network, a sheddable load."""

    tie: GridTie
    stepped: tuple[Regulator | CapacitorBank, ...]
    units: tuple[Generator | Storage | Renewable, ...]
    plants: tuple[Renewable, ...]
    shed_bus: str
    demand_mw: float

    @property
    def out(self) -> tuple[str, ...]:
        """The units that have a breaker."""
        return tuple(unit.name for unit in self.units if unit.connection is not None)

    def owners(self, agents: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the devices of each agent: the first has the operator's, the others the units in turn, or it has all.

        Raises InvalidInput for more agents than there are units for.
        """
        operator, *others = agents
        if len(others) > len(self.units):
            fault = f"{len(others)} beside {operator!r} for {len(self.units)} units; mend: name fewer, and add more in the file"
            raise InvalidInput("--agents", [fault])
        own: dict[str, list[str]] = {agent: [] for agent in agents}
        own[operator] = [self.tie.name, *(one.name for one in self.stepped), f"load.{self.shed_bus}"]
        for turn, unit in enumerate(self.units):
            own[others[turn % len(others)] if others else operator].append(unit.name)
        own[operator] += [plant.name for plant in self.plants]
        return {agent: tuple(names) for agent, names in own.items()}


def plan(ground: Ground, step_h: float) -> Plan:
    """Return the devices for a network. Raises InvalidInput where it has no demand to size them by.

    Loaded buses are ranked by the resistance to the root: the generator stands a third of the way out, solar two thirds, the
    storage at the end.
    """
    feeder = ground.feeder
    tie = default_tie(feeder)
    demand_mw, demand_mvar = (sum(getattr(load, power) for load in feeder.loads) for power in ("p_mw", "q_mvar"))
    if tie is None or demand_mw <= 0:
        raise InvalidInput(ground.network, ["has no demand to size devices by; mend: choose another network"])
    far, move_usd = _ranked(feeder), rounded(MOVE_USD_PER_MW * demand_mw)
    near, middle, end = (far[round(share * (len(far) - 1))] for share in (1 / 3, 2 / 3, 1.0))
    solar_mw = _sized(feeder, middle, SOLAR_SHARE * demand_mw)
    return Plan(
        tie=replace(tie, rating_mva=rounded(tie.rating_mva), overload_usd_per_h=rounded(OVERLOAD_USD_PER_MW * demand_mw)),
        stepped=(*_regulators(ground, move_usd), *_banks(ground, move_usd)) or _bank(end, demand_mvar, move_usd),
        units=(
            _generator(near, _sized(feeder, near, GENERATOR_SHARE * demand_mw), step_h),
            _storage(end, _sized(feeder, end, STORAGE_SHARE * demand_mw)),
            _solar("solar", middle, solar_mw),
        ),
        plants=tuple(_solar(f"plant.{bus}", bus, p_mw) for bus, p_mw in ground.plants.items()),
        shed_bus=_largest(feeder),
        demand_mw=demand_mw,
    )


def rounded(number: float) -> float:
    """Return a number above 0 in two digits."""
    return float(f"{number:.2g}")


def _ranked(feeder: Feeder) -> list[str]:
    """The buses with demand but the root, by the resistance of their way to it; all buses but the root where none has any."""
    tree = feeder.arrays
    resistance = [0.0] * len(feeder.buses)
    for k, parent in enumerate(tree.parent.tolist()):
        resistance[k + 1] = resistance[parent] + float(tree.r[k])
    outer = range(1, len(feeder.buses))
    loaded = [k for k in outer if tree.load_p[k] > 0] or list(outer)
    return [feeder.buses[k].name for k in sorted(loaded, key=lambda k: (resistance[k], k))]


def _largest(feeder: Feeder) -> str:
    """The bus with the largest demand."""
    return feeder.buses[int(feeder.arrays.load_p.argmax())].name


def _sized(feeder: Feeder, bus: str, wanted_mw: float) -> float:
    """The power wanted, but no more than the way to the root has room for."""
    tree, k, least_pu = feeder.arrays, feeder.bus_index(bus), math.inf
    while k > 0:
        least_pu = min(least_pu, float(tree.rating[k - 1]))
        k = int(tree.parent[k - 1])
    return rounded(min(wanted_mw, ROOM_SHARE * least_pu * feeder.base_mva))


def _regulators(ground: Ground, move_usd: float) -> tuple[Regulator, ...]:
    """A regulator in each branch for one, of 16 steps of 5/8 % up and down."""
    return tuple(Regulator(name=f"regulator.{branch}", branch=branch, step_usd=move_usd) for branch in ground.regulated)


def _banks(ground: Ground, move_usd: float) -> tuple[CapacitorBank, ...]:
    """The published capacitors in three steps each."""
    sizes = {bus: rounded(mvar / BANK_STEPS) for bus, mvar in ground.banks.items()}
    return tuple(
        CapacitorBank(name=f"bank.{bus}", bus=bus, steps=BANK_STEPS, step_mvar=mvar, switch_usd=move_usd)
        for bus, mvar in sizes.items()
    )


def _bank(bus: str, demand_mvar: float, move_usd: float) -> tuple[CapacitorBank, ...]:
    """A bank of three steps, where demand is inductive."""
    if demand_mvar <= 0:
        return ()
    step_mvar = rounded(BANK_SHARE * demand_mvar / BANK_STEPS)
    return (CapacitorBank(name="bank", bus=bus, steps=BANK_STEPS, step_mvar=step_mvar, switch_usd=move_usd),)


def _generator(bus: str, p_mw: float, step_h: float) -> Generator:
    """A generator that runs at a fifth of its power at least and starts at half."""
    return Generator(
        name="diesel",
        bus=bus,
        p_min_mw=rounded(0.2 * p_mw),
        p_max_mw=p_mw,
        s_max_mva=rounded(1.25 * p_mw),
        power_factor_min=0.8,
        cost_usd_per_mw2h=rounded(40.0 / p_mw),
        cost_usd_per_mwh=60.0,
        cost_usd_per_h=rounded(0.8 * p_mw),
        start_usd=rounded(40.0 * p_mw),
        start_mw=rounded(0.5 * p_mw),
        ramp_mw_per_h=rounded(0.5 * p_mw),
        min_up_steps=round(3 / step_h),
        min_down_steps=round(2 / step_h),
        connection="connected_diesel",
    )


def _storage(bus: str, power_mw: float) -> Storage:
    """A battery that begins the day half full."""
    return Storage(
        name="storage",
        bus=bus,
        power_mw=power_mw,
        s_max_mva=rounded(1.1 * power_mw),
        energy_mwh=rounded(STORAGE_H * power_mw),
        wear_usd_per_mwh=4.0,
        missing_usd_per_mwh=250.0,
        connection="connected_storage",
    )


def _solar(name: str, bus: str, p_mw: float) -> Renewable:
    """A solar plant behind an inverter a tenth larger."""
    return Renewable(name=name, bus=bus, p_rated_mw=round(p_mw, 6), s_max_mva=round(1.1 * p_mw, 6), profile="pv_a")
