"""The parts of a scenario, read from a file or given in code, and the one way in which they become a Scenario."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from gridbench.errors import InvalidInput
from gridbench.scenario.demand import expand
from gridbench.scenario.ownership import groups
from gridbench.scenario.placement import check_ties, placed
from gridbench.scenario.scenario import AgentGroup, Scenario
from gridbench.scenario.splits import column_faults, read_splits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gridbench.physics.devices import LoadingLimit, VoltageBand
    from gridbench.physics.terms import Device
    from gridbench.scenario import tables
    from gridbench.scenario.feeders import Network
    from gridbench.scenario.reading import Item, Reading
    from gridbench.scenario.series import Series

T = TypeVar("T")


@dataclass(frozen=True)
class Parts:
    """All that a scenario is made of; `fetch` returns a series by the name that the splits use, or raises InvalidInput."""

    head: Item[tables.Head]
    time: Item[tables.TimeTable]
    voltage: Item[VoltageBand]
    loading: Item[LoadingLimit]
    blackout: Item[tables.BlackoutTable]
    network: Network | None
    devices: Sequence[Item[Device]]
    demand: Sequence[Item[tables.LoadsTable]]
    agents: Sequence[Item[tables.AgentTable]]
    splits: Sequence[Item[tables.SplitTable]]
    fetch: Callable[[str], Series]

    def settled(self, reading: Reading, where: str, digest: Callable[[Scenario], str]) -> Scenario:
        """Return the scenario that `digest` names. Raises InvalidInput with every fault met so far or in how the parts fit."""
        devices, agents = self._inhabitants(reading)
        time = self.time.value
        splits, library = read_splits(reading, self.splits, self.fetch, None if time is None or time.faults() else time)
        column_faults(reading, (*self.devices, *self.demand), library)
        if reading.faults or self.network is None:
            raise InvalidInput(where, list(dict.fromkeys(reading.faults)))
        head, time = _there(self.head), _there(self.time)
        scenario = Scenario(
            name=head.name,
            version=head.version,
            title=head.title,
            digest="",
            feeder=replace(self.network.feeder, loads=()),
            devices=devices,
            voltage=_there(self.voltage),
            loading=_there(self.loading),
            blackout_usd=_there(self.blackout).blackout_usd,
            step_h=time.step_h,
            steps=time.steps,
            agents=agents,
            splits=splits,
            anchor=head.anchor,
            violating_share_max=head.violating_share_max,
            reward_usd=head.reward_usd,
        )
        return replace(scenario, digest=digest(scenario))

    def _inhabitants(self, reading: Reading) -> tuple[tuple[Device, ...], tuple[AgentGroup, ...]]:
        """The devices and agents; what hangs from a fault of the network is left unchecked, not reported twice."""
        if self.network is None:
            check_ties(reading, self.devices, None)
            known = [item.value for item in self.devices if item.value is not None]
            groups(reading, self.agents, None, known, [item.name for item in self.devices])
            return (), ()
        loads = expand(reading, self.demand, self.network)
        stated = [item.name for item in self.devices]
        for name in sorted({*stated} & {load.name for load in loads}):
            reading.add("device", f"{name!r} is the name of a nominal load too; mend: rename the device")
        devices = (*placed(reading, self.devices, self.network), *loads)
        return devices, groups(reading, self.agents, self.network, devices, stated)


def _there(item: Item[T]) -> T:
    """The value of a part that had no fault."""
    if item.value is None:
        raise InvalidInput(item.path, ["missing"])
    return item.value
