"""Which built-in networks a feeder is made of, part by part: the root's own, and those that `join` hung from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridbench.errors import InvalidInput
from gridbench.networks.equivalent import balanced
from gridbench.networks.published import UNBALANCED, published

if TYPE_CHECKING:
    from gridbench.networks.feeder import Branch, Feeder
    from gridbench.networks.published import PublishedFeeder

LINK = "transformer"
"""What `join` calls the branch that a part hangs from, after the part's prefix."""
SAME = 1e-6
"""Impedances are those of the figures if they agree to this share."""


@dataclass(frozen=True)
class Part:
    """A built-in network inside a feeder: its figures, the prefix of its names ("" or "MG1."), and what it kept of them.

    `buses` maps the published names of the buses that the feeder holds, fused ones included, to the feeder's own; `branches`
    the published names of its branches to those of the feeder; `link` is the branch that it hangs from.
    """

    data: PublishedFeeder
    prefix: str
    buses: dict[str, str]
    branches: dict[str, Branch]
    link: Branch | None


def parts(feeder: Feeder) -> list[Part]:
    """Return the parts of a feeder, the root's first; raises InvalidInput with all parts that are no built-in network."""
    links = {branch.name.removesuffix(LINK): branch for branch in feeder.branches if branch.name.endswith(f".{LINK}")}
    prefixes = sorted(links, key=len, reverse=True)

    def prefix(name: str) -> str:
        return next((one for one in prefixes if name.startswith(one)), "")

    faults, found = [], []
    for own in ["", *links]:
        buses = {bus.name.removeprefix(own): bus.name for bus in feeder.buses if prefix(bus.name) == own}
        buses |= {alias.removeprefix(own): kept for alias, kept in feeder.aliases if prefix(alias) == own}
        branches = [one for one in feeder.branches if one not in links.values() and prefix(one.name) == own]
        named = {one.name.removeprefix(own): one for one in branches}
        data = _data(feeder.base_mva, buses, named)
        if data is None:
            faults.append(f"{own.removesuffix('.') or 'the root'} is none of the built-in networks with phases")
        else:
            found.append(Part(data, own, buses, named, links.get(own)))
    if faults:
        known = ", ".join(UNBALANCED)
        raise InvalidInput(f"three-phase network of {feeder.name!r}", [f"{fault}; mend: use {known}" for fault in faults])
    return found


def _data(base_mva: float, buses: dict[str, str], branches: dict[str, Branch]) -> PublishedFeeder | None:
    """The figures that hold these buses and branches, with these impedances; nothing where none do."""
    for name in UNBALANCED:
        data = published(name)
        known = {branch.name: branch for branch in balanced(data, base_mva=base_mva).branches}
        if buses.keys() <= data.phases.keys() and all(_same(known.get(own), branch) for own, branch in branches.items()):
            return data
    return None


def _same(known: Branch | None, branch: Branch) -> bool:
    """Whether a branch is the one of the figures."""
    if known is None:
        return False
    pairs = (known.r_pu, branch.r_pu), (known.x_pu, branch.x_pu), (known.b_pu, branch.b_pu)
    return all(math.isclose(one, other, rel_tol=SAME, abs_tol=1e-12) for one, other in pairs)
