"""What is timed: one bare power flow of pandapower, days of environments, and steps of a batch."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

import numpy as np
import pandapower as pp
from opendss_circuit import Circuit

from gridbench.bench.plan import Plan
from gridbench.bench.runner import run_all
from gridbench.bench.world import World
from gridbench.envs import GridVectorEnv, MultiAgentMicrogrids
from gridbench.envs.batch import BatchEnv
from gridbench.envs.declaration import declare
from gridbench.heron import StepEnv
from gridbench.networks import ieee123
from gridbench.networks.pandapower import to_pandapower
from gridbench.networks.phases import three_phase
from gridbench.networks.synthetic import synthetic
from gridbench.oracle import Horizon
from gridbench.physics.devices import Load, Renewable, Storage
from gridbench.plant.plant import Plant
from gridbench.plant.three_phase_flow import published_flow
from gridbench.plant.violations import excesses
from gridbench.policies import make_policy
from gridbench.policies.mpc import Mpc, StochasticMpc
from gridbench.scenario.assembly import assemble
from gridbench.scenario.scenario import AgentGroup


def bare_power_flow(scenario):
    """runpp with its defaults, of the scenario's network at half its nominal demand; building the net is not timed."""
    p_mw, q_mvar = np.zeros(len(scenario.feeder.buses)), np.zeros(len(scenario.feeder.buses))
    for load in (device for device in scenario.devices if isinstance(device, Load)):
        p_mw[scenario.feeder.bus_index(load.bus)] -= 0.5 * load.p_mw
        q_mvar[scenario.feeder.bus_index(load.bus)] -= 0.5 * load.q_mvar
    net = to_pandapower(scenario.feeder, p_mw, q_mvar)
    return lambda: pp.runpp(net)


def mild_actions(scenario, sizes, *batch):
    """A day of mild random actions."""
    rng = np.random.default_rng(0)
    return [{a: rng.uniform(-0.2, 0.2, (*batch, n)) for a, n in sizes.items()} for _ in range(scenario.steps)]


def bare_day(scenario):
    """A whole day of all agents with no hierarchy: decode, simulate, observe, count violations, and return dicts by agent."""
    env, rng = BatchEnv(scenario), np.random.default_rng(0)
    days, actions = scenario.split("train").days, mild_actions(scenario, env.codec.sizes)

    def step(action):
        seen, rewards, result = env.step({agent: np.asarray(one)[None] for agent, one in action.items()})
        over = excesses(scenario, result.v_pu, result.loading, (result.p_root_mw, result.q_root_mvar))
        violations = 0 if result.blackout[0] else sum(int(np.count_nonzero(one)) for one in over.values())
        info = {"cost_usd": float(result.cost_usd[0]), "violations": violations, "blackout": bool(result.blackout[0])}
        return (
            {agent: seen[agent][0] for agent in env.agents},
            {agent: float(rewards[agent][0]) for agent in env.agents},
            dict.fromkeys(env.agents, env.over),
            dict.fromkeys(env.agents, False),
            {agent: dict(info) for agent in env.agents},
        )

    def day():
        env.reset([scenario.window("train", int(rng.choice(days)))])
        for action in actions:
            step(action)

    return day


def environment_day(scenario):
    """A whole day of all agents under the full hierarchy, with mild random actions, reset and all."""
    env = MultiAgentMicrogrids(scenario, seed=0)
    actions = mild_actions(scenario, env.stage.sizes)

    def day():
        env.reset()
        for action in actions:
            env.step(action)

    return day


def hierarchy_step(scenario, batch):
    """One step of a batch of environments under the full hierarchy in step mode, mild random actions; nobody looks at it."""
    env = StepEnv(declare(scenario))
    sizes = {name: len(env.wiring.specs[name]) for name in env.wiring.deciders}
    actions = mild_actions(scenario, sizes, batch)
    env.reset(range(batch))

    def step():
        if env.steps == scenario.steps:
            env.reset(range(batch))
        env.step(actions[env.steps], boxed=True)

    return step


def vector_step(scenario, batch):
    """One step of the face of a batch under the full hierarchy: observations, rewards, violations and infos for all."""
    env, rng = GridVectorEnv(scenario, batch), np.random.default_rng(0)
    actions = rng.uniform(-0.2, 0.2, env.action_space.shape).astype(np.float32)
    env.reset(seed=0)
    return lambda: env.step(actions)


def batch_step(scenario, batch):
    """One step of a batch of plants on as many days, mild random asks."""
    plant, rng = Plant(scenario, batch), np.random.default_rng(0)
    middle = np.array([(span.lo + span.hi) / 2 for span in plant.layout.ask_spans])
    half = np.array([(span.hi - span.lo) / 2 for span in plant.layout.ask_spans])
    asks = middle + 0.2 * half * rng.uniform(-1.0, 1.0, (batch, half.size))
    days = [scenario.window("test", n % 365) for n in range(batch)]
    plant.reset(days)

    def step():
        if plant.over:
            plant.reset(days)
        plant.step(asks)

    return step


def unbalanced_batch(batch):
    """Unbalanced flows of the 123-bus feeder at random loadings: voltages, currents, losses and import of a batch."""
    network = three_phase(ieee123(load_model="constant_power"))
    flow, power = published_flow(network)
    states = power * np.random.default_rng(0).uniform(0.2, 1.2, (batch, 1))
    return lambda: flow.solve(states)


def unbalanced_opendss():
    """One such flow in OpenDSS, after another loading was set; its tolerance is 1e-9."""
    circuit = Circuit("ieee123")
    circuit.solve()
    loadings = cycle([0.4, 0.7, 1.0])
    return lambda: circuit.again(next(loadings), tolerance=1e-9)


def fastest_s(*functions, rounds):
    """The least time of each function (s), the rounds of all taken in turn: what other work on the machine adds least to."""
    return _times(functions, rounds).min(axis=0)


def medians_s(*functions, rounds):
    """The median time of each function (s), the rounds of all taken in turn so that a busy machine slows them alike."""
    return np.median(_times(functions, rounds), axis=0)


def _times(functions, rounds):
    times = np.empty((rounds, len(functions)))
    for function in functions:
        function()
    for row in times:
        for n, function in enumerate(functions):
            begin = time.perf_counter()
            function()
            row[n] = time.perf_counter() - begin
    return times


def decisions(scenario, samples):
    """One decision of `mpc` (of `stochastic_mpc` with samples) a call, step after step of a test day."""
    world, day = World(scenario), scenario.split("test").days[0]
    policy = StochasticMpc(scenario, samples=samples) if samples else Mpc(scenario)
    columns = scenario.window("test", day)
    seen = [world.reset([columns])]
    policy.reset(scenario, columns, 0)

    def decide():
        seen[0], _ = world.step(world.decode(policy.act(seen[0])))

    return decide


def one_decision(scenario, t, rolling):
    """The decision of step t, again and again, with a plan of the step before at hand."""
    horizon, columns = Horizon(scenario, rolling), scenario.window("test", scenario.split("test").days[0])
    start = {device.name: device.initial() for device in scenario.devices}
    horizon.decide(t - 1, start, [columns])
    return lambda: horizon.decide(t, start, [columns])


def grown(buses):
    """A scenario on a feeder of that many buses: loads, a panel on every tenth of them and a battery on every thirtieth."""
    feeder = synthetic(buses, np.random.default_rng(0))
    devices = [
        Renewable(name=f"sun{n}", bus=load.bus, p_rated_mw=0.005, s_max_mva=0.0055, profile="pv_a")
        for n, load in enumerate(feeder.loads[::10])
    ]
    devices += [
        Storage(name=f"cell{n}", bus=load.bus, power_mw=0.003, s_max_mva=0.0035, energy_mwh=0.01, missing_usd_per_mwh=150.0)
        for n, load in enumerate(feeder.loads[::30])
    ]
    return assemble(feeder.name, feeder, devices, [AgentGroup("operator", tuple(one.name for one in devices), ())])


def scaling(sizes, batch, rounds):
    """The median seconds of one bare power flow, and of one element's step in a batch, of grids of each size: (sizes, 2)."""
    found = []
    for buses in sizes:
        scenario = grown(buses)
        slow, fast = medians_s(bare_power_flow(scenario), batch_step(scenario, batch), rounds=rounds)
        found.append((slow, fast / batch))
    return np.array(found)


def evaluation(scenario, seeds):
    """`rule` on all test days with that many seeds, scored and written as a record: what `gridbench run` does after its start."""
    plan = Plan(scenario, make_policy("rule", scenario), "test", tuple(scenario.split("test").days), tuple(range(seeds)))

    def evaluate():
        with tempfile.TemporaryDirectory() as home:
            run_all([(plan, Path(home))], quiet=True)

    return evaluate


def process(*words):
    """A Python process with these arguments, from its start to its end."""
    return lambda: subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
