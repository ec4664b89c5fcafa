"""Who decides: what was chosen counts, what contradicts is refused, and nothing is dropped in silence."""

from __future__ import annotations

import pytest

from gridbench.envs import GridEnv, MultiAgentMicrogrids, NetworkedGridEnv, PowerGridAgent
from gridbench.envs.declaration import declare
from gridbench.errors import InvalidInput
from gridbench.heron import RestPolicy, StepEnv
from gridbench.heron.errors import DeclarationError
from gridbench.heron.protocols import NoProtocol, PeerToPeerTradingProtocol, PriceSignalProtocol, SetpointProtocol
from gridbench.networks import IEEE13Bus
from gridbench.physics.devices import Generator, Storage

GEN = Generator(
    name="gen", bus="633", p_min_mw=0.5, p_max_mw=2.0, s_max_mva=2.5, cost_usd_per_mwh=60.0, start_mw=1.0, ramp_mw_per_h=1.0
)
ESS = Storage(name="ess", bus="634", power_mw=1.0, s_max_mva=1.1, energy_mwh=5.0, missing_usd_per_mwh=150.0)


class Village(NetworkedGridEnv):
    """One microgrid whose agent is made once, with the protocol of the class."""

    made: PowerGridAgent

    def _build_net(self):
        return self.made


def village(protocol=None):
    return type("Village", (Village,), {"made": PowerGridAgent(IEEE13Bus("MG1"), [GEN, ESS], protocol=protocol)})


@pytest.mark.parametrize(
    ("protocol", "agents", "acting"),
    [
        (None, "microgrid", ["MG1"]),
        (None, "device", ["gen", "ess"]),
        (None, "single", ["operator"]),
        (NoProtocol(), "microgrid", ["gen", "ess"]),
        (NoProtocol(), "device", ["gen", "ess"]),
        (SetpointProtocol(), "microgrid", ["MG1"]),
        (SetpointProtocol(), "single", ["operator"]),
        (SetpointProtocol(only=["gen"]), "microgrid", ["MG1", "ess"]),
        (PriceSignalProtocol(0.0, 200.0), "microgrid", ["MG1"]),
        (PriceSignalProtocol(0.0, 200.0), "single", ["operator"]),
    ],
)
def test_what_an_agent_was_made_with_counts(protocol, agents, acting):
    assert village(protocol)(agents=agents).possible_agents == acting


@pytest.mark.parametrize(
    ("protocol", "agents", "said"),
    [
        (SetpointProtocol(), "device", "agent MG1: protocol: SetpointProtocol decides for gen, ess, and agents='device'"),
        (PriceSignalProtocol(0, 9), "device", "agent MG1: protocol: PriceSignalProtocol decides for gen, ess"),
        (NoProtocol(), "single", "agent MG1: protocol: NoProtocol leaves gen, ess to decide, and agents='single'"),
        (SetpointProtocol(only=["gen"]), "single", "agent MG1: protocol: SetpointProtocol leaves ess to decide"),
    ],
)
def test_a_protocol_against_agents_is_refused_unless_another_is_named(protocol, agents, said):
    made = village(protocol)
    with pytest.raises(DeclarationError, match=said):
        made(agents=agents)
    fitting = NoProtocol() if agents == "device" else SetpointProtocol()
    named = made(agents=agents, protocols={"MG1": fitting}).possible_agents
    assert named == (["gen", "ess"] if agents == "device" else ["operator"])


def test_an_exception_to_agents_is_meant_where_it_is_named():
    made = village(SetpointProtocol())
    assert made(agents="device", protocols={"MG1": made.made.protocol}).possible_agents == ["MG1"]


def test_an_agent_may_be_played_again_under_other_options():
    made = village()
    made(agents="device")
    made(protocols={"MG1": SetpointProtocol(only=["gen"])}, policies={"MG1": RestPolicy()})
    env = made()
    assert env.possible_agents == ["MG1"]
    assert env.action_space("MG1").shape == (5,)
    assert made.made.policy is None
    assert made.made.features == ()
    made.made.protocol = NoProtocol()
    assert made().possible_agents == ["gen", "ess"]


@pytest.mark.parametrize("name", ["MG1.storage", "mg_9"])
def test_only_heads_speak_by_a_protocol(scenario, name):
    with pytest.raises(DeclarationError, match=f"agent {name}: protocol: only heads speak by a protocol: dso, mg_0, mg_1, mg_2"):
        MultiAgentMicrogrids(scenario, protocols={name: SetpointProtocol()})


def test_a_policy_that_would_never_be_asked_is_refused(scenario):
    with pytest.raises(DeclarationError, match=r"agent load\.mid806: policy: it has nothing to decide on"):
        declare(scenario, policies={"load.mid806": RestPolicy()})


@pytest.mark.parametrize("agents", ["microgrid", "device"])
def test_a_gymnasium_environment_of_many_agents_is_refused(scenario, agents):
    with pytest.raises(InvalidInput, match=f"agents '{agents}': here one decides for all; play MultiAgentMicrogrids"):
        GridEnv(scenario, agents=agents)


def test_a_gymnasium_environment_is_of_one_agent(scenario):
    assert GridEnv(scenario, agents="single").action_space.shape == (35,)
    with pytest.raises(InvalidInput, match=r"leave 6 agents to act: dso, MG1\.diesel, .*; leave one, or play"):
        GridEnv(scenario, protocols={"mg_0": NoProtocol()})
    with pytest.raises(InvalidInput, match="no agent is left to act"):
        GridEnv(scenario, policies={"dso": RestPolicy()})


@pytest.mark.parametrize("blocks", [1, 2, 3, 5])
def test_microgrids_trade_by_as_many_blocks_as_are_heard(scenario, blocks):
    env = StepEnv(declare(scenario, split="test", days=[12], protocols={"dso": PeerToPeerTradingProtocol(blocks=blocks)}))
    env.reset([0])
    traded = 0.0
    rest = {name: spec.ask(spec.idle(1)) for name, spec in env.wiring.specs.items() if name in env.wiring.deciders}
    for _ in range(scenario.steps):
        seen = env.step(rest).observations
        traded += sum(abs(float(seen[f"mg_{i}"]["dso>trade.quantity"][0])) for i in range(3))
    assert traded > 0.1


@pytest.mark.parametrize(
    ("protocol", "observability", "said"),
    [
        ("trade", "owner", r"agent mg_1: MG2\.diesel/status\.on: needed where PeerToPeerTradingProtocol of dso asks it"),
        ("trade", "public", r"agent mg_0: forecast\.load_mw: .*hidden at 'public'"),
        ("price", "public", r"agent MG1\.storage: storage\.energy_mwh: needed where PriceSignalProtocol of mg_0 asks it"),
    ],
)
def test_what_an_answer_needs_must_be_seen(scenario, protocol, observability, said):
    trade, price = {"dso": PeerToPeerTradingProtocol()}, {"mg_0": PriceSignalProtocol(0.0, 200.0)}
    with pytest.raises(DeclarationError, match=said):
        declare(scenario, protocols=trade if protocol == "trade" else price, observability=observability)


def test_a_device_answers_a_price_by_its_own_fields(scenario):
    env = MultiAgentMicrogrids(scenario, protocols={"mg_0": PriceSignalProtocol(0.0, 200.0)}, observability="owner")
    env.reset(seed=0)
    env.step(env.rest() | {"mg_0": env.action("mg_0", {"price": 200.0})})
    assert env.get("MG1.storage/electrical.p_mw") > 0.0


def test_a_trade_is_answered_by_all_that_the_devices_do(scenario):
    priced = {"dso": PeerToPeerTradingProtocol(), "mg_1": PriceSignalProtocol(0.0, 200.0)}
    said = "agent mg_1: protocol: PeerToPeerTradingProtocol of dso asks it what its devices do, and by PriceSignalProtocol"
    with pytest.raises(DeclarationError, match=said):
        declare(scenario, protocols=priced)
    declare(scenario, protocols={"dso": PeerToPeerTradingProtocol(), "mg_1": NoProtocol()})
