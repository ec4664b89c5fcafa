"""Positions of taps and banks: dynamic programming along the day on what the relaxation would like."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gridbench.oracle.affine import Floats
from gridbench.oracle.formulation import Formulation

WEIGHTS = (0.05, 0.5, 5.0)
"""How much a step at one position off the wish costs, in movements of one position."""


def wishes(formulation: Formulation, x: Floats) -> dict[str, Floats]:
    """Return the fractional position of each regulator and bank whose factor the relaxation uses, arrays (steps,).

    The factor is the scaled squared voltage over the squared voltage, read back through the device's own table.
    """
    found = {}
    for name, tap in formulation.taps.items():
        factor = tap.scaled.value(x) / tap.u.value(x)
        order = np.argsort(tap.factors)
        found[name] = np.interp(factor, tap.factors[order], tap.positions[order])
    return found


def smoothed(wish: Floats, positions: Floats, first: float, weight: float) -> Floats:
    """Return the integer path (steps,) of least movement plus `weight` times the squared distance from the wish.

    Viterbi over the positions; a movement costs its length.
    """
    miss = weight * (positions[None, :] - wish[:, None]) ** 2
    move = np.abs(positions[:, None] - positions[None, :])
    value = miss[0] + np.abs(positions - first)
    back = []
    for t in range(1, wish.size):
        arrive = value[:, None] + move
        back.append(arrive.argmin(axis=0))
        value = arrive.min(axis=0) + miss[t]
    path = [int(value.argmin())]
    for come in reversed(back):
        path.append(int(come[path[-1]]))
    return positions[path[::-1]]


def paths(formulation: Formulation, x: Floats, names: Iterable[str]) -> list[dict[str, Floats]]:
    """Return a few candidate integer paths of the named devices, the smoothest first, without repeats."""
    names = list(names)
    wish = wishes(formulation, x)
    first = {d.name: float(d.initial_position()) for d in (*formulation.scenario.regulators, *formulation.scenario.banks)}
    found: dict[bytes, dict[str, Floats]] = {}
    for weight in WEIGHTS:
        path = {name: smoothed(wish[name], formulation.taps[name].positions, first[name], weight) for name in names}
        found.setdefault(b"".join(p.tobytes() for p in path.values()), path)
    return list(found.values())
