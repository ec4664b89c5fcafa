"""Positions of taps and banks: dynamic programming along the day on what the relaxation would like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    first = {d.name: formulation.start[d.name]["position"] for d in formulation.scenario.stepped}
    found: dict[bytes, dict[str, Floats]] = {}
    for weight in WEIGHTS:
        path = {name: smoothed(wish[name], formulation.taps[name].positions, first[name], weight) for name in names}
        found.setdefault(b"".join(p.tobytes() for p in path.values()), path)
    return list(found.values())


def cheapest_path(money: Sequence[Floats], axes: Sequence[Floats], first: Floats, move_usd: Floats) -> tuple[float, Floats]:
    """Return the least money of a joint integer path with its movements, and the path (steps, devices).

    money holds one array a step over the lattice of the positions `axes` of all devices; first and move_usd (devices,). Viterbi:
    since movement adds up over the devices, each step is one pass an axis.
    """
    reached: list[Floats] = []
    arrive = _away(axes, first, move_usd)
    for here in money:
        reached.append(arrive + here)
        arrive = _spread(reached[-1], axes, move_usd)
    path = [_at(axes, reached[-1])]
    for value in reversed(reached[:-1]):
        path.append(_at(axes, value + _away(axes, path[-1], move_usd)))
    return float(reached[-1].min()), np.array(path[::-1])


def through(money: Sequence[Floats], axes: Sequence[Floats], first: Floats, move_usd: Floats) -> list[Floats]:
    """Return the least money of a path, with its movements, through each cell of each step; arguments as `cheapest_path`."""
    ahead: list[Floats] = [np.zeros(money[-1].shape)]
    for here in reversed(money[1:]):
        ahead.append(_spread(ahead[-1] + here, axes, move_usd))
    found, arrive = [], _away(axes, first, move_usd)
    for here, after in zip(money, reversed(ahead), strict=True):
        found.append(arrive + here + after)
        arrive = _spread(arrive + here, axes, move_usd)
    return found


def cheapest(money: Floats, paths: Floats, first: Floats, move_usd: Floats) -> Floats:
    """Return the joint integer path (steps, devices) of least money and movement among those that were probed.

    money (steps, variants) without movement, paths (steps, variants, devices), first and move_usd (devices,).
    """
    low = paths.min(axis=(0, 1))
    shape = tuple(int(k) for k in paths.max(axis=(0, 1)) - low + 1)
    axes = [np.arange(k) + start for k, start in zip(shape, low, strict=True)]
    cells = np.ravel_multi_index(tuple(np.moveaxis(np.rint(paths - low).astype(np.int64), 2, 0)), shape)
    probed = []
    for where, what in zip(cells, money, strict=True):
        here = np.full(int(np.prod(shape)), np.inf)
        np.minimum.at(here, where, what)
        probed.append(here.reshape(shape))
    return cheapest_path(probed, axes, first, move_usd)[1]


def _away(axes: Sequence[Floats], position: Floats, move_usd: Floats) -> Floats:
    """Return the money of the movement from a position to every cell of the lattice."""
    parts = [price * np.abs(axis - here) for axis, here, price in zip(axes, position, move_usd, strict=True)]
    return np.asarray(sum(np.ix_(*parts)))


def _spread(value: Floats, axes: Sequence[Floats], move_usd: Floats) -> Floats:
    """Return the least money of reaching each cell by one move from any other."""
    for k, (axis, price) in enumerate(zip(axes, move_usd, strict=True)):
        move = price * np.abs(axis[:, None] - axis[None, :])
        value = np.moveaxis((np.moveaxis(value, k, -1)[..., :, None] + move).min(axis=-2), -1, k)
    return value


def _at(axes: Sequence[Floats], value: Floats) -> Floats:
    """Return the positions of the cheapest cell."""
    cell = np.unravel_index(int(value.argmin()), value.shape)
    return np.array([axis[k] for axis, k in zip(axes, cell, strict=True)])
