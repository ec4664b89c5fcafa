"""Joining feeders: one feeder becomes a part of another, behind a transformer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gridbench.networks.feeder import Branch, Feeder
from gridbench.networks.radial import RawGrid, radial


@dataclass(frozen=True, slots=True)
class Transformer:
    """A transformer's rating (MVA), series impedance in pu on that rating, and ratio of the ideal one at its sending side."""

    rating_mva: float
    r_pu: float
    x_pu: float
    ratio: float = 1.0

    def branch(self, name: str, from_bus: str, to_bus: str, base_mva: float) -> Branch:
        """The branch it makes between two buses, on a base power (MVA)."""
        factor = base_mva / self.rating_mva
        return Branch(name, from_bus, to_bus, self.r_pu * factor, self.x_pu * factor, 0.0, self.ratio, 1 / factor)


def join(feeder: Feeder, other: Feeder, *, at: str, prefix: str, transformer: Transformer) -> Feeder:
    """`feeder` with `other` hung from its bus `at` through a transformer.

    The names of `other` become `<prefix>.<name>`, the transformer is branch `<prefix>.transformer`; `other` is put on the base
    power of `feeder` and loses its own root voltage. Raises UnknownName for `at`, NetworkError for names used twice.
    """
    part = prefixed(other.rebased(feeder.base_mva), prefix)
    link = transformer.branch(f"{prefix}.transformer", feeder.buses[feeder.bus_index(at)].name, part.root, feeder.base_mva)
    return radial(
        RawGrid(
            name=f"{feeder.name}+{prefix}",
            base_mva=feeder.base_mva,
            root=feeder.root,
            root_voltage_pu=feeder.root_voltage_pu,
            buses=feeder.buses + part.buses,
            branches=(*feeder.branches, link, *part.branches),
            shunts=feeder.shunts + part.shunts,
            loads=feeder.loads + part.loads,
            aliases=feeder.aliases + part.aliases,
        )
    )


def prefixed(feeder: Feeder, prefix: str) -> Feeder:
    """The feeder with every name of a bus and a branch preceded by `<prefix>.`."""

    def named(name: str) -> str:
        return f"{prefix}.{name}"

    return replace(
        feeder,
        root=named(feeder.root),
        buses=tuple(replace(bus, name=named(bus.name)) for bus in feeder.buses),
        branches=tuple(
            replace(one, name=named(one.name), from_bus=named(one.from_bus), to_bus=named(one.to_bus)) for one in feeder.branches
        ),
        shunts=tuple(replace(shunt, bus=named(shunt.bus)) for shunt in feeder.shunts),
        loads=tuple(replace(load, bus=named(load.bus)) for load in feeder.loads),
        aliases=tuple((named(alias), named(name)) for alias, name in feeder.aliases),
    )
