"""A first look at a scenario: one day with every device left alone, and what its author should know before anyone plays it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.trajectory import replay
from gridbench.physics.devices import Load, Storage
from gridbench.physics.terms import MONEY, Values
from gridbench.plant.plant import Plant
from gridbench.plant.violations import excesses
from gridbench.policies.idle import idle_asks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gridbench.bench.trajectory import Trajectory
    from gridbench.scenario.scenario import Scenario

SHOWN = 3
"""Branches that a note names."""
FAR = 1.5
"""A rating is remarkable where the nominal demand below it is this many times as large."""
OPEN = Values(connection=1.0)
"""The weather of a storage whose breaker, if it has one, is closed."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """The furthest that a quantity goes: its value (pu), the bus, branch or device, and the step."""

    value_pu: float
    place: str
    step: int


@dataclass(frozen=True, slots=True)
class IdleDay:
    """A day of a split under the policy `idle`; violations count their steps by kind, and have their worst by kind.

    `voltage` is the furthest outside the band, or the nearest to its edge, and `loading` the highest, None in a day all dark.
    """

    split: str
    day: int
    steps: int
    cost_usd: float
    dark_steps: int
    violating_steps: int
    violations: dict[str, int]
    worst: dict[str, Extreme]
    voltage: Extreme | None
    loading: Extreme | None

    def lines(self) -> list[str]:
        """Return the day as lines of text."""
        broken = f"limits are broken in {self._of(self.violating_steps)}"
        lines = [f"idle      {self.split} day {self.day}: {self.cost_usd:.2f} usd; {broken}"]
        for kind, count in self.violations.items():
            worst = self.worst[kind]
            lines.append(f"          {kind} in {self._of(count)}, by {worst.value_pu:.3f} pu at {worst.place}, step {worst.step}")
        if self.dark_steps:
            lines.append(f"          dark in {self._of(self.dark_steps)}")
        for name, one in (("voltage", self.voltage), ("loading", self.loading)):
            if one is not None:
                shown = f"{one.value_pu:.4f} pu" if name == "voltage" else f"{100 * one.value_pu:.1f} %"
                lines.append(f"          worst {name} {shown} at {one.place}, step {one.step}")
        return lines

    def _of(self, steps: int) -> str:
        return f"{steps} of {self.steps} steps"


@dataclass(frozen=True, slots=True)
class FirstLook:
    """The idle day, and notes: no faults, but what makes a scenario hard to play or to learn from, each with its mend."""

    day: IdleDay
    notes: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return both as lines of text."""
        return [*self.day.lines(), *(f"note      {note}" for note in self.notes)]


def first_look(scenario: Scenario) -> FirstLook:
    """Return a first look at a scenario, on the first test day, or the first day of its first split where none is for tests.

    Compiles the simulator for its devices, where that was not done before.
    """
    split = scenario.splits.get("test") or next(iter(scenario.splits.values()))
    day = split.days[0]
    asks = np.tile(idle_asks(scenario), (scenario.steps, 1)).astype(np.float32)
    run = replay(Plant(scenario), scenario.window(split.name, day), asks)
    found = _day(scenario, split.name, day, run)
    notes = [*_day_notes(scenario, found, run), *_demand_notes(scenario), *_storage_notes(scenario)]
    if "test" not in scenario.splits:
        notes.append(
            f"no split is named test, which `gridbench run` plays by default; mend: name one so, or run --split {split.name}"
        )
    return FirstLook(found, tuple(notes))


def _day(scenario: Scenario, split: str, day: int, run: Trajectory) -> IdleDay:
    """What the plant did."""
    lit = ~run.blackout
    root = np.where(lit, run.p_root_mw, 0.0), np.where(lit, run.q_root_mvar, 0.0)
    over = {kind: past * lit[:, None] for kind, past in excesses(scenario, run.v_pu, run.loading, root).items()}
    buses, branches = [bus.name for bus in scenario.feeder.buses[1:]], [branch.name for branch in scenario.feeder.branches]
    places = (buses, buses, branches, [scenario.tie.name])
    counts = {kind: int(past.any(axis=1).sum()) for kind, past in over.items()}
    worst = {kind: _extreme(past, past, names) for (kind, past), names in zip(over.items(), places, strict=True) if counts[kind]}
    band = scenario.voltage
    outside = np.maximum(band.v_min_pu - run.v_pu[:, 1:], run.v_pu[:, 1:] - band.v_max_pu)
    dark = np.where(lit[:, None], 0.0, np.inf)
    return IdleDay(
        split=split,
        day=day,
        steps=scenario.steps,
        cost_usd=float(run.cost_usd.sum()),
        dark_steps=int(run.blackout.sum()),
        violating_steps=int((run.blackout | np.any([past.any(axis=1) for past in over.values()], axis=0)).sum()),
        violations={kind: count for kind, count in counts.items() if count},
        worst=worst,
        voltage=_extreme(run.v_pu[:, 1:], outside - dark, buses) if lit.any() and buses else None,
        loading=_extreme(run.loading, run.loading - dark, branches) if lit.any() and branches else None,
    )


def _extreme(values: NDArray[np.float64], rank: NDArray[np.float64], names: Sequence[str]) -> Extreme:
    """The value with the highest rank (steps, places)."""
    step, place = divmod(int(np.argmax(rank)), len(names))
    return Extreme(float(values[step, place]), names[place], step)


def _day_notes(scenario: Scenario, day: IdleDay, run: Trajectory) -> list[str]:
    """What is remarkable in the idle day."""
    notes, when = [], f"idle, {day.split} day {day.day}"
    ease = "lower load_scale, raise ratings or root_voltage_pu, or move devices"
    if day.dark_steps:
        band = scenario.voltage
        trip = f"a voltage leaves {band.trip_min_pu:g} to {band.trip_max_pu:g} pu, or a loading trips"
        why = f"the power flow has no solution, {trip}"
        notes.append(f"{when}: no supply in {day.dark_steps} of {day.steps} steps, because {why}; mend: {ease}")
    if day.violating_steps == day.steps:
        notes.append(f"{when}: a limit is broken in every step; unless devices are meant to mend that: {ease}, or widen the band")
    missing_usd = float(run.money[:, MONEY.index("missing_energy")].sum())
    if missing_usd > 0.0:
        notes.append(f"{when}: energy worth {missing_usd:.2f} usd is missing at the end of the day, though nothing was asked for")
    return notes


def _demand_notes(scenario: Scenario) -> list[str]:
    """Ratings that the nominal demand below them passes, before losses and without any device."""
    feeder = scenario.feeder
    demand = np.zeros(len(feeder.buses), dtype=complex)
    for device in scenario.devices:
        if isinstance(device, Load):
            demand[feeder.bus_index(device.bus)] += complex(device.p_mw, device.q_mvar)
    for k in range(len(feeder.branches) - 1, -1, -1):
        demand[feeder.arrays.parent[k]] += demand[k + 1]
    found, total_mva = [], float(abs(demand[0]))
    tie = scenario.tie
    if total_mva > FAR * tie.rating_mva:
        found.append(f"nominal demand is {total_mva:.3g} MVA, {tie.name} is rated {tie.rating_mva:.3g} MVA; mend: check both")
    share = np.abs(demand[1:]) / (feeder.arrays.rating * feeder.base_mva)
    heavy = [k for k in np.argsort(-share, kind="stable") if share[k] > FAR]
    if heavy:
        shown = ", ".join(f"{feeder.branches[k].name} {100 * share[k]:.0f} %" for k in heavy[:SHOWN])
        more = f" and {len(heavy) - SHOWN} more" if len(heavy) > SHOWN else ""
        found.append(
            f"nominal demand is far beyond the ratings of branches: {shown}{more}; mend: check the loads and ratings there"
        )
    return found


def _storage_notes(scenario: Scenario) -> list[str]:
    """Storages that cannot come back once they are empty."""
    notes = []
    for device in scenario.devices:
        if not isinstance(device, Storage):
            continue
        ((state, span),) = device.states().items()
        energy, start = span.lo, device.initial()[state]
        for _ in range(scenario.steps):
            x = Values(**{state: energy})
            u = Values(**device.settle(x, Values(p_mw=-device.power_mw, q_mvar=0.0), OPEN, scenario.step_h))
            energy = float(device.advance(x, u, OPEN, scenario.step_h)[state])
        if energy < start - 1e-9:
            reached = f"a whole day at full charge brings it to {energy:.3g} of the {start:.3g} MWh of its start"
            mend = "raise power_mw, or lower energy_mwh or energy_share_initial"
            notes.append(f"{device.name}: once empty, {reached}; mend: {mend}")
    return notes
