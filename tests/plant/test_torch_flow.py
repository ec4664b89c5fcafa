"""The flow in torch solves the stated equations and is that of the compiled sweep, on every scenario. Needs torch."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_states import left_over, random_states, swept
from plant_days import days, overloaded, random_asks

from gridbench.envs.batch import BatchEnv
from gridbench.errors import InvalidInput
from gridbench.plant.plant import Plant
from gridbench.plant.torch_flow import TorchFlow, ways
from gridbench.scenario.catalogue import list_scenarios, load_scenario

torch = pytest.importorskip("torch")
NAMES = list_scenarios()
load = cache(load_scenario)
DOUBLE_PU, SINGLE_PU, SINGLE_LIT_PU = 1e-9, 2e-5, 5e-6
"""What the voltages of both flows differ by at most, the last where none is below 0.7 pu (docs/torch_flow.md)."""


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def voltages(flows):
    return np.sqrt(np.where(flows.solved[:, None], flows.u, 1.0))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=6)
@given(seed=st.integers(0, 2**32 - 1), batch=st.integers(1, 40), heaviest=st.floats(0.2, 30.0))
def test_a_double_flow_is_that_of_the_sweep_and_solves_the_stated_equations(name, seed, batch, heaviest):
    scenario = load(name)
    states = random_states(scenario, np.random.default_rng(seed), batch, heaviest)
    wanted, found = swept(scenario.feeder, *states), TorchFlow(scenario.feeder).solve(*states)
    assert (found.solved == wanted.solved).all()
    assert np.abs(voltages(found) - voltages(wanted)).max() < DOUBLE_PU
    lit = wanted.solved
    for one, other in ((found.l, wanted.l), *zip(found.flow, wanted.flow, strict=True), (found.root, wanted.root)):
        np.testing.assert_allclose(one[lit], other[lit], rtol=1e-8, atol=DOUBLE_PU)
    assert left_over(scenario.feeder, found, *states) < DOUBLE_PU


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=6)
@given(seed=st.integers(0, 2**32 - 1), batch=st.integers(1, 40), heaviest=st.floats(0.2, 30.0))
def test_a_single_flow_is_close_and_takes_no_state_for_lit_that_is_not(name, seed, batch, heaviest):
    scenario = load(name)
    states = random_states(scenario, np.random.default_rng(seed), batch, heaviest)
    wanted, found = swept(scenario.feeder, *states), TorchFlow(scenario.feeder, precision="float32").solve(*states)
    both = found.solved & wanted.solved
    apart = np.abs(voltages(found) - voltages(wanted))
    assert apart[both].max(initial=0.0) < SINGLE_PU
    assert apart[both & (voltages(wanted).min(axis=1) > 0.7)].max(initial=0.0) < SINGLE_LIT_PU
    trip_pu = scenario.voltage.trip_min_pu
    for flows, alone in ((found, found.solved & ~both), (wanted, wanted.solved & ~both)):
        assert (voltages(flows)[alone].min(axis=1, initial=2.0) < trip_pu).all(), "at the edge of having a solution all is dark"


def test_random_states_are_light_and_far_too_heavy(scenario):
    states = random_states(scenario, np.random.default_rng(0), 200, 30.0)
    found = swept(scenario.feeder, *states)
    assert 0.2 < found.solved.mean() < 0.9
    assert voltages(found).min() < 0.8


def test_the_ways_are_those_along_the_tree(scenario):
    parent = scenario.feeder.arrays.parent
    found = ways(parent)
    for m in range(len(parent)):
        way, bus = set(), m + 1
        while bus:
            way.add(bus - 1)
            bus = parent[bus - 1]
        assert set(np.flatnonzero(found[:, m])) == way


def test_neighbours_change_no_more_than_the_last_bits(scenario):
    states = random_states(scenario, np.random.default_rng(3), 64, 30.0)
    flow = TorchFlow(scenario.feeder)
    together = flow.solve(*states)
    for e in range(0, 64, 7):
        alone = flow.solve(*(one[e : e + 1] for one in states))
        assert alone.solved[0] == together.solved[e]
        if alone.solved[0]:
            np.testing.assert_allclose(alone.u[0], together.u[e], atol=1e-13)


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_plant_with_it_has_the_same_days(short, precision):
    drawn = [overloaded(day) if n % 4 == 0 else day for n, day in enumerate(days(short, *range(0, 260, 20)))]
    plants = Plant(short, 13), Plant(short, 13, TorchFlow(short.feeder, precision=precision))
    rng, dark = np.random.default_rng(2), 0
    for plant in plants:
        plant.reset(drawn)
    while not plants[0].over:
        asks = random_asks(plants[0], rng)
        wanted, found = (plant.step(asks) for plant in plants)
        assert (found.blackout == wanted.blackout).all()
        dark += wanted.blackout.sum()
        for row in ("controls", "states", "done", "clipped"):
            np.testing.assert_allclose(getattr(found, row), getattr(wanted, row), atol=1e-9 if precision == "float64" else 1e-4)
        room = {"rtol": 1e-8, "atol": 1e-8} if precision == "float64" else {"rtol": 1e-3, "atol": 1e-4}
        for row in ("v_pu", "loading", "p_root_mw", "q_root_mvar", "flow_p_mw", "flow_q_mvar", "p_mw", "q_mvar", "cost_usd"):
            np.testing.assert_allclose(getattr(found, row), getattr(wanted, row), **room)
    assert 0 < dark < 4 * 13


def test_an_environment_takes_it(short):
    envs = BatchEnv(short, 3), BatchEnv(short, 3, flow=TorchFlow(short.feeder))
    actions = {agent: np.full((3, size), 0.1) for agent, size in envs[0].codec.sizes.items()}
    for env in envs:
        env.reset(days(short, 1, 2, 3))
    (seen, rewards, _), (others, earned, _) = (env.step(actions) for env in envs)
    for agent in envs[0].agents:
        np.testing.assert_allclose(seen[agent], others[agent], atol=1e-6)
        np.testing.assert_allclose(rewards[agent], earned[agent], atol=1e-9)


def test_what_a_plant_refuses_it_refuses_with_it_too(short):
    plant = Plant(short, 1, TorchFlow(short.feeder))
    plant.reset(days(short, 1))
    asks = np.zeros((1, len(plant.layout.asks)))
    asks[0, 0] = np.nan
    with pytest.raises(InvalidInput, match="is not a finite number"):
        plant.step(asks)


def test_tensors_stay_on_the_device(short):
    flow = TorchFlow(short.feeder)
    states = random_states(short, np.random.default_rng(1), 5, 2.0)
    found = flow.solve_tensors(*(torch.from_numpy(one) for one in states))
    assert all(isinstance(one, torch.Tensor) for one in (found.u, found.l, found.flow, found.root, found.solved))
    assert (found.u.numpy() == flow.solve(*states).u).all()


@pytest.mark.parametrize(
    ("options", "told"),
    [({"device": "cuda:99"}, "device 'cuda:99'"), ({"device": "gpu"}, "cannot use"), ({"precision": "half"}, "choose one of")],
)
def test_what_cannot_be_is_refused(short, options, told):
    with pytest.raises(InvalidInput, match=told):
        TorchFlow(short.feeder, **options)


def test_without_torch_the_way_to_it_is_told(short, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(InvalidInput, match=r"pip install 'gridbench\[torch\]'"):
        TorchFlow(short.feeder)


def test_a_plant_loads_no_torch():
    code = "import sys, gridbench.plant.torch_flow, gridbench.envs.batch; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
@pytest.mark.parametrize(("precision", "most_pu"), [("float64", DOUBLE_PU), ("float32", SINGLE_PU)])
def test_a_gpu_finds_the_flows_of_the_sweep(scenario, precision, most_pu):
    states = random_states(scenario, np.random.default_rng(0), 500, 4.0)
    wanted, found = swept(scenario.feeder, *states), TorchFlow(scenario.feeder, "cuda", precision).solve(*states)
    both = found.solved & wanted.solved
    assert both.mean() > 0.5
    assert np.abs(voltages(found) - voltages(wanted))[both].max() < most_pu
