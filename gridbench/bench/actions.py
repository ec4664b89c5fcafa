"""Refusing actions that are no actions: never repaired in silence, always with the agent, the step and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLACK = 1e-6
"""An action may pass the ends of [-1, 1] by this much: the rounding of a network in single precision."""


def checked(
    actions: Mapping[str, Any], sizes: Mapping[str, int], where: str, batch: int = 1
) -> dict[str, NDArray[np.float64]]:
    """Return the actions by agent as arrays (batch, size) in [-1, 1]; raises InvalidInput at `where` with all faults."""
    if not isinstance(actions, Mapping):
        raise InvalidInput(where, [f"act() gave {type(actions).__name__}: return a dict of one array per agent"])
    agents = sorted(sizes)
    faults = [f"agent {name!r}: no action; act() must return one for each of {agents}" for name in agents if name not in actions]
    faults += [f"agent {name!r}: is no agent of this scenario; leave it out" for name in actions if name not in sizes]
    arrays = {}
    for name in sizes:
        if name in actions:
            arrays[name], fault = _array(actions[name], (batch, sizes[name]))
            faults += [f"agent {name!r}: {fault}"] if fault else []
    if faults:
        raise InvalidInput(where, faults)
    return arrays


def _array(action: object, shape: tuple[int, int]) -> tuple[NDArray[np.float64], str | None]:
    try:
        array = np.asarray(action, dtype=np.float64)
    except (TypeError, ValueError):
        return np.zeros(0), "the action is no array of numbers; return floats in [-1, 1]"
    if array.shape != shape:
        return array, f"the action has shape {array.shape}, not {shape}: one row for each day at a time, one number per ask"
    if not np.isfinite(array).all():
        places = np.unique(np.argwhere(~np.isfinite(array))[:, 1]).tolist()
        return array, f"the action is NaN or infinite at {places}; check the policy's weights and the scale of its inputs"
    worst = float(array.flat[int(np.argmax(np.abs(array)))])
    if abs(worst) > 1.0 + SLACK:
        return array, f"the action {worst:g} is out of [-1, 1]; clip or squash (tanh) it in the policy"
    return np.clip(array, -1.0, 1.0), None
