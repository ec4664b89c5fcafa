"""Actions, features, layouts and observations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.errors import UnknownName
from gridbench.heron import ActionSpec, Choice, Feature, Field, FieldAgent, Span, State, StepEnv, make
from gridbench.heron.errors import ActionRefused, DeclarationError

SPEC = ActionSpec([Span("power_kw", -2.0, 6.0), Choice("mode", 3), Span("fixed", 1.0, 1.0)])


def test_asks_are_scaled_to_units():
    action = SPEC.read(np.array([[-1.0, 2.0, 0.3], [1.0, 0.0, 0.0], [0.0, 1.0, -1.0]]), "a")
    assert action.values.tolist() == [[-2, 2, 1], [6, 0, 1], [2, 1, 1]]
    assert action.continuous.tolist() == [[-2, 1], [6, 1], [2, 1]]
    assert action.discrete.tolist() == [[2], [0], [1]]
    assert not action.clipped


def test_clipping_is_reported():
    action = SPEC.read(np.array([[1.5, 3.0, 0.0], [0.0, -1.0, 0.0]]), "a")
    assert action.values.tolist() == [[6, 2, 1], [2, 0, 1]]
    assert {name: excess.tolist() for name, excess in action.report().items()} == {"power_kw": [0.5, 0], "mode": [1, -1]}
    assert SPEC.take(np.array([[9.0, 0.0, 1.0]]), "a").report()["power_kw"].tolist() == [3.0]


@given(st.floats(-2.0, 6.0), st.integers(0, 2))
def test_an_ask_of_a_value_gives_the_value(power, mode):
    values = np.array([[power, mode, 1.0]])
    assert SPEC.read(SPEC.ask(values), "a").values == pytest.approx(values)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        ([[0.0, 0.0, np.nan]], "agent a: 1 fault.*\n.*fixed: nan in environment 0"),
        ([[0.0, 0.0, 0.0], [np.inf, 0.0, 0.0]], "power_kw: inf in environment 1"),
        ([[0.0, 0.5, 0.0]], "mode: 0.5 in environment 0; give a whole number"),
        ([[0.0, 0.0]], r"shape \(1, 2\); give \(environments, 3\)"),
        (["warm"], "not an array of numbers"),
    ],
)
def test_bad_asks_are_refused_with_agent_and_field(ask, said):
    with pytest.raises(ActionRefused, match=said):
        SPEC.read(ask, "a")


def test_idle_is_the_nearest_to_nothing():
    assert SPEC.idle(2).tolist() == [[0, 0, 1], [0, 0, 1]]


CLIMATE = Feature("climate", (Field("t_c", "degC", -10, 40, 20), Field("co2_ppm", "ppm", 0, 5000)), {"public", "owner"})


@given(st.floats(-10, 40), st.floats(0, 5000))
def test_features_go_to_vectors_and_back(t, co2):
    values = {"t_c": t, "co2_ppm": co2}
    assert CLIMATE.from_vector(CLIMATE.to_vector(values)) == values


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"t_c": 50, "co2_ppm": 0}, "climate.t_c: 50 is outside"),
        ({"t_c": 5}, "co2_ppm: missing"),
        ({"t_c": float("nan"), "co2_ppm": 0}, "climate.t_c: nan"),
        ({"t_c": 5, "co2_ppm": 0, "x": 1}, "climate.x: no such field"),
    ],
)
def test_bad_values_of_a_feature_are_refused(values, said):
    with pytest.raises(DeclarationError, match=said):
        CLIMATE.to_vector(values)


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        (Feature("f", (Field("x"),), {"ownr"}), "agent a: .*\n.*feature f: unknown visibility tag 'ownr': did you mean 'owner'"),
        (Feature("f", (Field("x"),), "pub"), "unknown visibility tag 'pub': did you mean 'public'"),
        (Feature("f", (Field("x"),), ()), "feature f: no visibility tag"),
        (Feature("f", (Field("x", lo=2, hi=1),)), "feature f.x: bounds"),
        (Feature("f", (Field("x", lo=2),)), "feature f.x: starts at 0"),
        (Feature("f", (Field("x"), Field("x"))), "f.x: declared twice"),
        (Feature("a/b", (Field("x"),)), "name holds"),
    ],
)
def test_bad_features_are_refused_with_agent_and_field(feature, said):
    with pytest.raises(DeclarationError, match=said):
        FieldAgent("a", (feature,))


@pytest.mark.parametrize("part", [Span("p", 2, 1), Span("p", 0, float("inf")), Choice("p", 0)])
def test_bad_parts_are_refused_with_agent_and_field(part):
    with pytest.raises(DeclarationError, match=r"agent a: .*\n.*action field p"):
        FieldAgent("a", action=(part,))


def test_a_state_is_read_and_written_by_path():
    env = StepEnv(make("TwoRooms"))
    env.reset([0, 1])
    state = env.state
    state.set("heater/burner.power_kw", 2.0)
    assert state.get("heater/burner.power_kw").tolist() == [2, 2]
    with pytest.raises(DeclarationError, match=r"heater/burner.power_kw: 99 is outside"):
        state.set("heater/burner.power_kw", 99)
    with pytest.raises(UnknownName, match="did you mean"):
        State(state.layout, state.values).get("heater/burner.power")


def test_an_observation_has_names_for_every_number():
    env = StepEnv(make("TwoRooms", protocol="price"))
    env.reset([0])
    seen = env.step().observations["room_a"]
    assert seen.names() == (
        "climate.temperature_c",
        "occupants.people",
        "house/outside.temperature_c",
        "floor>price.price",
    )
    assert seen.vector().shape == (1, 4)
    assert seen["floor>price.price"] > 0
    with pytest.raises(UnknownName):
        _ = seen["heater/health.efficiency"]


@pytest.mark.parametrize(
    ("observability", "floor"),
    [("public", 1), ("owner", 1), ("upper_level", 5), ("system", 5)],
)
def test_observability_lets_fewer_tags_count(observability, floor):
    env = StepEnv(make("TwoRooms", protocol="none", random=True, observability=observability))
    seen = env.reset([0])
    assert seen["floor"].vector().shape == (1, floor)
    assert seen["room_a"].vector().shape == (1, 1 if observability == "public" else 3)
