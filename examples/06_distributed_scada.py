"""A policy that was tuned in step mode meets the clocks of a control room: what do ticks and delays cost?

    python examples/06_distributed_scada.py --day 12

Field agents tick every second and their actions take 0.3 s, microgrids tick every minute, the operator every five; all times
scatter by 10 %. The same policy plays the day from outside, once an hour, and from inside, at the agents' own ticks, where
the proxy hands it what the agent may see. Without delays all of it is the same to the last bit.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np

from gridbench import load_scenario
from gridbench.bench.intervals import interval
from gridbench.envs import MultiAgentMicrogrids
from gridbench.envs.declaration import declare
from gridbench.heron import EventEnv, Jitter, Schedule, Timing
from gridbench.heron.scheduling import table
from gridbench.policies import make_policy
from gridbench.policies.inside import Inside
from gridbench.policies.network import Network
from gridbench.policies.seeded import Seeded

if TYPE_CHECKING:
    from gridbench.heron.scheduling import Timeline
    from gridbench.scenario.scenario import Scenario

mpl.use("Agg")
from matplotlib import pyplot as plt

SCATTER = Jitter("gaussian", 0.1)
SCADA = Schedule(
    levels={
        1: Timing(tick_s=1.0, action_s=0.3, jitter=SCATTER),
        2: Timing(tick_s=60.0, jitter=SCATTER),
        3: Timing(tick_s=300.0, jitter=SCATTER),
    }
)
SHOWN = ("dso", "mg_0", "MG1.diesel", "MG1.storage", "regulator.814")
STORAGE = "MG1.storage"
COLOURS = {"step mode": "black", "SCADA, from outside": "#0072B2", "SCADA, from inside": "#D55E00"}


@dataclass(frozen=True)
class Run:
    """A day, or its first steps: money and what was asked of the storage by step (usd, MW), the state at the end, seconds."""

    cost_usd: np.ndarray
    asked_mw: np.ndarray
    end: bytes
    timeline: Timeline | None
    seconds: float

    @property
    def total_usd(self) -> float:
        """The money of all steps."""
        return float(self.cost_usd.sum())


def from_outside(scenario: Scenario, name: str, day: int, steps: int, schedule: Schedule | None) -> Run:
    """Play a test day in step mode, or distributed under a schedule, with a policy that is asked once a step."""
    begun = time.perf_counter()
    env = MultiAgentMicrogrids(scenario, split="test", centralized=schedule is None, schedule=schedule)
    policy = make_policy(name, scenario)
    policy.reset(scenario, scenario.window("test", day), 0)
    seen, _ = env.reset(seed=0, options={"day": day})
    rows = []
    for _ in range(steps):
        actions = policy.act({agent: one[None] for agent, one in seen.items()})
        seen, _, _, _, infos = env.step({agent: one[0] for agent, one in actions.items()})
        rows.append((infos["dso"]["cost_usd"], env.result.actions[STORAGE].values[0, 0]))
    timeline = env.stage.env.timeline if isinstance(env.stage.env, EventEnv) else None
    return Run(*np.array(rows).T, env.stage.values.tobytes(), timeline, time.perf_counter() - begun)


def from_inside(scenario: Scenario, name: str, day: int, steps: int, schedule: Schedule) -> Run:
    """Play a test day with policies inside the agents, which decide at their own ticks."""
    begun = time.perf_counter()
    env = EventEnv(declare(scenario, split="test", days=[day]), schedule)
    columns = scenario.window("test", day)
    for agent in env.wiring.deciders:
        env.agents[agent].policy = Inside(scenario, make_policy(name, scenario), agent, columns, env.wiring)
    env.reset(0)
    rows = []
    for _ in range(steps):
        result = env.step()
        rows.append((-scenario.reward_usd * result.rewards["dso"][0], result.actions[STORAGE].values[0, 0]))
    return Run(*np.array(rows).T, env.state.values.tobytes(), env.timeline, time.perf_counter() - begun)


def play(scenario: Scenario, policy: str, day: int, steps: int) -> dict[str, Run]:
    """Play the day under all clocks; inside only a policy whose agents each act on what they see themselves."""
    here = scenario, policy, day, steps
    runs = {
        "step mode": from_outside(*here, None),
        "no delays, from outside": from_outside(*here, Schedule()),
        "SCADA, from outside": from_outside(*here, SCADA),
    }
    if isinstance(make_policy(policy, scenario), Network | Seeded):
        runs["no delays, from inside"] = from_inside(*here, Schedule())
        runs["SCADA, from inside"] = from_inside(*here, SCADA)
    return dict(sorted(runs.items(), key=lambda item: "SCADA" in item[0]))


def show(runs: dict[str, Run], bound_usd: float | None) -> None:
    """Print costs and gaps, and what the analyser makes of the timeline of the last run."""
    step = runs["step mode"]
    print(f"{'clock':24s} {'cost, usd':>10s} {'to step mode':>21s} {'to the bound':>21s} {'seconds':>8s}  last state")
    for name, run in runs.items():
        gaps = [gap(run.total_usd, mark) for mark in (step.total_usd, bound_usd)]
        alike = "as in step mode" if run.end == step.end else "its own"
        print(f"{name:24s} {run.total_usd:10.2f} {gaps[0]:>21s} {gaps[1]:>21s} {run.seconds:8.1f}  {alike}")
    last, timeline = next((name, run.timeline) for name, run in reversed(runs.items()))
    header, *rows = table(timeline).splitlines()
    print(f"\n{last}, {len(timeline):,} entries; seconds from sample to action", header, sep="\n")
    print("\n".join(row for row in rows if row.split()[0] in SHOWN))


def gap(cost_usd: float, mark_usd: float | None) -> str:
    """Return a difference in money and in per cent."""
    if mark_usd is None:
        return "-"
    more, share = (round(number, 2) + 0.0 for number in (cost_usd - mark_usd, 100.0 * (cost_usd / mark_usd - 1.0)))
    return f"{more:+.2f} usd {share:+.2f} %"


def asked(timeline: Timeline) -> tuple[np.ndarray, np.ndarray]:
    """Return when what was asked of the storage changed (hours), and to what (MW)."""
    acted = [(0.0, "[0.0]"), *((entry.time_ns / 3.6e12, entry.detail) for entry in timeline.of("action", STORAGE))]
    changed = [now for before, now in pairwise([(0.0, ""), *acted]) if now[1] != before[1]]
    return np.array([at for at, _ in changed]), np.array([json.loads(detail)[0] for _, detail in changed])


def draw(runs: dict[str, Run], bound_usd: float | None, path: Path) -> None:
    """Save the power of a storage under the clocks, over the day and about one change of the hour, and the costs."""
    figure, axes = plt.subplots(2, 2, figsize=(11, 7), layout="constrained")
    shown = {name: run for name, run in runs.items() if name in COLOURS}
    step = runs["step mode"]
    hours = np.arange(len(step.cost_usd) + 1)
    change = 1 + int(np.argmax(np.abs(np.diff(step.asked_mw)))) if len(step.asked_mw) > 1 else 0
    for name, run in reversed(shown.items()):
        at, power = asked(run.timeline) if run.timeline else (hours[:-1], run.asked_mw)
        style = {"where": "post", "color": COLOURS[name], "label": name, "linewidth": 2.2 if run.timeline is None else 1.2}
        at, power = np.append(at, hours[-1]), np.append(power, power[-1])
        axes[0, 0].step(at, power, **style)
        axes[0, 1].step(60 * (at - change), power, **style)
    axes[0, 0].set(ylabel=f"asked of {STORAGE}, MW", title="Two clocks, one policy", **_day(hours))
    axes[0, 1].set(xlabel=f"minutes about {change}:00", title="The change of an hour", xlim=(-3, 5))
    axes[0, 0].legend(loc="lower right", fontsize="small")
    _costs(axes[1], runs, shown, hours, bound_usd)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _day(hours: np.ndarray) -> dict[str, object]:
    return {"xlabel": "hour of the day", "xlim": (0, hours[-1]), "xticks": hours[:: max(1, len(hours) // 8)]}


def _costs(axes: np.ndarray, runs: dict[str, Run], shown: dict[str, Run], hours: np.ndarray, bound_usd: float | None) -> None:
    step = runs["step mode"]
    for name, run in shown.items():
        axes[0].plot(hours, np.append(0.0, np.cumsum(run.cost_usd - step.cost_usd)), color=COLOURS[name], label=name)
    axes[0].set(ylabel="cost so far, above step mode, usd", title="What the clocks cost", **_day(hours))
    mark = 0.0 if bound_usd is None else bound_usd
    bars = axes[1].barh(list(runs), [run.total_usd - mark for run in runs.values()], color=[COLOURS.get(n, "0.7") for n in runs])
    axes[1].bar_label(bars, [f"{run.total_usd - mark:.2f}" for run in runs.values()], padding=3)
    axes[1].invert_yaxis()
    axes[1].margins(x=0.2)
    axes[1].set(xlabel="cost, usd" if bound_usd is None else "cost above the certified bound, usd", title="The whole run")


def main(arguments: list[str] | None = None) -> dict[str, Run]:
    """Play a test day under all clocks; return the runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--policy", choices=("mappo", "rule"), default="mappo")
    parser.add_argument("--day", type=int, default=12, help="day of the test year")
    parser.add_argument("--steps", type=int, default=24, help="hours played; there is a bound for whole days only")
    parser.add_argument("--out", type=Path, default=Path("runs/examples"), help="folder of the figure")
    options = parser.parse_args(arguments)
    scenario = load_scenario("ieee34_ieee13")
    runs = play(scenario, options.policy, options.day, min(options.steps, scenario.steps))
    bound_usd = interval(scenario, "test", options.day).bound_usd if options.steps >= scenario.steps else None
    show(runs, bound_usd)
    draw(runs, bound_usd, options.out / "06_distributed_scada.png")
    return runs


if __name__ == "__main__":
    main()
