"""Why a day is infeasible: the smallest group of laws and boxes that cannot be kept at once.

Suspects first: HiGHS's own irreducible subset of the rows; where the rows alone are feasible, those with a multiplier in the
elastic problem with cones, which minimises how far laws are broken; where that is feasible too, what a device's integers
touch. Then a deletion filter (Chinneck, Feasibility and infeasibility in optimization, 2008, chapter 6).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from gridbench.oracle.naming import NETWORK, Names, Place
from gridbench.oracle.network_day import P_BALANCE, Q_BALANCE
from gridbench.oracle.subset import BROKEN, Subset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gridbench.oracle.affine import Indices
    from gridbench.oracle.formulation import Formulation

GIVES = 1e-3
"""Laws that give by less than this share of the one that gives the most are not named."""
SHOWN, WIDE = 12, 120
"""How many laws a message shows, and how many letters of each."""


@dataclass(frozen=True)
class Member:
    """A law, or one end of a box, that takes part in a conflict; `bound` states the end, and where it comes from."""

    place: Place
    bound: str = ""


@dataclass(frozen=True)
class Conflict:
    """Laws and boxes of which all but any one can be kept; `irreducible` is False where the time did not suffice for that.

    `relief` says by how much laws of devices and balances of buses would have to give at the least (the latter in MW, Mvar).
    """

    members: tuple[Member, ...]
    irreducible: bool
    relief: dict[str, float]

    def lines(self) -> list[str]:
        """Return the members as text, steps and places of one law together."""
        steps: dict[tuple[str, str, str], list[int]] = {}
        for place, bound in ((one.place, one.bound) for one in self.members):
            steps.setdefault((place.block, bound, place.place), []).extend([] if place.step is None else [place.step])
        places: dict[tuple[str, str, str], list[str]] = {}
        for (block, bound, where), found in steps.items():
            places.setdefault((block, bound, _runs(found)), []).append(where)
        return [_line(block, bound, when, where) for (block, bound, when), where in places.items()]

    def __str__(self) -> str:
        """Return the conflict as one sentence, long lists shortened."""
        least = "" if self.irreducible else " (perhaps fewer: the time was up)"
        gives = _listed([f"{name} by {by:.3g}{_unit(name)}" for name, by in self.relief.items()])
        text = f"no schedule keeps these {len(self.members)} laws at once{least}: {_listed(self.lines())}"
        return f"{text}; to mend the day, these would have to give: {gives}" if gives else text


def why_infeasible(formulation: Formulation, time_limit_s: float = 60.0, threads: int = 1) -> Conflict | None:
    """Return the smallest group of laws that conflict on a day, None where all can be kept to about 1e-6 at once.

    Smallest means that all but any one of its members can be kept. Raises SolverError.
    """
    until = time.perf_counter() + time_limit_s
    subset = Subset(formulation.problem.as_stated())
    for suspects, conflict in _suspected(formulation, subset, threads):
        if suspects.size:
            members = _members(formulation, subset, suspects)
            steps, _ = _deleted(_by_step(members), conflict, until)
            left, irreducible = _deleted(_one_by_one(np.concatenate(steps), members), conflict, until)
            items = np.concatenate(left)
            found = tuple(sorted((members[item] for item in items.tolist()), key=_rank))
            return Conflict(found, irreducible, _relief(formulation, subset, threads))
    return None


def _suspected(formulation: Formulation, subset: Subset, threads: int) -> Iterator[tuple[Indices, Callable[[Indices], Indices]]]:
    """Yield groups of items that conflict (or none), by ever more laborious means, and what finds the conflict in a group."""
    problem, none = subset.problem, np.zeros(0, dtype=np.int64)
    yield subset.row_conflict(), partial(subset.linear_conflict, whole=False)
    yield subset.cone_conflict(subset.every, threads), partial(subset.cone_conflict, threads=threads)
    names, whole = Names(formulation.scenario, "row", problem.rows), partial(subset.linear_conflict, whole=True)
    for device in formulation.scenario.devices:
        own = [numbers.ravel() for block, numbers in problem.rows.items() if names.owner(block) == device.name]
        if own and any(span.integer for span in device.controls().values()):
            rows = np.concatenate(own)
            yield whole(subset.with_boxes(rows[rows >= 0], none)), whole


def _deleted(groups: list[Indices], conflict: Callable[[Indices], Indices], until: float) -> tuple[list[Indices], bool]:
    """Return the groups left when all that can go are gone, many at once and then one by one, and whether the time sufficed."""
    size = len(groups)
    while size > 1:
        size, k = (size + 1) // 2, 0
        while k < len(groups):
            if time.perf_counter() > until:
                return groups, False
            rest = groups[:k] + groups[k + size :]
            found = conflict(np.concatenate(rest)) if rest else np.zeros(0)
            if found.size:
                own = set(found.tolist())
                fewer = [np.array([item for item in group.tolist() if item in own], dtype=np.int64) for group in rest]
                k = sum(group.size > 0 for group in fewer[:k])
                groups = [group for group in fewer if group.size]
            else:
                k += size
    return groups, True


def _by_step(members: Mapping[int, Member]) -> list[Indices]:
    """Return the items in groups of one step each, the last step first: the filter drops what comes first."""
    steps: dict[int, list[int]] = {}
    for item, member in members.items():
        steps.setdefault(-1 if member.place.step is None else member.place.step, []).append(item)
    return [np.array(steps[step]) for step in sorted(steps, reverse=True)]


def _one_by_one(items: Indices, members: Mapping[int, Member]) -> list[Indices]:
    """Return the items as groups of one, laws before boxes: few boxes explain as much as many laws."""
    return [np.array([item]) for item in sorted(items.tolist(), key=lambda item: bool(members[item].bound))]


def _members(formulation: Formulation, subset: Subset, items: Indices) -> dict[int, Member]:
    """Return what each item is called."""
    problem, found = subset.problem, {}
    blocks = problem.rows, problem.cones, problem.columns, problem.columns
    ends = (None, None, (">=", problem.lower), ("<=", problem.upper))
    for start, numbers, block, end in zip(subset.starts, subset.split(items), blocks, ends, strict=False):
        places = Names(formulation.scenario, "", block).places
        for k in numbers.tolist():
            why = "protection band" if problem.period[k % problem.n] >= 0 else "span"
            bound = f"{end[0]} {end[1][k]:.6g} ({why})" if end else ""
            found[int(start) + k] = Member(places[k], bound)
    return found


def _relief(formulation: Formulation, subset: Subset, threads: int) -> dict[str, float]:
    """Return by how much the laws of devices and the balances must give, the most first; the network's own laws must not."""
    scenario, blocks = formulation.scenario, subset.problem.rows
    names = Names(scenario, "row", blocks)
    balances = P_BALANCE, Q_BALANCE
    own = [block for block in blocks if block in balances or (names.owner(block) != NETWORK and ".factor" not in block)]
    givers = np.concatenate([blocks[block].ravel() for block in own])
    gives = subset.relief(givers[givers >= 0], threads)
    most = [row for row in np.argsort(-gives) if gives[row] > max(GIVES * gives.max(), BROKEN)]
    unit = {int(row): scenario.feeder.base_mva for block in balances for row in blocks[block].ravel()}
    return {str(names.places[int(row)]): float(gives[row] * unit.get(int(row), 1.0)) for row in most}


def _unit(name: str) -> str:
    """Return the unit of a balance; laws of devices have their own."""
    return next((unit for block, unit in ((P_BALANCE, " MW"), (Q_BALANCE, " Mvar")) if name.startswith(block)), "")


def _listed(texts: list[str]) -> str:
    """Return texts one after the other, the first of many."""
    rest = [f"and {len(texts) - SHOWN} more"] if len(texts) > SHOWN else []
    return "; ".join([*(text if len(text) < WIDE else f"{text[:WIDE]} ..." for text in texts[:SHOWN]), *rest])


def _rank(member: Member) -> tuple[bool, bool]:
    """Devices before the network, laws before boxes."""
    return member.place.owner == NETWORK, bool(member.bound)


def _runs(steps: list[int]) -> str:
    """Return steps as text, runs of them as `first..last`."""
    runs: list[list[int]] = []
    for step in sorted(steps):
        if runs and step == runs[-1][-1] + 1:
            runs[-1][1:] = [step]
        else:
            runs.append([step])
    return ", ".join("..".join(map(str, run)) for run in runs)


def _line(block: str, bound: str, steps: str, places: list[str]) -> str:
    """Return the name of a law with its places and steps, and its bound."""
    parts = [part for part in (", ".join(filter(None, places)), steps) if part]
    inside = ("; " if len(places) > 1 else ", ").join(parts)
    return f"{block}[{inside}] {bound}".rstrip() if inside else f"{block} {bound}".rstrip()
