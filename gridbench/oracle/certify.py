"""The certificate: schedules replayed in the plant, and the bound over days with and without a blackout."""

from __future__ import annotations

import itertools
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from gridbench.errors import SolverError
from gridbench.physics.terms import MONEY, Values
from gridbench.plant.plant import Plant, StepResult
from gridbench.plant.power_flow import sweep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridbench.networks.feeder import Feeder
    from gridbench.oracle.affine import Floats
    from gridbench.oracle.formulation import Formulation
    from gridbench.scenario.scenario import Columns, Scenario

TOLERANCE = 1e-6
"""Relative room for the tolerances of the plant: its power flow converges, and its limits hold, to about 1e-9."""


def asks_of(formulation: Formulation, x: Floats) -> NDArray[np.float32]:
    """Return the asks that bring a solution about (steps, asks), rounded to float32, in the plant's order."""
    found: list[Floats] = []
    for device in formulation.scenario.devices:
        spans = device.asks()
        asked = device.ask_of(Values(**formulation.controls(x, device.name)))
        for name, span in spans.items():
            path = np.clip(np.broadcast_to(asked[name], formulation.scenario.steps), span.lo, span.hi)
            found.append(np.rint(path) if span.integer else path)
    return np.column_stack(found).astype(np.float32)


def idle_asks(scenario: Scenario) -> NDArray[np.float32]:
    """Return asks that need no solver (steps, asks): every device at rest."""
    row = [ask for device in scenario.devices for ask in device.at_rest().values()]
    return np.tile(np.array(row, dtype=np.float32), (scenario.steps, 1))


class Replay:
    """The plant of a scenario, ready to price schedules of one day."""

    def __init__(self, scenario: Scenario, series: Columns) -> None:
        """Make the plant ready for one day."""
        self._plant, self._series = Plant(scenario, batch=1), series
        self._scenario = scenario

    def cost_usd(self, asks: NDArray[np.float32]) -> float:
        """Return the money of the day when a policy asks for `asks` (steps, asks)."""
        return float(sum(step.cost_usd[0] for step in self._steps(asks)))

    def day(self, asks: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """Return what the plant reports when it is asked for `asks`: the arrays of its StepResult, first axis the step."""
        steps = self._steps(asks)
        names = [one.name for one in fields(steps[0]) if one.name != "step"]
        return {name: np.stack([getattr(step, name)[0] for step in steps]) for name in names}

    def _steps(self, asks: NDArray[np.float32]) -> list[StepResult]:
        self._plant.reset([self._series])
        return [self._plant.step(row[None].astype(np.float64)) for row in asks]

    def around(self, asks: NDArray[np.float32], reach: int) -> tuple[Floats, Floats]:
        """Return what other positions of taps and banks would cost, all other asks as they are, movement left out.

        Positions up to `reach` away from those of `asks` are tried, all devices together: money (steps, variants) in usd
        and their positions (steps, variants, devices), the regulators first.
        """
        stepped = self._scenario.stepped
        at = [self._plant.layout.ask(f"{d.name}.position") for d in stepped]
        offsets = np.array(list(itertools.product(range(-reach, reach + 1), repeat=len(stepped))), dtype=np.float64)
        spans = np.array([d.positions()[:2] for d in stepped], dtype=np.float64)
        paths = np.clip(np.rint(asks[:, None, at]) + offsets, spans[:, 0], spans[:, 1])
        many = Plant(self._scenario, batch=len(offsets))
        many.reset([self._series] * len(offsets))
        money = np.empty(paths.shape[:2])
        for t, row in enumerate(asks):
            tried = np.tile(row.astype(np.float64), (len(offsets), 1))
            tried[:, at] = paths[t]
            step = many.step(tried)
            money[t] = step.cost_usd - step.money[:, :, MONEY.index("switching")].sum(axis=1)
        return money, paths


def power_flow(feeder: Feeder, ratio: Floats, bank: Floats, p: Floats, q: Floats) -> tuple[Floats, Floats]:
    """Return the squared voltages (steps, buses) and squared currents (steps, branches) that the plant's sweep finds, in pu.

    ratio (steps, branches) of all transformers, bank (steps, buses) susceptances, p and q (steps, buses) injections, in pu;
    NaN in steps without a solution.
    """
    tree, (steps, nb) = feeder.arrays, p.shape
    u, l = np.full((steps, nb), np.nan), np.full((steps, nb - 1), np.nan)  # noqa: E741
    at_bus, in_branch = (nb, steps), (nb - 1, steps)
    sweep(
        tree.parent, np.column_stack([tree.r, tree.x, tree.b]), np.column_stack([tree.shunt_g, tree.shunt_b]),
        feeder.root_voltage_pu**2, ratio.T, bank.T, p.T, q.T,
        np.zeros(at_bus), np.zeros(in_branch), np.zeros(in_branch), np.zeros(in_branch), np.zeros(at_bus), np.zeros(at_bus),
        np.zeros(steps), np.zeros(steps), u, l, np.zeros((2, steps, nb - 1)), np.zeros((steps, 2)),
    )  # fmt: skip
    return u, l


def certified(survive_usd: float, blackout_usd: float, witness_usd: float) -> float:
    """Return the bound of every day: the lower of the two kinds of day, less the plant's tolerances.

    Raises SolverError where a bound exceeds the witness by more than the tolerance: physics or solver must be wrong.
    """
    bound = min(survive_usd, blackout_usd)
    room = TOLERANCE * max(abs(bound), 1.0) if np.isfinite(bound) else 0.0
    if bound - room > witness_usd + TOLERANCE * abs(witness_usd):
        raise SolverError(f"the bound {bound:.6f} usd exceeds the witness {witness_usd:.6f} usd: plant and oracle disagree")
    return min(bound - room, witness_usd)
