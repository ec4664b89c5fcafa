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
"""The kinds of violation, as `excesses` names them."""


def excesses(scenario: Scenario, v_pu: Floats, loading: Floats, root: tuple[Floats, Floats]) -> dict[str, Floats]:
    """Return how far each limit is passed, by kind (steps, places) in pu, 0 where it holds or is passed by a rounding.

    v_pu (steps, buses), whose first bus, the root, no one can hold; loading (steps, branches); root (steps,) in MW and Mvar.
    """
    band = scenario.voltage
    balance = Values(p_mw=root[0], q_mvar=root[1])
    overload = scenario.tie.settle(Values(), balance, Values(), scenario.step_h)["overload"]
    past = band.v_min_pu - v_pu[:, 1:], v_pu[:, 1:] - band.v_max_pu, loading - 1.0, np.asarray(overload)[:, None]
    return {kind: np.where(one > TOLERANCE_PU, one, 0.0) for kind, one in zip(KINDS, past, strict=True)}
