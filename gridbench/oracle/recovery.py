"""Positions of taps and banks: dynamic programming along the day on what the relaxation would like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridbench.oracle.affine import Floats
    from gridbench.oracle.formulation import Formulation

WEIGHTS = (0.5,)
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


def cheapest(money: Floats, paths: Floats, first: Floats, move_usd: Floats) -> Floats:
    """Return the joint integer path (steps, devices) of least money and movement among those that were probed.

    money (steps, variants) without movement, paths (steps, variants, devices), first and move_usd (devices,). Viterbi on
    the lattice of all devices: since movement adds up over them, each step is one pass an axis.
    """
    low = paths.min(axis=(0, 1))
    shape = tuple(int(k) for k in paths.max(axis=(0, 1)) - low + 1)
    axes = [np.arange(k) + start for k, start in zip(shape, low, strict=True)]
    cells = np.ravel_multi_index(tuple(np.moveaxis(np.rint(paths - low).astype(np.int64), 2, 0)), shape)

    def away(position: Floats) -> Floats:
        """Movement from a position to every cell of the lattice."""
        parts = [price * np.abs(axis - here) for axis, here, price in zip(axes, position, move_usd, strict=True)]
        return np.asarray(sum(np.ix_(*parts)))

    reached = []
    arrive = away(first)
    for t in range(money.shape[0]):
        here = np.full(int(np.prod(shape)), np.inf)
        np.minimum.at(here, cells[t], money[t])
        reached.append(arrive + here.reshape(shape))
        arrive = _spread(reached[-1], axes, move_usd)
    path = [_at(axes, reached[-1])]
    for value in reversed(reached[:-1]):
        path.append(_at(axes, value + away(path[-1])))
    return np.array(path[::-1])


def _spread(value: Floats, axes: list[Floats], move_usd: Floats) -> Floats:
    """Return the least money of reaching each cell by one move from any other."""
    for k, (axis, price) in enumerate(zip(axes, move_usd, strict=True)):
        move = price * np.abs(axis[:, None] - axis[None, :])
        value = np.moveaxis((np.moveaxis(value, k, -1)[..., :, None] + move).min(axis=-2), -1, k)
    return value


def _at(axes: list[Floats], value: Floats) -> Floats:
    """Return the positions of the cheapest cell."""
    cell = np.unravel_index(int(value.argmin()), value.shape)
    return np.array([axis[k] for axis, k in zip(axes, cell, strict=True)])
