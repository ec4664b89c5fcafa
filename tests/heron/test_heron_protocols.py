"""Protocols: setpoints, prices, the double auction, consensus."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridbench.heron import CoordinatorAgent, EventEnv, FunctionPolicy, RandomPolicy, StepEnv, make
from gridbench.heron.protocols import ConsensusProtocol, PeerToPeerTradingProtocol, SetpointProtocol
from gridbench.heron.protocols.auction import clear
from gridbench.heron.protocols.consensus import average

ORDERS = st.lists(st.tuples(st.floats(-10, 10), st.floats(0, 5)), min_size=2, max_size=8)


@given(ORDERS, st.floats(0, 1))
def test_settlement_sums_to_zero_but_for_the_fee(orders, fee):
    quantity, limit = (np.array([column]) for column in zip(*orders, strict=True))
    done = clear(quantity, limit, fee)
    assert done.sold.sum() == pytest.approx(0, abs=1e-9)
    assert done.paid.sum() == pytest.approx(-fee * done.volume[0], abs=1e-9)
    assert done.volume[0] == pytest.approx(np.maximum(done.sold, 0).sum(), abs=1e-9)


@given(ORDERS, st.floats(0, 1))
def test_no_one_trades_beyond_its_order_or_its_limit(orders, fee):
    quantity, limit = (np.array([column]) for column in zip(*orders, strict=True))
    done = clear(quantity, limit, fee)
    assert (done.sold * np.sign(quantity) >= -1e-12).all()
    assert (np.abs(done.sold) <= np.abs(quantity) + 1e-12).all()
    assert (done.paid >= done.sold * limit - 1e-9).all()


@given(ORDERS, st.floats(0, 1))
def test_nothing_worth_trading_is_left(orders, fee):
    quantity, limit = (np.array([column]) for column in zip(*orders, strict=True))
    done = clear(quantity, limit, fee)
    rest = quantity - done.sold
    cheapest = limit[rest > 1e-9].min(initial=np.inf)
    dearest = limit[rest < -1e-9].max(initial=-np.inf)
    assert dearest - cheapest < fee + 1e-9 or dearest <= cheapest


def test_the_price_is_the_midpoint_of_the_marginal_orders():
    done = clear(np.array([[2.0, 3.0, -4.0]]), np.array([[1.0, 2.0, 5.0]]), 0.5)
    assert done.price.tolist() == [3.5]
    assert done.sold.tolist() == [[2, 2, -4]]
    assert done.paid.tolist() == [[2 * 3.25, 2 * 3.25, -4 * 3.75]]


def test_rows_of_a_batch_do_not_meet():
    rng = np.random.default_rng(0)
    quantity, limit = rng.normal(size=(50, 6)), rng.uniform(0, 2, (50, 6))
    whole = clear(quantity, limit, 0.1)
    for row in range(50):
        one = clear(quantity[row : row + 1], limit[row : row + 1], 0.1)
        assert one.paid.tobytes() == whole.paid[row].tobytes()


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=6))
def test_consensus_keeps_the_mean_and_closes_the_spread(numbers):
    values = np.array([numbers])
    ring = [(i, (i + 1) % len(numbers)) for i in range(len(numbers))]
    agreed, spread, count = average(values, np.ones(values.shape, bool), ring, 1e-6, 2000)
    assert agreed == pytest.approx(np.full_like(agreed, np.mean(numbers)), abs=1e-5)
    assert spread[0] <= 1e-6
    assert count[0] < 2000


def test_consensus_stops_at_its_iterations_and_leaves_out_the_unheard():
    line = [(0, 1), (1, 2), (2, 3)]
    values = np.array([[0.0, 1.0, 2.0, 90.0]])
    _, spread, count = average(values, np.ones((1, 4), bool), line, 1e-9, 3)
    assert count[0] == 3
    assert spread[0] > 1
    agreed, _, _ = average(values, np.array([[True, True, True, False]]), line, 1e-9, 500)
    assert agreed[0, :3] == pytest.approx([1, 1, 1], abs=1e-8)
    assert agreed[0, 3] == 90


def test_a_setpoint_reaches_its_device_in_units():
    env = StepEnv(make("TwoRooms", protocol="setpoint"))
    env.agents["floor"].policy = FunctionPolicy(lambda seen: np.tile([0.2, 0.4, 3.0, 1.0], (seen.batch, 1)))
    env.reset([0, 1])
    done = env.step()
    assert done.actions["heater"].values == pytest.approx(np.array([[3.0, 1.0]] * 2))
    assert done.observations["room_b"]["floor>setpoint.valve"] == pytest.approx([0.4, 0.4])


def test_devices_answer_prices_by_their_own_rule():
    env = StepEnv(make("TwoRooms", protocol="price"))
    power = []
    for price in (0.15, 0.5):
        env.agents["floor"].policy = FunctionPolicy(lambda seen, price=price: np.full((seen.batch, 1), price))
        env.reset([0])
        power.append(float(env.step().actions["heater"].values[0, 0]))
    assert power == pytest.approx([0.5, 4.0])  # where 0.1 x + 0.1 meets the price


def test_rooms_buy_what_the_heater_sells():
    env = StepEnv(make("TwoRooms", protocol="trade"))
    env.reset(range(20))
    done = env.step()
    said = {name: done.observations[name] for name in ("room_a", "room_b", "heater")}
    sold = {name: seen["floor>trade.quantity"] for name, seen in said.items()}
    assert sold["heater"] == pytest.approx(-sold["room_a"] - sold["room_b"])
    assert (sold["heater"] > 0).all()
    assert sum(seen["floor>trade.payment"] for seen in said.values()) == pytest.approx(-0.02 * sold["heater"])
    assert done.actions["heater"].values[:, 0] == pytest.approx(sold["heater"])


def test_rooms_agree():
    env = StepEnv(make("TwoRooms", protocol="consensus"))
    env.reset([0, 1, 2])
    seen = env.step().observations
    people = env.state.get("room_a/occupants.people") + env.state.get("room_b/occupants.people")
    assert seen["room_a"]["floor>agreement.value"] == pytest.approx(20 - 0.25 * people)


def misfit(build):
    """Return what is said of the rooms under a head that a function changes."""
    declaration = make("TwoRooms", protocol="trade")
    build(declaration.hierarchy.agents)
    for mode in (StepEnv, EventEnv):
        with pytest.raises(Exception, match="fault") as error:
            mode(declaration)
    return str(error.value)


def test_protocols_that_do_not_fit_are_refused_with_agent_and_field():
    def edges(agents):
        agents["floor"].protocol = ConsensusProtocol([("room_a", "rom_b")])

    def alone(agents):
        agents["house"].protocol = PeerToPeerTradingProtocol()

    def wilful(agents):
        agents["room_a"].policy = RandomPolicy()

    def silent(agents):
        agents["house"].protocol = make("TwoRooms", protocol="price").hierarchy.agents["floor"].protocol

    assert "agent rom_b: estimate: an edge" in misfit(edges)
    assert "agent house: protocol: PeerToPeerTradingProtocol needs two members" in misfit(alone)
    assert "agent room_a: policy: PeerToPeerTradingProtocol of floor decides for it" in misfit(wilful)
    assert "agent house: protocol: PriceSignalProtocol has no member that can act" in misfit(silent)


def test_a_member_without_a_price_rule_is_named():
    declaration = make("TwoRooms", protocol="setpoint")
    declaration.hierarchy.agents["house"].protocol = make("TwoRooms", protocol="price").hierarchy.agents["floor"].protocol
    with pytest.raises(Exception, match="agent floor: answer_price: not written, and PriceSignalProtocol of house"):
        StepEnv(declaration)


@pytest.mark.parametrize(
    "make_it",
    [
        lambda: PeerToPeerTradingProtocol(fee=-1),
        lambda: PeerToPeerTradingProtocol(fee=float("nan")),
        lambda: PeerToPeerTradingProtocol(blocks=0),
        lambda: ConsensusProtocol(tolerance=0),
        lambda: ConsensusProtocol(iterations=0),
    ],
)
def test_bad_numbers_of_a_protocol_are_refused(make_it):
    with pytest.raises(Exception, match="1 fault"):
        make_it()


def test_a_head_without_members_says_nothing():
    assert CoordinatorAgent("alone").protocol.name == "NoProtocol"


def test_a_joint_action_goes_down_two_levels_alike_in_both_modes():
    declaration = make("TwoRooms", protocol="setpoint")
    agents = declaration.hierarchy.agents
    agents["floor"].policy = None
    agents["house"].protocol = SetpointProtocol()
    agents["house"].policy = RandomPolicy()
    step, event = StepEnv(declaration), EventEnv(declaration)
    step.reset([0])
    event.reset(0)
    for _ in range(5):
        one, two = step.step(), event.step()
        assert one.actions["heater"].values.tobytes() == two.actions["heater"].values.tobytes()
        assert one.actions["house"].values[0, 2:4].tolist() == one.actions["heater"].values[0].tolist()
    assert step.wiring.specs["house"].parts[0].name == "floor/room_a/valve"
    assert step.state.values.tobytes() == event.state.values.tobytes()
