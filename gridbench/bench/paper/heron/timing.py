"""Timing: the days of a trained policy on a timeline, under the profiles and sweeps of the case study. Nothing is trained."""

from __future__ import annotations

import time
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np

from gridbench.bench.paper.heron.plan import SCENARIO, SPLIT
from gridbench.bench.paper.heron.record import Days, Grid, Timed
from gridbench.envs.stage import Stage
from gridbench.envs.variant import Variant
from gridbench.heron.scheduling.jitter import Jitter
from gridbench.heron.scheduling.schedule import Schedule
from gridbench.heron.scheduling.timing import Timing
from gridbench.policies import make_policy
from gridbench.policies.inside import Inside
from gridbench.scenario.catalogue import load_scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridbench.scenario.scenario import Scenario

POLICY = "mappo"
"""The published weights; each of their agents acts on what it sees itself, so that it can decide at its own ticks."""
EVERY = 8
"""One test day in so many is played."""
LEVELS = {1: "devices", 2: "microgrids", 3: "operator"}
POLL_S = 120.0
"""How often devices look at what they were told, where delays are swept: else any delay costs them a whole step."""


PUNCTUAL, UNIFORM, GAUSSIAN, LOGNORMAL = Jitter(), Jitter("uniform", 1.0), Jitter("gaussian", 0.3), Jitter("lognormal", 0.5)


def schedule(devices: Timing, others: Timing | None = None) -> Schedule:
    """Return a schedule of the devices' timing and that of all above them."""
    above = Timing() if others is None else others
    return Schedule({1: devices, 2: above, 3: above}, details=False)


def _everyone(jitter: Jitter, tick_s: float | None = None) -> Schedule:
    """Return a schedule in which observing, acting and telling take a second each."""
    above = Timing(observation_s=1.0, action_s=1.0, message_s=1.0, jitter=jitter, tick_jitter=PUNCTUAL)
    return schedule(replace(above, tick_s=tick_s), above)


def _scada(tick_s: float, observation_s: float = 0.0, action_s: float = 0.0) -> Timing:
    """Return a timing of a control room: log-normal delays, and one message in a thousand lost."""
    return Timing(tick_s, observation_s, action_s, message_s=1.0, jitter=LOGNORMAL, tick_jitter=PUNCTUAL, loss=0.001)


PROFILES: dict[str, Schedule] = {
    "synchronous": schedule(Timing()),
    "uniform": _everyone(UNIFORM),
    "uniform_polled": _everyone(UNIFORM, POLL_S),
    "gaussian_polled": _everyone(GAUSSIAN, POLL_S),
    "ticks": Schedule({1: Timing(tick_s=60.0), 2: Timing(tick_s=300.0), 3: Timing(tick_s=900.0)}, details=False),
    "scada": Schedule({1: _scada(10.0, action_s=0.5), 2: _scada(60.0, observation_s=2.0), 3: _scada(300.0, observation_s=2.0)},
                      details=False),
}
"""The profiles by name."""
ACTIONS_S, MESSAGES_S = (0.0, 0.25, 0.5, 1.0, 60.0, 300.0, 900.0), (0.0, 1.0, 300.0, 900.0)
JITTERS, RATIOS = (0.0, 0.1, 0.2, 0.3), (1, 2, 10, 60, 300)
SCATTERED_S, TOLD_S = 300.0, 1.0
"""The delay that jitter is swept at, and that of messages where tick ratios are."""


def _jitter(share: float) -> Jitter:
    return Jitter("gaussian", share)


def _sweeps(step_s: float) -> dict[str, dict[str, Schedule]]:
    """Return the schedules of each sweep, by what is swept and by its value."""
    return {
        "action": {f"{s:g}": schedule(Timing(POLL_S, action_s=s)) for s in ACTIONS_S},
        "message": {f"{s:g}": schedule(Timing(POLL_S, message_s=s), Timing(message_s=s)) for s in MESSAGES_S},
        "jitter": {f"{j:g}": schedule(Timing(POLL_S, action_s=SCATTERED_S, jitter=_jitter(j))) for j in JITTERS},
        "ratio": {f"{r}": schedule(Timing(tick_s=step_s / r), Timing(message_s=TOLD_S)) for r in RATIOS},
        "action_jitter": {
            f"{s:g}_{j:g}": schedule(Timing(POLL_S, action_s=s, jitter=_jitter(j))) for s in (1.0, 900.0) for j in (0.0, 0.3)
        },
        "message_ratio": {
            f"{s:g}_{r}": schedule(Timing(tick_s=step_s / r), Timing(message_s=s)) for s in (1.0, 300.0) for r in (1, 10)
        },
    }


def schedules(step_s: float) -> dict[str, Schedule]:
    """Return all schedules by name, `<sweep>-<value>` those of a sweep; `step_s` are the seconds of a step."""
    swept = {f"{what}-{value}": one for what, found in _sweeps(step_s).items() for value, one in found.items()}
    return PROFILES | swept


def timed(name: str, timings: Schedule, days: Sequence[int], seed: int = 0, scenario: str = SCENARIO) -> Timed:
    """Return the record of a schedule: test days, each on a timeline of its own, the policy inside the agents."""
    grid, begun = load_scenario(scenario), time.perf_counter()
    stage = Stage(Variant().declare(grid, SPLIT), schedule=timings)
    found = [_day(grid, stage, day, seed) for day in days]
    cost_usd, violating = zip(*found, strict=True)
    policy = make_policy(POLICY, grid)
    return Timed(
        name=name, grid=Grid(id=grid.id, digest=grid.digest, split=SPLIT, days=tuple(days)), policy_name=POLICY,
        policy=policy.digest, schedule=told(timings), seed=seed, seconds=round(time.perf_counter() - begun, 2),
        days=Days(cost_usd=cost_usd, violating=violating),
    )  # fmt: skip


def _day(grid: Scenario, stage: Stage, day: int, seed: int) -> tuple[float, float]:
    """Return money (usd) and share of violating steps of a day; a limit that is passed in any piece of a step counts for it."""
    env, columns = stage.env, grid.window(SPLIT, day)
    for agent in stage.agents:
        env.agents[agent].policy = Inside(grid, make_policy(POLICY, grid), agent, columns, env.wiring)
    stage.reset([seed], [day])
    cost_usd, violating = 0.0, 0
    for _ in range(grid.steps):
        stage.step({})
        cost_usd += float(stage.costs_usd().sum())
        violating += bool(stage.measured("violations").sum() > 0.0 or stage.blackout()[0])
    return cost_usd, violating / grid.steps


def told(timings: Schedule) -> dict[str, str]:
    """Return a schedule in words, by level: what differs from a tick every step without delays."""
    return {LEVELS[level]: _words(timing) for level, timing in sorted(timings.levels.items())}


def _words(timing: Timing) -> str:
    plain = Timing()
    said = [
        f"{field.name} {value:g}" for field in fields(Timing)
        if (value := getattr(timing, field.name)) != getattr(plain, field.name) and not isinstance(value, Jitter)
    ]  # fmt: skip
    said += [] if timing.jitter.still else [f"{timing.jitter.kind} {timing.jitter.scale:g}"]
    return ", ".join(said) or "every step, at once"


def chosen(days: Sequence[int]) -> tuple[int, ...]:
    """Return the days that are played of the test days."""
    return tuple(np.asarray(days)[::EVERY].tolist())
