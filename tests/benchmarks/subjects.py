"""What is timed: one bare power flow of pandapower, a step of the environment, and a step of a batch of plants."""

from __future__ import annotations

import time

import numpy as np
import pandapower as pp

from gridbench.envs.parallel import GridParallelEnv
from gridbench.networks.pandapower import to_pandapower
from gridbench.physics.devices import Load
from gridbench.plant.plant import Plant


def bare_power_flow(scenario):
    """runpp with its defaults, of the scenario's network at half its nominal demand; building the net is not timed."""
    p_mw, q_mvar = np.zeros(len(scenario.feeder.buses)), np.zeros(len(scenario.feeder.buses))
    for load in (device for device in scenario.devices if isinstance(device, Load)):
        p_mw[scenario.feeder.bus_index(load.bus)] -= 0.5 * load.p_mw
        q_mvar[scenario.feeder.bus_index(load.bus)] -= 0.5 * load.q_mvar
    net = to_pandapower(scenario.feeder, p_mw, q_mvar)
    return lambda: pp.runpp(net)


def environment_day(scenario):
    """A whole day of all agents with random actions, reset and all."""
    env = GridParallelEnv(scenario, seed=0)
    actions = [{a: env.action_space(a).sample() * 0.2 for a in env.possible_agents} for _ in range(scenario.steps)]

    def day():
        env.reset()
        for action in actions:
            env.step(action)

    return day


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


def medians_s(*functions, rounds):
    """The median time of each function (s), the rounds of all taken in turn so that a busy machine slows them alike."""
    times = np.empty((rounds, len(functions)))
    for function in functions:
        function()
    for row in times:
        for n, function in enumerate(functions):
            begin = time.perf_counter()
            function()
            row[n] = time.perf_counter() - begin
    return np.median(times, axis=0)
