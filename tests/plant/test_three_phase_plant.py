"""A scenario on its unbalanced network: the balanced plant where phases are alike, and honest where they are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from opendss_circuit import Circuit

from gridbench.bench.trajectory import replay
from gridbench.bench.unbalanced import judged
from gridbench.errors import InvalidInput
from gridbench.networks import IEEE13Bus, IEEE34Bus, IEEE123Bus, equivalent, recognition
from gridbench.networks.equivalent import balanced
from gridbench.networks.published import published
from gridbench.physics.devices import CapacitorBank, Generator, Regulator, Storage
from gridbench.physics.terms import MONEY, Values
from gridbench.plant.plant import Plant
from gridbench.plant.three_phase_plant import ThreePhasePlant
from gridbench.scenario.assembly import assemble
from gridbench.scenario.catalogue import load_scenario
from gridbench.scenario.scenario import AgentGroup

DIESEL = Generator(
    name="diesel", bus="675", p_min_mw=0.1, p_max_mw=1.0, s_max_mva=1.2, cost_usd_per_mwh=60.0, start_mw=0.5, ramp_mw_per_h=1.0
)
BATTERY = Storage(name="battery", bus="611", power_mw=0.2, s_max_mva=0.25, energy_mwh=1.0, missing_usd_per_mwh=250.0)
TAP = Regulator(name="tap", branch="650-rg60", step_usd=0.1)
BANK = CapacitorBank(name="bank", bus="680", steps=3, step_mvar=0.2)


def scenario_of(feeder, devices=(), **numbers):
    agents = (AgentGroup("operator", (), ()), *([AgentGroup("owner", tuple(d.name for d in devices), ())] if devices else []))
    return assemble("phases", feeder, devices, agents, **numbers)


def played(scenario, seed=0):
    """The plant's trajectory of a day of random asks."""
    plant, rng = Plant(scenario), np.random.default_rng(seed)
    lo, hi = (np.array([getattr(span, end) for span in plant.layout.ask_spans]) for end in ("lo", "hi"))
    asks = rng.uniform(lo, np.minimum(hi, 1e3), (scenario.steps, lo.size)).astype(np.float32)
    columns = scenario.window("test", scenario.split("test").days[0])
    return columns, replay(plant, columns, asks)


@pytest.fixture
def alike(monkeypatch):
    """The 34-bus feeder's main line with phases alike: no laterals, equal own and mutual impedances, balanced loads in wye."""

    def even(matrix):
        own, mutual = np.trace(matrix) / 3, (matrix.sum() - np.trace(matrix)) / 6
        return mutual + (own - mutual) * np.eye(3)

    data = published("ieee34")
    phases = {bus: one for bus, one in data.phases.items() if one == "ABC"}
    data = replace(
        data,
        phases=phases,
        base_kv={bus: data.base_kv[bus] for bus in phases},
        lines=tuple(
            replace(one, r_ohm=even(one.r_ohm), x_ohm=even(one.x_ohm), b_us=even(one.b_us))
            for one in data.lines
            if one.phases == "ABC"
        ),
        loads=tuple(replace(one, phases="ABC", connection="wye", model="P") for one in data.loads if one.bus in phases),
    )
    monkeypatch.setattr(equivalent, "Z_FLOOR_PU", 0.0)
    monkeypatch.setattr(recognition, "published", lambda _: data)
    monkeypatch.setattr(recognition, "UNBALANCED", ("ieee34",))
    return balanced(data, neutral_regulators=True, load_model="constant_power").below("800", 1.03)


def test_with_phases_alike_it_is_the_balanced_plant(alike):
    devices = (
        replace(DIESEL, bus="844"),
        replace(BATTERY, bus="890"),
        Regulator(name="tap", branch="834-842"),  # in a line, where both plants have it at the sending end
        replace(BANK, bus="840"),
    )
    scenario = scenario_of(alike, devices)
    columns, run = played(scenario)
    assert not run.blackout.any()
    plant = ThreePhasePlant(scenario)
    found = judged(plant, columns, run)
    by_bus = {bus.name: run.v_pu[:, k] for k, bus in enumerate(scenario.feeder.buses)}
    expected = np.stack([by_bus[bus] for bus, _ in plant.network.nodes[2:]], axis=1)
    assert found.v_pu == pytest.approx(expected, abs=1e-8)
    by_branch = {one.name: run.loading[:, k] for k, one in enumerate(scenario.feeder.branches)}
    loading = np.stack([by_branch[branch] for branch, _ in plant.network.windings.names], axis=1)
    assert found.loading == pytest.approx(loading, abs=1e-7)
    assert found.p_root_mw == pytest.approx(run.p_root_mw, abs=1e-7)
    assert found.q_root_mvar == pytest.approx(run.q_root_mvar, abs=1e-7)
    assert found.money == pytest.approx(run.money, abs=1e-4)
    assert run.money[:, MONEY.index("voltage")].sum() > 1.0
    assert found.controls == pytest.approx(run.controls, abs=1e-6)


@pytest.mark.parametrize("feeder", [IEEE13Bus, IEEE34Bus, IEEE123Bus])
def test_energy_is_conserved_and_the_import_pays_the_losses(feeder):
    scenario = scenario_of(feeder())
    columns, run = played(scenario)
    plant = ThreePhasePlant(scenario)
    found = plant.steps(run.controls, columns, run.blackout)
    demand = sum(load.p_mw * columns[load.profile] for load in scenario.devices if load is not scenario.tie)
    assert found.p_root_mw == pytest.approx(demand + found.losses_mw, abs=1e-7)
    assert (found.losses_mw > 0).all()
    bought = found.money["import"] / (scenario.tie.delivery_usd_per_mwh + columns[scenario.tie.price])
    assert bought == pytest.approx(found.p_root_mw * scenario.step_h)
    assert judged(plant, columns, run).cost_usd.sum() == pytest.approx(
        run.cost_usd.sum() + sum(usd.sum() for usd in found.money.values()) - run.money.sum(), abs=1e-6
    )


def test_a_step_is_that_of_opendss():
    """Devices of all kinds in a scenario on the 123-bus feeder, phase by phase, against a circuit of the published figures."""
    devices = (
        replace(DIESEL, bus="76"),
        replace(BATTERY, bus="114"),
        replace(TAP, branch="160-160r"),
        CapacitorBank(name="bank", bus="48", steps=3, step_mvar=0.1),
    )
    scenario = scenario_of(IEEE123Bus(root_voltage_pu=1.0), devices, demand_profile="load_commercial")
    columns, run = played(scenario, seed=3)
    plant, data, step = ThreePhasePlant(scenario), published("ieee123"), 12
    found = plant.steps(run.controls, columns, run.blackout)
    u = dict(zip(plant.layout.controls, run.controls[step], strict=True))
    position = int(u["tap.position"])
    taps = [position if unit.to_bus == "160r" else 0 for unit in data.regulators]
    bank = {("48", p): 0.1j * u["bank.position"] / 3 * found.flow.at("48", p)[step] ** 2 for p in "ABC"}
    units = {("76", p): complex(u["diesel.p_mw"], u["diesel.q_mvar"]) / 3 for p in "ABC"}
    battery = {("114", "A"): complex(u["battery.discharge_mw"] - u["battery.charge_mw"], u["battery.q_mvar"])}
    assert min(abs(position), u["bank.position"], *(abs(s) for s in (*units.values(), *battery.values()))) > 0
    circuit = Circuit("ieee123", models=dict.fromkeys("PZI", 1))
    for (bus, phase), v in circuit.solve(columns["load_commercial"][step], taps, {**bank, **units, **battery}).items():
        assert found.flow.at(bus, phase)[step] == pytest.approx(v, abs=1e-6)
    assert 1000 * found.losses_mw[step] == pytest.approx(circuit.losses_kw(), abs=1e-3)


def test_a_device_at_a_lateral_stands_on_its_phase_and_elsewhere_on_all():
    scenario = scenario_of(IEEE13Bus(), (BATTERY, BANK))
    plant = ThreePhasePlant(scenario)
    assert {(t.bus, t.phases): share for t, share in plant._shares(BATTERY).items()} == {("611", "C"): (1.0, 1.0)}
    assert {t.phases: share[1] for t, share in plant._shares(BANK).items()} == pytest.approx(dict.fromkeys("ABC", 1 / 3))
    loads = {device.name: plant._shares(device) for device in scenario.devices if device.kind == "load"}
    delta = {"AB": 385 / 1325, "BC": 385 / 1325, "CA": (385 + 170) / 1325}  # with the load of bus 692, behind a closed switch
    assert {t.phases: p for t, (p, _) in loads["load.671"].items()} == pytest.approx(delta)
    assert {t.phases: p for t, (p, _) in loads["load.675"].items()} == pytest.approx(
        {"A": 485 / 843, "B": 68 / 843, "C": 290 / 843}
    )


def test_a_ganged_position_moves_every_unit():
    scenario = scenario_of(IEEE123Bus(), (replace(TAP, branch="25-25r"),))
    columns, run = played(scenario)
    plant = ThreePhasePlant(scenario)
    position = run.controls[:, plant.layout.controls.index("tap.position")]
    v = plant.steps(run.controls, columns, run.blackout).flow.v
    for phase in "AC":
        before, behind = (v[:, plant.network.node(bus, phase)] for bus in ("25", "25r"))
        assert np.abs(behind / before) == pytest.approx(1 + TAP.step_pu * position, abs=1e-4)


def test_a_phase_outside_its_trip_limit_is_dark_and_costs_all_demand():
    scenario = scenario_of(IEEE13Bus(root_voltage_pu=1.0))
    columns, run = played(scenario)
    lowest = judged(ThreePhasePlant(scenario), columns, run).v_pu.min()
    tripped = replace(scenario, voltage=replace(scenario.voltage, v_min_pu=lowest + 2e-3, trip_min_pu=lowest + 1e-3))
    found = judged(ThreePhasePlant(tripped), columns, run)
    assert 1 <= found.blackout.sum() < scenario.steps
    dark = np.flatnonzero(found.blackout)
    value = sum(load.blackout_cost(load_weather(load, columns), 1.0) for load in scenario.devices)
    assert found.cost_usd[dark] == pytest.approx((np.broadcast_to(value, scenario.steps) + scenario.blackout_usd)[dark])
    assert (found.v_pu[dark] == 0).all()
    assert (found.controls[dark] == 0).all()
    assert (found.states == run.states).all()


def load_weather(device, columns):
    return Values(**{name: columns[column] for name, column in device.inputs().items()})


def test_a_step_dark_in_the_balanced_plant_stays_as_it_was():
    scenario = scenario_of(IEEE13Bus())
    columns, run = played(scenario)
    dark = np.arange(scenario.steps) == 3
    money = np.where(dark[:, None], np.eye(len(MONEY))[MONEY.index("blackout")] * 1e5, run.money)
    blacked = replace(
        run, blackout=dark, money=money, cost_usd=money.sum(axis=1), controls=np.where(dark[:, None], 0.0, run.controls)
    )
    found = judged(ThreePhasePlant(scenario), columns, blacked)
    assert found.blackout.tolist() == dark.tolist()
    assert (found.money[3] == money[3]).all()


def test_the_published_scenario_has_an_unbalanced_network():
    """The 34-bus feeder with three microgrids: near the balanced plant in the import, wider in voltage."""
    scenario = load_scenario("ieee34_ieee13-v1")
    columns, run = played(scenario, seed=1)
    found = judged(ThreePhasePlant(scenario), columns, run)
    lit = ~(run.blackout | found.blackout)
    assert lit.any()
    assert found.p_root_mw[lit] == pytest.approx(run.p_root_mw[lit], abs=0.05)
    assert found.v_pu[lit].min() < run.v_pu[lit].min()


def test_controls_of_another_shape_are_refused():
    scenario = scenario_of(IEEE13Bus())
    columns, run = played(scenario)
    with pytest.raises(InvalidInput, match=r"not \(steps, controls\)"):
        ThreePhasePlant(scenario).steps(run.controls[:, :-1], columns, run.blackout)
