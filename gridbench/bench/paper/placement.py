"""The buses where a few generating units leave the least losses, found and proved by branch and bound."""

from __future__ import annotations

import heapq
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from gridbench.bench.paper.baran_wu import NAME, placement_variant
from gridbench.bench.paper.finding import Finding
from gridbench.bench.paper.losses import Flow, flow
from gridbench.bench.paper.tables import about
from gridbench.bench.paper.unit_sizing import Sizes, UnitSizing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gridbench.networks.feeder import Feeder
    from gridbench.oracle.affine import Indices

GAP = 1e-6
"""Relative distance of bound and losses at which a placement counts as proved: cones are solved to about 1e-8."""


class Group(NamedTuple):
    """At most `units` units at the buses from `start` to before `stop` along the feeder."""

    start: int
    stop: int
    units: int


Groups: TypeAlias = tuple[Group, ...]


@dataclass(frozen=True, eq=False)
class Placement:
    """The best units found, the power flow with them, a bound of the losses of all placements (kW), and problems solved."""

    sizes: Sizes
    flow: Flow
    bound_kw: float
    problems: int

    @property
    def proved(self) -> bool:
        """Whether no other placement can lose less, but for the tolerance of the cone solver."""
        return self.bound_kw >= self.flow.losses_kw * (1.0 - GAP)


class PlacementSearch:
    """Best-first branch and bound over groups of neighbouring buses.

    A group's units may be spread over all of its buses: that is the relaxation, and its safe bound holds for every placement in
    the group. Groups are halved until each is one bus, where sizes are optimal and the power flow computes the losses.
    """

    def __init__(self, feeder: Feeder, units: int, *, reactive: bool) -> None:
        """Begin with all units anywhere."""
        self._sizing, self._order = UnitSizing(feeder, reactive=reactive), along(feeder)
        self._open: list[tuple[float, int, Groups, Sizes]] = []
        self._numbers, self._seen = itertools.count(1), set[Groups]()
        self._least, self._best = math.inf, Placement(Sizes(-math.inf, *np.zeros((2, 0))), Flow(math.inf, math.nan), -math.inf, 0)
        self._ask((Group(0, self._order.size, units),))

    def run(self) -> Placement:
        """Return the best placement; raises SolverError."""
        while self._open and self._open[0][0] < self._best.flow.losses_kw * (1.0 - GAP):
            _, _, groups, sizes = heapq.heappop(self._open)
            for parts in self._halved(groups, sizes):
                self._ask(parts)
        bound = min(self._least, self._open[0][0] if self._open else math.inf)
        return Placement(self._best.sizes, self._best.flow, bound, len(self._seen))

    def _ask(self, groups: Groups) -> None:
        """Bound these groups; where each is one bus, compute the losses."""
        if groups in self._seen:
            return
        self._seen.add(groups)
        sizes = self._sizing.best(np.concatenate([self._order[one.start : one.stop] for one in groups]))
        if any(one.stop - one.start > 1 for one in groups):
            heapq.heappush(self._open, (sizes.bound_kw, next(self._numbers), groups, sizes))
            return
        self._least = min(self._least, sizes.bound_kw)
        found = flow(self._sizing.feeder, sizes.p_mw, sizes.q_mvar)
        if found.losses_kw < self._best.flow.losses_kw:
            self._best = Placement(sizes, found, self._least, len(self._seen))

    def _halved(self, groups: Groups, sizes: Sizes) -> Iterator[Groups]:
        """Yield all ways to share the units of one group between its halves: of that whose units are spread the most."""
        wide = [k for k, one in enumerate(groups) if one.stop - one.start > 1]
        k = max(wide, key=lambda k: self._spread(groups[k], sizes))
        start, stop, units = groups[k]
        middle = (start + stop) // 2
        for left in range(units + 1):
            halves = Group(start, middle, left), Group(middle, stop, units - left)
            yield tuple(sorted((*groups[:k], *(half for half in halves if half.units), *groups[k + 1 :])))

    def _spread(self, group: Group, sizes: Sizes) -> tuple[float, int]:
        """Return how much power stands beside the largest units of a group (MVA), and how many buses it has."""
        places = self._order[group.start : group.stop]
        size = np.sort(np.hypot(sizes.p_mw[places], sizes.q_mvar[places]))
        return float(size[: size.size - group.units].sum()), places.size


def along(feeder: Feeder) -> Indices:
    """Return the buses but the root so that every part of the feeder stands together: depth first (buses - 1,)."""
    parent, order, waiting = feeder.arrays.parent, list[int](), [0]
    while waiting:
        bus = waiting.pop()
        order.append(bus)
        waiting += [int(k) + 1 for k in np.flatnonzero(parent == bus)[::-1]]
    return np.array(order[1:], dtype=np.int64)


def findings() -> Iterator[Finding]:
    """Yield the least losses with one, two and three units, at unity power factor and with reactive power."""
    stated, feeder = about(NAME)["placement"], placement_variant().base()
    for reactive, kind in ((False, "unity"), (True, "reactive")):
        for units, losses_kw in enumerate(stated[f"{kind}_kw"], start=1):
            best = PlacementSearch(feeder, units, reactive=reactive).run()
            how = f"power flow; safe bounds of all placements >= {best.bound_kw:.4f} kW, {best.problems} problems"
            item = f"33 buses (variant), {units} unit{'s' * (units > 1)}, {'free' if reactive else 'unity'} power factor"
            yield Finding(item, "kW", losses_kw, best.flow.losses_kw, 1e-2, how, _text(feeder, best.sizes), proved=best.proved)


def _text(feeder: Feeder, sizes: Sizes) -> str:
    at = np.flatnonzero(np.hypot(sizes.p_mw, sizes.q_mvar) > 1e-6)
    each = (f"bus {feeder.buses[k].name}: {sizes.p_mw[k]:.4f} MW {sizes.q_mvar[k]:+.4f} Mvar" for k in at)
    return "; ".join(one.removesuffix(" +0.0000 Mvar").removesuffix(" -0.0000 Mvar") for one in each)
