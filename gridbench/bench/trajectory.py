"""What happened in one episode, step by step, as the plant reported it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridbench.plant.plant import Plant, StepResult
    from gridbench.scenario.scenario import Columns

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The raw results of the steps of one episode; first axis the step, names as in the plant's layout.

    Voltages and loadings in pu, powers at the root in MW and Mvar, `money` by component of physics.terms.MONEY in usd.
    """

    asks: NDArray[np.float32]
    v_pu: Floats
    loading: Floats
    p_root_mw: Floats
    q_root_mvar: Floats
    controls: Floats
    states: Floats
    clipped: Floats
    blackout: NDArray[np.bool_]
    money: Floats
    cost_usd: Floats


REPORTED = tuple(field.name for field in fields(Trajectory) if field.name not in {"asks", "money"})


def row(step: StepResult) -> dict[str, NDArray[Any]]:
    """Return copies of what a plant reports of a step, first axis the element of its batch, money summed over the agents."""
    found = {name: np.array(getattr(step, name)) for name in REPORTED}
    return {**found, "money": step.money.sum(axis=1)}


def trajectories(asks: Sequence[NDArray[np.float32]], rows: Sequence[Mapping[str, NDArray[Any]]]) -> list[Trajectory]:
    """Return the trajectory of each element of the batch, of the asks (batch, asks) and the rows of all steps."""
    whole = {name: np.stack([one[name] for one in rows], axis=1) for name in (*REPORTED, "money")}
    asked = np.stack(asks, axis=1)
    return [Trajectory(asks=asked[k], **{name: values[k] for name, values in whole.items()}) for k in range(len(asked))]


def replay(plant: Plant, columns: Columns, asks: NDArray[np.float32]) -> Trajectory:
    """Return what the plant (batch of one) does when it is asked for `asks` (steps, asks)."""
    plant.reset([columns])
    rows = [row(plant.step(asked[None].astype(np.float64))) for asked in asks]
    return trajectories(list(asks[:, None]), rows)[0]
