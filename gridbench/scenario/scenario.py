"""A scenario: a network, its devices and their series, with the prices of everything that can go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.errors import InvalidInput, UnknownName
from gridbench.physics.devices import CapacitorBank, GridTie, LoadingLimit, Regulator, VoltageBand

if TYPE_CHECKING:
    from gridbench.networks.feeder import Feeder
    from gridbench.physics.terms import Device
    from gridbench.scenario.series.series import Series
    from gridbench.scenario.tables import Anchor

Columns = Mapping[str, NDArray[np.float64]]
"""The series of one episode by column name, arrays (steps,)."""


def day_count(series: Series) -> int:
    """Return the number of whole days of a series."""
    return int((series.n * series.step_h + 1e-6) // 24)


@dataclass(frozen=True, slots=True)
class AgentGroup:
    """What one agent owns: devices by name, and the buses whose voltages are its concern."""

    name: str
    devices: tuple[str, ...]
    buses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """The days of one split: the series they are cut from (one after the other), and the list of day numbers."""

    name: str
    series: tuple[Series, ...]
    days: tuple[int, ...]


@dataclass(frozen=True)
class Scenario:
    """Everything that the plant and the oracle read; frozen, and named by a digest over its files, or else over its content.

    `devices` holds exactly one `GridTie`, at the root of the feeder; a `Regulator` names a branch of the feeder, every
    other device a bus. A step without supply costs the value of all demand plus `blackout_usd`.
    """

    name: str
    version: int
    title: str
    digest: str
    feeder: Feeder
    devices: tuple[Device, ...]
    voltage: VoltageBand
    loading: LoadingLimit
    blackout_usd: float
    step_h: float
    steps: int
    agents: tuple[AgentGroup, ...]
    splits: Mapping[str, Split]
    anchor: Anchor
    violating_share_max: float
    reward_usd: float
    """A reward of -1 stands for this much money."""

    @property
    def id(self) -> str:
        """The name with its version, as records state it."""
        return f"{self.name}-v{self.version}"

    @cached_property
    def tie(self) -> GridTie:
        """The connection to the upstream grid."""
        return next(d for d in self.devices if isinstance(d, GridTie))

    @cached_property
    def regulators(self) -> tuple[Regulator, ...]:
        """The regulators, in the order of the devices."""
        return tuple(d for d in self.devices if isinstance(d, Regulator))

    @cached_property
    def banks(self) -> tuple[CapacitorBank, ...]:
        """The capacitor banks, in the order of the devices."""
        return tuple(d for d in self.devices if isinstance(d, CapacitorBank))

    @property
    def stepped(self) -> tuple[Regulator | CapacitorBank, ...]:
        """The devices with integer positions: the regulators, then the banks."""
        return (*self.regulators, *self.banks)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of the series that the devices read, sorted."""
        return tuple(sorted({column for d in self.devices for column in d.inputs().values()}))

    def split(self, name: str) -> Split:
        """Return a split. Raises UnknownName."""
        if name not in self.splits:
            raise UnknownName("split", name, self.splits)
        return self.splits[name]

    def window(self, split: str, day: int) -> Columns:
        """Return all columns of one day of a split, forecasts included, arrays (steps,).

        Day numbers count through the series of the split one after the other. Raises InvalidInput for a day outside.
        """
        left = day
        for series in self.split(split).series:
            days = day_count(series)
            if 0 <= left < days:
                return series.window(round(left * 24 / series.step_h), self.steps)
            left -= days
        raise InvalidInput(f"{self.id}, split {split}", [f"there is no day {day}: choose one of 0 to {day - left - 1}"])
