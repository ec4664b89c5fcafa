"""Environments by three words: what they declare, and which words are refused."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gridbench.envs.observation import Observer
from gridbench.envs.stage import Stage
from gridbench.envs.variant import Variant
from gridbench.errors import InvalidInput
from gridbench.plant.layout import layout
from gridbench.scenario.catalogue import load_scenario


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("ieee34_ieee13-v1")


def acting(scenario, *words):
    return Stage(Variant.read(words).declare(scenario)).acting


def test_words_are_read_and_told_again():
    told = str(Variant.read(["agents=device", "observability=owner"]))
    assert told == "agents=device observability=owner protocol=own"
    assert Variant.read(told.split()) == Variant("device", "owner")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["agents=devices"], "did you mean 'device'"),
        (["agent=device"], "did you mean 'agents'"),
        (["observability=all"], "observability"),
        (["agents=single", "protocol=price"], "agents=microgrid"),
    ],
)
def test_words_that_are_none_or_contradict_each_other_are_refused(words, told):
    with pytest.raises(InvalidInput, match=told):
        Variant.read(words)


def test_by_default_the_agents_are_those_that_policies_are_scored_as(scenario):
    found, observer = acting(scenario), Observer(scenario, layout(scenario))
    assert set(found.agents) == set(observer.agents)
    assert all(found.fields(agent) == observer.fields(agent) for agent in found.agents)


@pytest.mark.parametrize("agents", ["device", "single"])
def test_whoever_decides_the_asks_are_all_asks(scenario, agents):
    found = acting(scenario, f"agents={agents}")
    assert sorted(ask for asks in found.asks.values() for ask in asks) == sorted(layout(scenario).asks)


def test_a_price_is_all_that_a_microgrid_decides_on(scenario):
    found = acting(scenario, "protocol=price")
    assert [found.asks[f"mg_{i}"] for i in range(3)] == [(f"mg_{i}.price",) for i in range(3)]


def test_where_microgrids_trade_the_operators_devices_decide(scenario):
    lay = layout(scenario)
    operator = lay.device_agents[lay.devices.index(scenario.tie.name)]
    own = {lay.devices[i] for i, owner in enumerate(lay.device_agents) if owner == operator}
    found = acting(scenario, "protocol=peer_to_peer")
    assert set(found.agents) <= own
    assert sorted(ask for asks in found.asks.values() for ask in asks) == sorted(
        ask for ask, owner in zip(lay.asks, lay.ask_agents, strict=True) if owner == operator
    )


def test_no_level_shows_less_than_the_one_before_and_the_systems_shows_no_agent_more(scenario):
    seen = [acting(scenario, f"observability={tag}").seen for tag in ("public", "owner", "upper_level", "system")]
    for less, more in pairwise(seen):
        assert all(set(less[agent]) <= set(more[agent]) for agent in less)
    assert seen[2] == seen[3], "what the operator alone may see is no part of what any agent's policy is given"
