"""The unbalanced power flow: against published solutions, against OpenDSS, and against its own equations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opendss_circuit import Circuit

from gridbench.errors import InvalidInput, UnknownName
from gridbench.networks import network
from gridbench.networks.phases import simulated, three_phase
from gridbench.networks.published import UNBALANCED, published, solution
from gridbench.networks.three_phase import Terminal
from gridbench.physics.unbalanced import Band, Zip
from gridbench.plant.three_phase_flow import ThreePhaseFlow, published_flow

PRINTED = 0.5e-6
"""The rounding of the voltages in solution.csv."""


@pytest.fixture(scope="module", params=UNBALANCED)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def as_simulated(name):
    """The flow of the published loads with all that the simulator of the solution adds."""
    flow, power = published_flow(simulated(name), Band(*published(name).simulated.load_band_pu))
    return flow.solve(power[None])


@pytest.fixture(scope="module")
def plain(name):
    """The network of the published figures alone."""
    return three_phase(network(name, load_model="constant_power"))


def stated(name, column):
    """(bus, phase, voltage) of solution.csv, where one is stated."""
    pairs = [(bus, phase, pair[column]) for bus, phases in solution(name).items() for phase, pair in phases.items()]
    return [one for one in pairs if one[2] is not None]


def worst(flow, expected):
    return max(abs(flow.at(bus, phase)[0] - v) for bus, phase, v in expected)


def test_every_node_is_that_of_opendss(name, as_simulated):
    expected = stated(name, 1)
    assert {(bus, phase) for bus, phase, _ in expected} == {
        (b, p) for b, phases in published(name).phases.items() for p in phases
    }
    assert worst(as_simulated, expected) <= 1e-6 + PRINTED


@pytest.mark.parametrize("added", [True, False], ids=["as simulated", "figures alone"])
def test_published_voltages_are_reproduced(name, as_simulated, plain, added):
    flow, power = published_flow(plain)
    found = as_simulated if added else flow.solve(power[None])
    assert worst(found, stated(name, 1)) < 1.6e-4
    assert worst(found, stated(name, 0)) < {"ieee13": 0.0022, "ieee34": 0.0002, "ieee123": 0.00223}[name]


def test_losses_are_the_published_ones(name, as_simulated):
    assert 1000 * as_simulated.losses_mw[0] == pytest.approx(published(name).totals.losses_kw, abs=0.05)


def test_a_circuit_of_opendss_from_the_same_figures_has_the_published_loading(name, as_simulated):
    circuit = Circuit(name, as_simulated=True)
    for (bus, phase), v in circuit.solve().items():
        assert as_simulated.at(bus, phase)[0] == pytest.approx(v, abs=1e-6)
    assert 1000 * as_simulated.losses_mw[0] == pytest.approx(circuit.losses_kw(), abs=1e-3)


def test_any_state_is_that_of_opendss(name, plain):
    """Loadings, taps of single units and unbalanced injections at random."""
    data, rng, circuit = published(name), np.random.default_rng(2), Circuit(name)
    flow, power = published_flow(plain)
    places = [place for place in plain.nodes if place[0] != data.source_bus]
    chosen = [places[i] for i in rng.choice(len(places), 6, replace=False)]
    terminals = [load.terminal for load in plain.loads] + [Terminal(*place) for place in chosen]
    zeros, ones = np.zeros(6), np.ones(6)
    model = Zip(np.append(flow.model.power, ones), *(np.append(part, zeros) for part in flow.model[1:]))
    for _ in range(6):
        factors = rng.uniform(0.1, 1.2, len(data.loads))
        taps = rng.integers(-8, 17, len(data.regulators)).tolist()
        injected = rng.uniform(-0.05, 0.1, 6) + 1j * rng.uniform(-0.05, 0.05, 6)
        own = np.repeat(factors, [3 if len(load.phases) == 3 else 1 for load in data.loads]) * power
        found = ThreePhaseFlow(plain, terminals, model).solve(np.append(own, -injected)[None], ratios(plain, data, taps)[None])
        assert found.solved.all()
        for (bus, phase), v in circuit.solve(factors, taps, dict(zip(chosen, injected, strict=True))).items():
            assert found.at(bus, phase)[0] == pytest.approx(v, abs=1e-6), (bus, phase)


def ratios(net, data, taps):
    """The ratios of the windings with these taps of the regulators' units."""
    ratio = net.windings.ratio.copy()
    for unit, tap in zip(data.regulators, taps, strict=True):
        for phase in unit.phases:
            ratio[net.windings.names.index((f"{unit.from_bus}-{unit.to_bus}", phase))] = 1 + 0.00625 * tap
    return ratio


def test_what_enters_is_served_or_lost(plain):
    _, power = published_flow(plain)
    constant = ThreePhaseFlow(plain, [load.terminal for load in plain.loads], Zip(*np.eye(3)[:, :1].repeat(len(power), 1)))
    found = constant.solve(np.array([0.3, 0.7])[:, None] * power)
    assert found.root_mva.real == pytest.approx(np.array([0.3, 0.7]) * power.sum().real + found.losses_mw, abs=1e-9)


def test_currents_leave_each_node_as_they_enter(plain):
    """Kirchhoff's law at every node, from the voltages and the admittance matrix alone."""
    flow, power = published_flow(plain)
    found = flow.solve(power[None])
    entering = plain.admittance(plain.windings.ratio) @ found.v[0]
    drawn = np.zeros(len(plain.nodes), complex)
    for load, s in zip(plain.loads, power / plain.phase_mva, strict=True):
        ends = [plain.node(load.terminal.bus, phase) for phase in load.terminal.phases]
        v = found.v[0][ends[0]] - (found.v[0][ends[1]] if len(ends) == 2 else 0.0)
        share = abs(v) / (3**0.5 if len(ends) == 2 else 1.0)
        current = np.conj(s * {"P": 1.0, "I": share, "Z": share**2}[load.model] / v)
        drawn[ends[0]] += current
        if len(ends) == 2:
            drawn[ends[1]] -= current
    assert np.abs(entering + drawn)[3:].max() < 1e-8 * np.abs(plain.admittance(plain.windings.ratio)).max()
    assert found.root_mva[0] == pytest.approx((found.v[0] * np.conj(entering + drawn))[:3].sum() * plain.phase_mva, abs=1e-6)


@given(st.lists(st.floats(0.0, 1.3), min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_a_state_does_not_depend_on_its_neighbours(factors, seed):
    plain = three_phase(network("ieee34", load_model="constant_power"))
    flow, power = published_flow(plain)
    rng = np.random.default_rng(seed)
    taps = 1 + 0.00625 * rng.integers(-4, 13, (len(factors), 1))
    ratio = np.where(np.array([branch in {"814-814r", "852-852r"} for branch, _ in plain.windings.names]), taps, 1.0)
    states = np.array(factors)[:, None] * power
    together = flow.solve(states, ratio)
    for k in range(len(factors)):
        alone = flow.solve(states[k : k + 1], ratio[k : k + 1])
        assert alone.solved[0] == together.solved[k]
        if alone.solved[0]:
            assert np.abs(alone.v[0] - together.v[k]).max() < 1e-10


def test_a_load_that_the_feeder_cannot_carry_has_no_solution(plain):
    flow, power = published_flow(plain)
    constant = ThreePhaseFlow(plain, [load.terminal for load in plain.loads], Zip(*np.eye(3)[:, :1].repeat(len(power), 1)))
    found = constant.solve(np.array([[1.0], [1e4]]) * power)
    assert found.solved.tolist() == [True, False]
    assert flow.model.current.any() or flow.model.impedance.any()


def test_outside_its_band_a_load_is_the_impedance_that_it_is_at_the_edge():
    net = three_phase(network("ieee13", load_model="constant_power"))
    terminals, one = [Terminal("675", "A")], np.ones(1)
    power = np.array([[-0.5 - 0.5j]])  # a source, which raises the voltage
    banded = ThreePhaseFlow(net, terminals, Zip(one, 0 * one, 0 * one), band=Band(0.98, 1.05)).solve(power)
    v = banded.at("675", "A")[0]
    assert v > 1.05
    free = ThreePhaseFlow(net, terminals, Zip(0 * one, 0 * one, one)).solve(power / 1.05**2)
    assert free.at("675", "A")[0] == pytest.approx(v, abs=1e-9)


def test_wrong_input_is_refused_with_all_faults():
    net = three_phase(network("ieee13", load_model="constant_power"))
    flow, power = published_flow(net)
    with pytest.raises(InvalidInput) as caught:
        flow.solve(np.full((2, 3), np.nan), np.zeros((1, 1)))
    assert len(caught.value.faults) == 4
    with pytest.raises(UnknownName, match="phase of bus '611' 'A'"):
        ThreePhaseFlow(net, [Terminal("611", "A")], Zip(*np.ones((3, 1))))
    assert power.shape == (17,)
