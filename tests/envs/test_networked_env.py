"""Environments of one's own: agents over a feeder, made in code."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from pettingzoo.test import parallel_api_test

from gridbench.envs import MultiAgentMicrogrids, NetworkedGridEnv, PowerGridAgent
from gridbench.errors import InvalidInput, UnknownName
from gridbench.heron import FunctionPolicy, Schedule, StepEnv, Timing
from gridbench.heron.errors import AgentFailed, DeclarationError
from gridbench.heron.protocols import PriceSignalProtocol, SetpointProtocol
from gridbench.networks import IEEE13Bus
from gridbench.physics.devices import Generator, Storage


def generator(**changes):
    fields = {"bus": "633", "p_min_mw": 0.5, "p_max_mw": 2.0, "s_max_mva": 2.5, "start_mw": 1.0, "ramp_mw_per_h": 2.0}
    return Generator(**{"name": "gen", "cost_usd_per_mwh": 60.0, **fields, **changes})


def storage(**changes):
    fields = {"bus": "634", "power_mw": 1.0, "s_max_mva": 1.1, "energy_mwh": 5.0, "missing_usd_per_mwh": 150.0}
    return Storage(**{"name": "ess", **fields, **changes})


class Village(NetworkedGridEnv):
    """The case study's custom environment."""

    protocol = SetpointProtocol()

    def _build_net(self):
        return PowerGridAgent(IEEE13Bus("MG1"), [generator(), storage()], protocol=self.protocol)

    def _reward_and_safety(self):
        return {name: -grid.cost for name, grid in self.grids.items()}, {name: grid.safety for name, grid in self.grids.items()}


def test_batteries_move_money_flows_and_time_goes_on():
    env = Village(seed=0)
    env.reset(seed=0)
    before = env.stage.env.state
    charge = {"MG1": np.array([1.0, 0.0, 0.0, -1.0, 0.0])}
    _, rewards, ends, _, infos = env.step(charge)
    after = env.stage.env.state
    assert after.get("ess/storage.energy_mwh") == before.get("ess/storage.energy_mwh") + 0.95
    assert after.get("gen/status.on") == 1.0
    assert after.get("operator/time.hour_cos") < before.get("operator/time.hour_cos")
    grid = env.grids["MG1"]
    own = sum(after.get(f"{name}/metrics.cost_usd")[0] for name in env.stage.env.agents if name != "operator")
    assert rewards["MG1"] == -grid.cost == pytest.approx(-own)
    assert grid.cost > 0.0
    assert infos["MG1"]["safety"] == grid.safety
    assert not any(ends.values())


def test_an_agent_at_the_root_pays_for_the_exchange():
    env = Village(seed=0)
    env.reset(seed=0)
    for _ in range(24):
        _, _, ends, _, infos = env.step({"MG1": env.action_space("MG1").sample()})
        assert infos["MG1"]["cost_usd"] == env.cost_usd == pytest.approx(env.grids["MG1"].cost, abs=1e-9)
    assert env.get("tie/metrics.cost_usd") != 0.0
    assert all(ends.values())


def test_actions_by_name_and_in_units():
    env = Village(seed=0)
    env.reset(seed=0)
    env.step(env.rest())
    assert env.get("gen/status.on") == env.get("ess/electrical.p_mw") == 0.0
    env.step({"MG1": env.action("MG1", {"gen/on": 1, "gen/p_mw": 0.8, "ess/p_mw": -0.25})})
    assert env.get("gen/electrical.p_mw") == pytest.approx(0.8, abs=1e-6)
    assert env.get("ess/electrical.p_mw") == pytest.approx(-0.25, abs=1e-6)
    with pytest.raises(UnknownName, match="did you mean 'gen/p_mw'"):
        env.action("MG1", {"gen/p_mv": 1.0})


def test_it_passes_the_checks():
    parallel_api_test(Village(), num_cycles=30)


def test_two_agents_over_one_feeder():
    class Twins(Village):
        def _build_net(self):
            feeder = IEEE13Bus("F")
            east = PowerGridAgent(feeder, [generator()], name="east", buses=["632", "633"])
            return [east, PowerGridAgent(feeder, [storage()], name="west", buses=["671", "675"])]

    env = Twins()
    env.reset(seed=0)
    _, rewards, *_ = env.step({agent: np.zeros(env.action_space(agent).shape) for agent in env.agents})
    assert set(rewards) == {"east", "west"}


@pytest.mark.parametrize(
    ("built", "said"),
    [
        (lambda: PowerGridAgent(IEEE13Bus("F"), [generator(bus="999")]), "unknown bus"),
        (lambda: PowerGridAgent(IEEE13Bus("F"), [generator(), generator()]), "gen"),
        (lambda: PowerGridAgent(IEEE13Bus("F"), [generator(p_min_mw=3.0)]), "p_min_mw must not be above p_max_mw"),
        (lambda: [PowerGridAgent(IEEE13Bus(name), [], name=name) for name in "ab"], "join the feeders"),
        (lambda: "a grid", "return a Scenario, a PowerGridAgent"),
    ],
)
def test_what_cannot_be_built_is_refused(built, said):
    class Wrong(NetworkedGridEnv):
        def _build_net(self):
            return built()

    with pytest.raises(InvalidInput, match=f"(?s){said}"):
        Wrong()


def test_a_net_that_is_not_written_says_so():
    with pytest.raises(InvalidInput, match="_build_net is not written"):
        NetworkedGridEnv()


def test_a_protocol_that_does_not_fit_names_agent_and_field():
    class Misfit(Village):
        protocol = SetpointProtocol(only=["boiler"])

    with pytest.raises(DeclarationError, match=r"agent boiler: protocol: SetpointProtocol of MG1 sets it, but it is no member"):
        Misfit()


def test_devices_answer_a_price_by_their_marginal_rule():
    class Priced(Village):
        protocol = PriceSignalProtocol(0.0, 200.0, "usd/MWh")

    powers = []
    for price in (20.0, 55.0, 65.0, 150.0):
        env = Priced(seed=0)
        env.reset(seed=0)
        for _ in range(3):
            env.step({"MG1": np.array([price / 100.0 - 1.0])})
        powers.append(env.stage.env.state.get("gen/electrical.p_mw")[0])
    assert powers == [0.0, 0.0, 2.0, 2.0]  # its marginal cost is 60 usd/MWh


def test_a_raising_policy_ends_its_episode_with_its_name():
    def broken(_):
        raise RuntimeError("no idea")

    core = StepEnv(Village().stage.env.wiring.declaration)
    core.reset([0])
    core.agents["MG1"].policy = FunctionPolicy(broken)
    with pytest.raises(AgentFailed, match=r"agent MG1: policy broken raised RuntimeError at 0 s: no idea"):
        core.step()


class Unpaid(PowerGridAgent):
    """Rewards nothing."""

    def reward(self, before, after, below, elapsed_s):  # noqa: ARG002
        return np.zeros(after.batch)


def test_money_is_what_was_paid_whatever_is_rewarded():
    class Charity(Village):
        def _build_net(self):
            return Unpaid(IEEE13Bus("MG1"), [generator(), storage()])

        _reward_and_safety = NetworkedGridEnv._reward_and_safety

    paid = []
    for env in (Village(), Charity(reward="own")):
        env.reset(options={"day": 3})
        _, rewards, _, _, infos = env.step(env.rest())
        paid.append((infos["MG1"]["cost_usd"], env.cost_usd, env.grids["MG1"].cost))
    assert paid[0] == paid[1]
    assert paid[0][0] > 0.0
    assert rewards["MG1"] == 0.0


@pytest.mark.parametrize("centralized", [True, False])
def test_a_refused_reset_leaves_no_day_to_play(centralized):
    env = Village(centralized=centralized)
    env.reset(options={"day": 3})
    env.step(env.rest())
    with pytest.raises(InvalidInput, match="there is no day 5000"):
        env.reset(options={"day": 5000})
    assert env.agents == []
    assert env.day == 3
    with pytest.raises(InvalidInput, match="call reset first"):
        env.step(env.rest())
    with pytest.raises(InvalidInput, match="did you mean 'day'"):
        env.reset(options={"dya": 12})
    with pytest.raises(InvalidInput, match="seed is -1"):
        env.reset(seed=-1)


def test_the_agents_that_are_shown_are_those_that_play():
    env = Village()
    assert env.grids["MG1"] is env.stage.env.agents["MG1"]
    with pytest.raises(DeclarationError, match=r"(?s)agent gen: .*SetpointProtocol of MG1 decides for it"):
        env.stage.env.agents["gen"].policy = FunctionPolicy(len)
    with pytest.raises(InvalidInput, match="call reset first"):
        env.get("gen/status.on")


@pytest.mark.parametrize("centralized", [True, False])
def test_a_head_that_is_set_still_speaks(centralized):
    class Priced(Village):
        protocol = PriceSignalProtocol(0.0, 200.0, "usd/MWh")
        _reward_and_safety = NetworkedGridEnv._reward_and_safety

    env = Priced(agents="single", centralized=centralized)
    env.reset(options={"day": 3})
    for _ in range(2):
        env.step({"operator": env.action("operator", {"MG1/price": 150.0})})
    assert env.get("gen/electrical.p_mw") > 1.0


def test_an_environment_travels_between_processes():
    env = Village()
    env.reset(options={"day": 3})
    env.step(env.rest())
    other = pickle.loads(pickle.dumps(env))  # noqa: S301 - it is our own
    assert other.step(other.rest())[1] == env.step(env.rest())[1]


def test_violations_within_a_step_are_not_forgotten(scenario):
    late = MultiAgentMicrogrids(scenario, schedule=Schedule(levels={1: Timing(action_s=1800.0)}))
    late.reset(options={"day": 0})
    for _ in range(6):
        actions = {agent: np.ones(late.action_space(agent).shape) for agent in late.agents}
        _, _, _, _, infos = late.step(actions)
        assert (infos["dso"]["violations"] > 0) == (late.stage.measured("excess_pu_h").sum() > 0 and not infos["dso"]["blackout"])
