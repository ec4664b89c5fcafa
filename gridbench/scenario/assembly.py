"""A scenario built in code, without files: a feeder, devices of any class, agents, and numbers that have defaults."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput, UnknownName
from gridbench.physics.devices import GridTie, LoadingLimit, VoltageBand
from gridbench.physics.terms import Device
from gridbench.scenario.content import content_digest, plain
from gridbench.scenario.feeders import Network
from gridbench.scenario.parts import Parts
from gridbench.scenario.reading import Item, Reading
from gridbench.scenario.series import Series
from gridbench.scenario.series.years import seeded_years
from gridbench.scenario.tables import AgentTable, BlackoutTable, Head, LoadsTable, SplitTable, TimeTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.networks import Feeder
    from gridbench.scenario.scenario import AgentGroup, Scenario
    from gridbench.scenario.tables import Anchor

PRESET = "caiso_like"
DAYS: Mapping[str, Sequence[int]] = {"validation": range(10, 365, 23), "test": range(12, 364, 11)}
"""The days of generated years that are used, all where none are named: all seasons, each day of the week in turn."""
TIE_RESERVE = 1.5
"""The rating of the tie that is added, over the nominal apparent demand."""
VOLTAGE = VoltageBand(v_min_pu=0.95, v_max_pu=1.05, excess_usd_per_pu2_h=250.0, trip_min_pu=0.7, trip_max_pu=1.3)
LOADING = LoadingLimit(excess_usd_per_h=200.0, trip_loading=3.0)


@dataclass(frozen=True)
class _Assembly:
    """What stands in the grid, and the numbers around it."""

    head: Item[Head]
    time: Item[TimeTable]
    voltage: VoltageBand
    loading: LoadingLimit
    blackout_usd: float
    feeder: Feeder
    devices: Sequence[Device]
    demand: Sequence[LoadsTable]
    agents: Sequence[AgentGroup]

    def settled(self, reading: Reading, series: Mapping[str, Sequence[Series]], days: Mapping[str, Sequence[int]]) -> Scenario:
        """Return the scenario. Raises InvalidInput with the faults met so far and all of the parts."""
        library, splits = _splits(reading, series, days)
        feeder = replace(self.feeder, loads=tuple(load for load in self.feeder.loads if load.p_mw or load.q_mvar))
        parts = Parts(
            head=self.head,
            time=self.time,
            voltage=reading.given("voltage", self.voltage),
            loading=reading.given("loading", self.loading),
            blackout=reading.given("blackout", BlackoutTable(blackout_usd=self.blackout_usd)),
            network=Network(feeder, {feeder.name: tuple(bus.name for bus in feeder.buses)}, ()),
            devices=[_checked(reading, item) for item in reading.all_given("device", self.devices)],
            demand=[reading.given("demand", one) for one in self.demand],
            agents=reading.all_given("agent", _owners(self.agents, self.devices), least=1),
            splits=reading.all_given("split", splits),
            fetch=library.__getitem__,
        )
        return parts.settled(reading, f"scenario {self.head.name!r}", content_digest)


def assemble(  # noqa: PLR0913 - a scenario has that many numbers
    name: str,
    feeder: Feeder,
    devices: Sequence[Device],
    agents: Sequence[AgentGroup],
    *,
    version: int = 1,
    title: str | None = None,
    step_h: float = 1.0,
    steps: int = 24,
    voltage: VoltageBand | None = None,
    loading: LoadingLimit | None = None,
    tie: GridTie | None = None,
    blackout_usd: float = 25000.0,
    demand_profile: str | None = "load_residential_a",
    lost_load_usd_per_mwh: float = 5000.0,
    series: Mapping[str, Series | Sequence[Series]] | None = None,
    seed: int = 0,
    days: Mapping[str, Sequence[int]] | None = None,
    anchor: Anchor = "idle",
    violating_share_max: float = 0.05,
    reward_usd: float = 100.0,
) -> Scenario:
    """Return the scenario of these parts, named by a digest over all of them. Raises InvalidInput with all faults at once.

    Devices may be of any class that derives from `Device`. The feeder's nominal loads become devices `load.<bus>` that follow
    the column `demand_profile`; where that is None they must be zero, lest demand vanish. Voltage band, loading limit and tie
    have defaults (VOLTAGE, LOADING, `default_tie`). The first agent is the operator: it owns the tie, and every bus that no
    agent lists, unless another agent does.

    `series` are those of each split, by default years generated from `seed` for train, validation and test; `days` are the
    days used of a split, all of them where it is not named (of generated years those in DAYS).
    """
    reading = Reading()
    time = reading.given("time", TimeTable(step_h=step_h, steps=steps))
    chosen = _series(reading, series, seed, time)
    head = Head(
        name=name, version=version, title=name if title is None else title,
        anchor=anchor, violating_share_max=violating_share_max, reward_usd=reward_usd,
    )  # fmt: skip
    profiled = demand_profile is not None and any(load.p_mw or load.q_mvar for load in feeder.loads)
    assembly = _Assembly(
        head=reading.given("", head),
        time=time,
        voltage=voltage or VOLTAGE,
        loading=loading or LOADING,
        blackout_usd=blackout_usd,
        feeder=feeder,
        devices=_with_tie(feeder, devices, tie),
        demand=[LoadsTable(profile=str(demand_profile), lost_load_usd_per_mwh=lost_load_usd_per_mwh)] if profiled else [],
        agents=agents,
    )
    return assembly.settled(reading, chosen, {**(DAYS if series is None else {}), **(days or {})})


def with_device(scenario: Scenario, device: Device, agent: str) -> Scenario:
    """Return the scenario with one more device, which `agent` owns, under a new digest. Raises InvalidInput with all faults."""
    reading = Reading()
    groups = {group.name: group for group in scenario.agents}
    if agent not in groups:
        reading.add("agent", str(UnknownName("agent", agent, groups)))
    owner = groups.get(agent, scenario.agents[0])
    groups[owner.name] = replace(owner, devices=(*owner.devices, getattr(device, "name", "")))
    head = Head(
        name=scenario.name, version=scenario.version, title=scenario.title,
        anchor=scenario.anchor, violating_share_max=scenario.violating_share_max, reward_usd=scenario.reward_usd,
    )  # fmt: skip
    assembly = _Assembly(
        head=reading.given("", head),
        time=reading.given("time", TimeTable(step_h=scenario.step_h, steps=scenario.steps)),
        voltage=scenario.voltage,
        loading=scenario.loading,
        blackout_usd=scenario.blackout_usd,
        feeder=scenario.feeder,
        devices=(*scenario.devices, device),
        demand=(),
        agents=tuple(groups.values()),
    )
    splits = scenario.splits
    return assembly.settled(
        reading, {name: one.series for name, one in splits.items()}, {name: one.days for name, one in splits.items()}
    )


def default_tie(feeder: Feeder) -> GridTie | None:
    """Return the tie of a feeder that is given none, rated TIE_RESERVE times its nominal demand; nothing where that is zero."""
    demand = [shunt for shunt in feeder.shunts if not shunt.is_capacitor]
    p_mw = sum(load.p_mw for load in feeder.loads) + feeder.base_mva * sum(shunt.g_pu for shunt in demand)
    q_mvar = sum(load.q_mvar for load in feeder.loads) - feeder.base_mva * sum(shunt.b_pu for shunt in demand)
    rating_mva = round(TIE_RESERVE * math.hypot(p_mw, q_mvar), 6)
    if rating_mva == 0.0:
        return None
    return GridTie(
        name="tie",
        bus=feeder.root,
        rating_mva=rating_mva,
        price="price_usd_per_mwh",
        delivery_usd_per_mwh=30.0,
        sell_factor=0.9,
        overload_usd_per_h=500.0,
        trip_loading=3.0,
    )


def _with_tie(feeder: Feeder, devices: Sequence[Device], tie: GridTie | None) -> Sequence[Device]:
    """The devices with the tie, unless they hold one."""
    if tie is None and not any(isinstance(device, GridTie) for device in devices):
        tie = default_tie(feeder)
    return devices if tie is None else (*devices, tie)


def _checked(reading: Reading, item: Item[Device]) -> Item[Device]:
    """The device, if it is one; faults of a class that gridbench does not know go to `reading`."""
    device: object = item.value
    if device is None:
        return item
    if not isinstance(device, Device):
        cls = type(device).__name__
        reading.add(item.path, f"is a {cls}, which is no device; mend: derive it from gridbench.physics.terms.Device")
        return replace(item, value=None)
    for field in ("name", "kind"):
        if not isinstance(getattr(device, field, None), str) or not getattr(device, field):
            reading.add(item.path, f"has no {field}; mend: state it as text")
            item = replace(item, value=None)
    try:
        plain(device)
    except TypeError as error:
        reading.add(item.path, f"holds {error}, which no digest can name; mend: hold numbers, text, tuples or arrays")
    return item


def _owners(agents: Sequence[AgentGroup], devices: Sequence[Device]) -> list[AgentTable]:
    """The agents, the first with the tie unless one lists it."""
    tie = next((device.name for device in devices if isinstance(device, GridTie)), None)
    owners = [AgentTable(name=group.name, devices=tuple(group.devices), buses=tuple(group.buses)) for group in agents]
    if tie is not None and owners and not any(tie in owner.devices for owner in owners):
        owners[0] = replace(owners[0], devices=(*owners[0].devices, tie))
    return owners


def _series(
    reading: Reading, given: Mapping[str, Series | Sequence[Series]] | None, seed: int, time: Item[TimeTable]
) -> dict[str, Sequence[Series]]:
    """The series of each split as given, or generated where none are and nothing is wrong with the time."""
    if given is not None:
        return _checked_series(reading, given)
    if not isinstance(seed, int) or seed < 0:
        reading.add("seed", f"is {seed!r}; mend: give a whole number, 0 or more")
    if time.value is None or reading.faults:
        return {}
    try:
        return {name: [year] for name, year in seeded_years(PRESET, seed, time.value.step_h).items()}
    except InvalidInput as error:
        reading.add("series", *(f"none are given, and none generated: {fault}" for fault in error.faults))
        return {}


def _checked_series(reading: Reading, given: Mapping[str, Series | Sequence[Series]]) -> dict[str, Sequence[Series]]:
    """The series of each split, without what is none."""
    if not given:
        reading.add("series", "missing; mend: give those of one split at least")
    found: dict[str, Sequence[Series]] = {}
    for split, own in given.items():
        several = [own] if isinstance(own, Series) else list(own)
        found[split] = [one for one in several if isinstance(one, Series)]
        if len(found[split]) < len(several):
            reading.add(f"series[{split!r}]", "holds something that is no Series; mend: make one of its columns")
    return found


def _splits(
    reading: Reading, series: Mapping[str, Sequence[Series]], days: Mapping[str, Sequence[int]]
) -> tuple[dict[str, Series], list[SplitTable]]:
    """The series by a name each, one that two splits hold under one name, and the tables that name them."""
    library: dict[str, Series] = {}
    tables: list[SplitTable] = []
    for split, own in series.items():
        names = [next((n for n, known in library.items() if known == one), f"{split}[{i}]") for i, one in enumerate(own)]
        library.update(zip(names, own, strict=True))
        tables.append(SplitTable(name=split, series=tuple(names), days=tuple(days[split]) if split in days else None))
    for name in days:
        if series and name not in series:
            reading.add("days", str(UnknownName("split", name, series)))
    return library, tables
