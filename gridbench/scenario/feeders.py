"""From the tables [[feeder]] and [[rating]] to one network that knows which buses came from which table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput, UnknownName
from gridbench.networks import NETWORKS, Feeder, network
from gridbench.networks.compose import Transformer, join
from gridbench.networks.folder import network_in
from gridbench.scenario.inside import in_folder, names_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from gridbench.networks.catalog import Options
    from gridbench.scenario.reading import Item, Reading
    from gridbench.scenario.tables import FeederTable, RatingTable


@dataclass(frozen=True)
class Network:
    """The joined feeder, the buses of each part by its name, and the parts that could not be built."""

    feeder: Feeder
    parts: Mapping[str, tuple[str, ...]]
    absent: tuple[str, ...]

    def bus_fault(self, name: str) -> str | None:
        """Return what is wrong with the name of a bus, nothing if it may lie in an absent part."""
        known = {bus.name for bus in self.feeder.buses} | {alias for alias, _ in self.feeder.aliases}
        return None if name in known or self.unknowable(name) else str(UnknownName("bus", name, known))

    def branch_fault(self, name: str) -> str | None:
        """Return what is wrong with the name of a branch, nothing if it may lie in an absent part."""
        known = {branch.name for branch in self.feeder.branches}
        return None if name in known or self.unknowable(name) else str(UnknownName("branch", name, known))

    def unknowable(self, name: str) -> bool:
        """Whether a name would lie in a part that could not be built."""
        return any(name.startswith(f"{part}.") for part in self.absent)

    def bus(self, name: str) -> str:
        """Return the name that a bus has in the feeder, which differs where a closed switch fused it into another."""
        return self.feeder.buses[self.feeder.bus_index(name)].name


def named_network(folder: Path, name: str, options: Options) -> Feeder:
    """Return the network that a scenario in `folder` names. Raises UnknownName, and InvalidInput for a folder with faults."""
    if not names_folder(name):
        if name not in NETWORKS and (folder / name).is_dir():
            raise InvalidInput(name, ["is no built-in network; mend: name a folder of the scenario with a slash, like network/"])
        return network(name, **options)
    feeder = network_in(in_folder(folder, name))
    return feeder.below(options.get("root", feeder.root), options.get("root_voltage_pu", feeder.root_voltage_pu))


def build(
    reading: Reading,
    items: Sequence[Item[FeederTable]],
    ratings: Sequence[Item[RatingTable]],
    fetch: Callable[[str, Options], Feeder],
) -> Network | None:
    """Return the network of the tables that hold, nothing where the first does not; faults go to `reading`.

    `fetch` returns a network by its name and options, or raises UnknownName or InvalidInput.
    """
    if not items or items[0].value is None:
        return None
    root = _part(reading, items[0], items[0].value, fetch, first=True)
    if root is None:
        return None
    whole = Network(root, {items[0].value.name: tuple(bus.name for bus in root.buses)}, ())
    for item in items[1:]:
        whole = _joined(reading, whole, item, fetch)
    return replace(whole, feeder=_rated(reading, whole, ratings))


def _part(
    reading: Reading, item: Item[FeederTable], table: FeederTable, fetch: Callable[[str, Options], Feeder], *, first: bool
) -> Feeder | None:
    """One feeder by itself, with its scales and ratings."""
    if first:
        for key in ("at", "transformer"):
            if getattr(table, key) is not None:
                reading.add(f"{item.path}.{key}", "the first feeder hangs from nothing; mend: drop the key")
    elif table.root_voltage_pu is not None:
        reading.add(f"{item.path}.root_voltage_pu", "only the first feeder has one; mend: drop the key")
    options: Options = {"neutral_regulators": table.neutral_regulators, "load_model": table.load_model}
    if table.root is not None:
        options["root"] = table.root
    if table.root_voltage_pu is not None:
        options["root_voltage_pu"] = table.root_voltage_pu
    try:
        feeder = fetch(table.network, options)
    except InvalidInput as error:
        reading.add(f"{item.path}.network", *(f"{table.network}: {fault}" for fault in error.faults))
        return None
    except UnknownName as error:
        reading.add(f"{item.path}.{'root' if str(error).startswith('unknown bus') else 'network'}", str(error))
        return None
    return _scaled(feeder, table)


def _scaled(feeder: Feeder, table: FeederTable) -> Feeder:
    """The feeder with the scales of its table; what is scaled to nothing is dropped."""
    scaled = feeder.scaled(load=table.load_scale, capacitor=table.capacitor_scale)
    return replace(
        scaled,
        branches=tuple(replace(one, rating_pu=one.rating_pu * table.rating_factor) for one in scaled.branches),
        shunts=tuple(one for one in scaled.shunts if one.g_pu or one.b_pu),
        loads=tuple(one for one in scaled.loads if one.p_mw or one.q_mvar),
    )


def _joined(
    reading: Reading, whole: Network, item: Item[FeederTable], fetch: Callable[[str, Options], Feeder]
) -> Network:
    """The network with one more feeder, or with one more absent part."""
    table, at = item.value, item.text("at")
    if item.name in whole.parts:
        return whole
    without = replace(whole, absent=(*whole.absent, item.name))
    fault = whole.bus_fault(at) if at else None
    if fault:
        reading.add(f"{item.path}.at", fault)
    if table is None:
        return without
    part = _part(reading, item, table, fetch, first=False)
    for key in ("at", "transformer"):
        if getattr(table, key) is None:
            reading.add(f"{item.path}.{key}", "missing; mend: say where and through what this feeder hangs from the others")
    if fault or part is None or table.at is None or table.transformer is None or whole.unknowable(at):
        return without
    one = table.transformer
    transformer = Transformer(one.rating_mva, one.r_pu, one.x_pu, one.ratio)
    try:
        feeder = join(whole.feeder, part, at=table.at, prefix=table.name, transformer=transformer)
    except (InvalidInput, UnknownName) as error:
        reading.add(item.path, *(error.faults if isinstance(error, InvalidInput) else (str(error),)))
        return without
    buses = tuple(f"{table.name}.{bus.name}" for bus in part.buses)
    return replace(whole, feeder=feeder, parts={**whole.parts, table.name: buses})


def _rated(reading: Reading, whole: Network, ratings: Sequence[Item[RatingTable]]) -> Feeder:
    """The feeder with the ratings that the tables override."""
    branches = list(whole.feeder.branches)
    seen: set[int] = set()
    for item in ratings:
        name = item.text("branch")
        if not name:
            continue
        if fault := whole.branch_fault(name):
            reading.add(f"{item.path}.branch", fault)
        elif item.value is not None and not item.value.faults():
            index = whole.feeder.branch_index(name)
            if index in seen:
                reading.add(f"{item.path}.branch", "rated twice; mend: drop one of the tables")
            seen.add(index)
            own = branches[index].rating_pu
            table = item.value
            rating_pu = own * table.factor if table.factor else (table.rating_mva or 0.0) / whole.feeder.base_mva
            branches[index] = replace(branches[index], rating_pu=rating_pu)
    return replace(whole.feeder, branches=tuple(branches))
