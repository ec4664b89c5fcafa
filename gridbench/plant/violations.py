"""By how much the limits of the network are passed: measured on voltages and loadings, beside what the violations cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridbench.physics.terms import Values

if TYPE_CHECKING:
    from gridbench.scenario.scenario import Scenario

Floats = NDArray[np.float64]

TOLERANCE_PU = 1e-6
"""A limit is violated where it is passed by more than this (pu of voltage, or share of a rating)."""
KINDS = ("undervoltage", "overvoltage", "loading", "tie_overload")
"""The kinds of violation of the network, as `excesses` names them."""


def excesses(scenario: Scenario, v_pu: Floats, loading: Floats, root: tuple[Floats, Floats]) -> dict[str, Floats]:
    """Return how far each limit is passed, by kind (steps, places) in pu, 0 where it holds or is passed by a rounding.

    v_pu (steps, buses), whose first bus, the root, no one can hold; loading (steps, branches); root (steps,) in MW and Mvar.
    """
    buses, branches = v_pu[:, 1:].shape[1], loading.shape[1]
    ends = np.cumsum([buses, buses, branches])
    return dict(zip(KINDS, np.split(excess_row(scenario, v_pu, loading, root), ends, axis=1), strict=True))


def excess_row(scenario: Scenario, v_pu: Floats, loading: Floats, root: tuple[Floats, Floats]) -> Floats:
    """Return the same side by side (steps, places): below the band by bus, above it by bus, by branch, and at the tie."""
    band, v = scenario.voltage, v_pu[:, 1:]
    balance = Values(p_mw=root[0], q_mvar=root[1])
    overload = scenario.tie.settle(Values(), balance, Values(), scenario.step_h)["overload"]
    parts = [band.v_min_pu - v, v - band.v_max_pu, loading - 1.0, np.asarray(overload)[:, None]]
    past = np.concatenate(parts, axis=1)
    past[past <= TOLERANCE_PU] = 0.0
    return past
